"""All that ``Bridge`` takes, gives and raises can be imported from ``fbridge``."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import pytest

import fbridge
from fbridge import errors
from fbridge.bridge import Bridge

DOCS = Path(__file__).parents[2] / "docs"
ELSEWHERE = {"Delivery"}
"""Two are called so; that of a parcel is ``fbridge.shipping.contents.Delivery``."""


@pytest.fixture
def hints_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], dict[str, Any]]:
    """The types in the signature of a function, those among them that only a type checker imports."""
    monkeypatch.syspath_prepend(str(DOCS))
    from json_schemas import imported_for_types

    return lambda function: typing.get_type_hints(function, localns=imported_for_types(function.__module__))


def functions(kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties."""
    members = {name: one for base in reversed(kind.__mro__[:-1]) for name, one in vars(base).items()}
    for name, member in members.items():
        found = getattr(member, "fget", None) or getattr(member, "func", None) or inspect.unwrap(member)
        found = getattr(found, "__func__", found)
        if not name.startswith("_") and inspect.isfunction(found):
            yield name, found


def classes(annotation: Any) -> Iterator[type]:
    for part in typing.get_args(annotation):
        yield from classes(part)
    if isinstance(annotation, type) and annotation.__module__.startswith("fbridge."):
        yield annotation


def test_what_bridge_takes_and_gives_is_importable(hints_of: Callable[[Any], dict[str, Any]]) -> None:
    waiting, seen = [Bridge], set()
    named: set[type] = set()
    while waiting:
        kind = waiting.pop()
        seen.add(kind)
        for _, function in functions(kind):
            found = [one for annotation in hints_of(function).values() for one in classes(annotation)]
            named.update(found)
            waiting += [one for one in found if kind is Bridge and not is_dataclass(one) and one not in seen]
    assert {"Shipment", "OrderFilter", "PushPlan", "Stores"} <= {one.__name__ for one in named}
    assert {one.__name__ for one in named} - set(fbridge.__all__) - ELSEWHERE == set()
    assert [one for one in named if getattr(fbridge, one.__name__, one) is not one] == []


def test_each_error_is_importable() -> None:
    kinds = {
        name
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, errors.FbridgeError)
    }
    assert kinds <= set(fbridge.__all__)
    assert all(getattr(fbridge, name) for name in fbridge.__all__)
