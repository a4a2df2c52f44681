"""A page of orders as read, before they are decoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fbridge_shopify.mapping import RawOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage:
    """What :class:`fbridge.models.platforms.OrderPage` will say."""

    orders: tuple[RawOrder, ...] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    remaining: int | None = None
