"""The JSON form of what the Python API returns (docs/json.md).

Dataclasses become objects with the same field names, ``Decimal`` a string, times ISO 8601 in UTC with ``Z``,
spans whole seconds, enums their stable values. Credentials and exceptions give nothing away.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

from fbridge.errors import FbridgeError
from fbridge.models.orders import OrderLine
from fbridge.models.platforms import StoreReport
from fbridge.models.shipments import Manifest, Shipment

_NOT_TOLD: Mapping[type, frozenset[str]] = {OrderLine: frozenset({"total"})}
"""An amount without its currency: the row that shows the line has both."""

_TOLD_PROPERTIES: Mapping[type, tuple[str, ...]] = {
    Shipment: ("label", "number_warnings"),
    Manifest: ("fingerprint",),
    OrderLine: ("due", "remaining"),
    StoreReport: ("ok",),
}


def jsonable(value: Any) -> Any:
    """The value in terms that ``json.dumps`` knows."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, FbridgeError):
        return {"reason": value.reason, "message": str(value), "exit_code": int(value.exit_code)}
    if dataclasses.is_dataclass(value):
        kind: Any = type(value)
        return {name: jsonable(getattr(value, name)) for name in told_names(kind)}
    return _collection(value) if isinstance(value, Iterable) else _scalar(value)


def json_pieces(value: Any, depth: int = 3) -> Iterator[str]:
    """What ``json.dumps`` makes of it, in pieces: a list as deep as this is not held as a whole."""
    if depth and dataclasses.is_dataclass(value) and not isinstance(value, FbridgeError):
        kind: Any = type(value)
        value = {name: getattr(value, name) for name in told_names(kind)}
    if depth and isinstance(value, Mapping):
        for at, (key, entry) in enumerate(value.items()):
            yield f"{', ' if at else '{'}{json.dumps(str(key))}: "
            yield from json_pieces(entry, depth - 1)
        yield "}" if value else "{}"
    elif depth and isinstance(value, list | tuple):
        for at, entry in enumerate(value):
            yield f"{', ' if at else '['}{json.dumps(jsonable(entry))}"
        yield "]" if value else "[]"
    else:
        yield json.dumps(jsonable(value))


def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC: ``2026-11-03T13:05:00Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _collection(value: Iterable[Any]) -> Any:
    if isinstance(value, Mapping):
        return {str(key): jsonable(entry) for key, entry in value.items()}
    return [jsonable(entry) for entry in value]


def _scalar(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return str(value)


@lru_cache
def told_names(kind: Any) -> tuple[str, ...]:
    """What is told of a dataclass: its fields, and of some the properties that a program would have to guess."""
    hidden = _NOT_TOLD.get(kind, ())
    fields = tuple(field.name for field in dataclasses.fields(kind) if field.name not in hidden)
    return fields + _TOLD_PROPERTIES.get(kind, ())
