"""What the user wants to know of an order beside what every order tells: paths in the platform's own order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from fbridge.models.field_paths import extra_values, steps_of
from fbridge.models.orders import Order, RejectedOrder

Decoded = TypeVar("Decoded", bound=Order | RejectedOrder)


def with_extra(order: Decoded, raw: Any, asked: Mapping[str, str]) -> Decoded:
    """The order with what the paths lead to in ``raw``, the platform's own order (:attr:`Store.extra_fields`)."""
    return replace(order, extra=extra_values(raw, asked)) if asked and isinstance(order, Order) else order


def first_steps(asked: Mapping[str, str]) -> tuple[str, ...]:
    """The platform's own fields that the paths begin with, each once: they have to be asked for."""
    return tuple(dict.fromkeys(steps_of(path)[0] for path in asked.values()))
