"""What a plugin hands over, held to the types of the contract before anything rests on it.

The dataclasses' own type hints are the rule; :func:`fault_in` compiles them once for each class. A fault is told by
the path to its field and by types alone: values may be personal or secret.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from fbridge.errors import LONGEST_REASON, FbridgeError
from fbridge.models.fulfillments import MailReceipt, Preview, Receipt, ShipmentReceipt
from fbridge.models.orders import Address, Doubt, Order, OrderLine, Payment, RejectedOrder, ShippingMethod
from fbridge.models.platforms import CarrierCode, Notice
from fbridge.models.storable_text import HIGHEST_IN_JSON, is_storable
from fbridge.models.undo import UndoReceipt

Check = Callable[[Any], str]
"""Gives the rest of a sentence that begins with the field's path, or "" where the value will do."""

HIGHEST = 2**31 - 1
LONGEST_DECIMAL = 40
DEEPEST_JSON = 50
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_NOTHING = type(None)
_OF_TYPE_CHECKERS: dict[str, Any] = {"Schema": object, "StoreHttp": object}
"""Names that the models import for type checkers alone; their modules are slow to import."""

_FREE_TEXT: dict[type, frozenset[str]] = {
    Order: frozenset({"number", "remote_status", "note", "channel", "sold_in"}),
    OrderLine: frozenset({"sku", "name", "held_why"}),
    Address: frozenset(field.name for field in fields(Address)),
    Payment: frozenset({"method", "title"}),
    Doubt: frozenset({"words"}),
    Notice: frozenset({"words"}),
    ShippingMethod: frozenset({"code", "title"}),
    RejectedOrder: frozenset({"number", "reason"}),
    ShipmentReceipt: frozenset({"words"}),
}
"""What customers and stores wrote: the core itself takes out and shortens what no database can hold."""

_LONGEST: dict[tuple[type, str], int] = {
    (Order, "remote_id"): 128,
    (Order, "currency"): 3,
    (OrderLine, "id"): 128,
    (RejectedOrder, "remote_id"): 128,
    (ShipmentReceipt, "reason"): LONGEST_REASON,
    (MailReceipt, "reason"): LONGEST_REASON,
    (UndoReceipt, "reason"): LONGEST_REASON,
    (CarrierCode, "code"): 255,
}
"""Keys and codes are never shortened: a shortened key would be another one."""

_NEVER_EMPTY: dict[type, frozenset[str]] = {
    Receipt: frozenset({"order_id"}),
    ShipmentReceipt: frozenset({"shipment_id", "reason", "remote_ids", "fences"}),
    MailReceipt: frozenset({"shipment_id", "reason"}),
    UndoReceipt: frozenset({"shipment_id", "reason"}),
    Preview: frozenset({"order_id"}),
}
"""An empty key stands for nothing, and is equal to whatever of other people has none."""


def fault_in(value: object, kind: type) -> str:
    """What is wrong with a value that should be of this type, or "": ``a Receipt whose order_id is an int ...``."""
    if not isinstance(value, kind):
        return f"{type(value).__name__} where {kind.__name__} is due"
    words = _checks_of(kind)(value)
    return f"{_article(kind.__name__)} whose {words}" if words else ""


def error_fault(error: FbridgeError) -> str:
    """What is wrong with an error that a plugin raises, or "": ``an UnreachableError whose reason is an int ...``."""
    parts = {
        "reason": _text_of(LONGEST_REASON, needed=True)(getattr(error, "reason", None)),
        "retry_after": _optional(_instance_of(timedelta))(getattr(error, "retry_after", None)),
    }
    name = _article(type(error).__name__)
    return next((f"{name} whose {part}{words}" for part, words in parts.items() if words), "")


def order_fault(value: object) -> str:
    """What is wrong with an order beyond and besides its types, or "": its keys must tell it and its lines apart."""
    if not isinstance(value, Order):
        return f"{type(value).__name__} where Order is due"
    words = _checks_of(Order)(value)
    if words:
        return words
    if not value.remote_id:
        return "remote_id is empty"
    ids = {line.id for line in value.lines}
    if len(ids) < len(value.lines):
        return "lines have one id twice"
    if value.currency and not _CURRENCY.fullmatch(value.currency):
        return "currency is no code of three capital letters"
    if value.payment.amount_due is not None and value.payment.amount_due < 0:
        return "payment.amount_due is below 0"
    return next(filter(None, map(_line_fault, range(len(value.lines)), value.lines)), "")


def _line_fault(place: int, line: OrderLine) -> str:
    """What no line can be, whatever its platform: it would make pieces out of nothing."""
    if not line.id:
        return f"lines[{place}].id is empty"
    if (
        line.removed >= 0
        and line.shipped >= 0
        and line.held >= 0
        and not line.locations
        and not line.weight_grams
    ):
        return ""
    counts = {
        "removed": line.removed,
        "shipped": line.shipped,
        "held": line.held,
        "weight_grams": line.weight_grams or 0,
        "locations": min((pieces for _, pieces in line.locations), default=0),
    }
    return next((f"lines[{place}].{name} is below 0" for name, count in counts.items() if count < 0), "")


@cache
def _checks_of(kind: type) -> Check:
    """One dataclass: field by field, those first told by their exact type alone."""
    hints = typing.get_type_hints(kind, localns=_OF_TYPE_CHECKERS)
    plan = tuple((field.name, *_field_check(kind, field.name, hints[field.name])) for field in fields(kind))

    def check(value: Any) -> str:
        for name, plain, deeper in plan:
            found = getattr(value, name)
            if type(found) not in plain:
                words = deeper(found)
                if words:
                    return name + words
        return ""

    return check


def _field_check(owner: type, name: str, hint: Any) -> tuple[frozenset[type], Check]:
    """The exact types that need no look, and the check for all others."""
    needed = name in _NEVER_EMPTY.get(owner, ())
    longest = _LONGEST.get((owner, name))
    if longest:
        return frozenset(), _text_of(longest, needed=needed)
    free = name in _FREE_TEXT.get(owner, ())
    text = _instance_of(str) if free else _needed_text if needed else _text
    scalars = _SCALARS | {str: text}
    alternatives = typing.get_args(hint) if _is_union(hint) else (hint,)
    plain = {bool, timedelta, _NOTHING, *((str,) if free else ())}
    return frozenset(one for one in alternatives if one in plain or _is_enum(one)), _check_of(hint, scalars)


def _check_of(hint: Any, scalars: Mapping[Any, Check]) -> Check:
    """The check for any type that stands in the contract."""
    if hint in scalars:
        return scalars[hint]
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if _is_union(hint):
        (only,) = (one for one in inner if one is not _NOTHING)  # the contract has no other unions
        return _optional(_check_of(only, scalars))
    if origin is tuple and inner[-1] is not Ellipsis:
        return _row_of(tuple(_check_of(one, scalars) for one in inner))
    if origin in (tuple, frozenset):
        return _all_of(origin, _check_of(inner[0], scalars))
    if origin in (dict, Mapping):
        return _json_object
    if origin is type:
        return _instance_of(type)
    if is_dataclass(hint):
        return _dataclass_of(typing.cast("type", hint))
    return _instance_of(hint)


def _instance_of(kind: type) -> Check:
    def check(value: Any) -> str:
        return "" if isinstance(value, kind) else _instead(value, kind.__name__)

    return check


def _dataclass_of(kind: type) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, kind):
            return _instead(value, kind.__name__)
        words = _checks_of(kind)(value)
        return f".{words}" if words else ""

    return check


def _optional(inner: Check) -> Check:
    def check(value: Any) -> str:
        return "" if value is None else inner(value)

    return check


def _all_of(container: type[Iterable[Any]], inner: Check) -> Check:
    def check(values: Any) -> str:
        if not isinstance(values, container):
            return _instead(values, container.__name__)
        for place, value in enumerate(values):
            words = inner(value)
            if words:
                return f"[{place}]{words}"
        return ""

    return check


def _row_of(inner: tuple[Check, ...]) -> Check:
    def check(values: Any) -> str:
        if not isinstance(values, tuple):
            return _instead(values, "tuple")
        if len(values) != len(inner):
            return f" has {len(values)} parts where {len(inner)} are due"
        for place, (one, value) in enumerate(zip(inner, values, strict=True)):
            words = one(value)
            if words:
                return f"[{place}]{words}"
        return ""

    return check


def _text(value: Any) -> str:
    if not isinstance(value, str) or isinstance(value, Enum):
        return _instead(value, "str")
    return "" if is_storable(value) else " holds a character that cannot be stored"


def _needed_text(value: Any) -> str:
    return _text(value) or ("" if value else " is empty")


def _text_of(longest: int, *, needed: bool) -> Check:
    text = _needed_text if needed else _text

    def check(value: Any) -> str:
        words = text(value)
        return words or (f" is longer than {longest} characters" if len(value) > longest else "")

    return check


def _whole_number(value: Any) -> str:
    if type(value) is not int:
        return _instead(value, "int")
    return "" if -HIGHEST <= value <= HIGHEST else " is a number too large to be kept"


def _decimal(value: Any) -> str:
    if not isinstance(value, Decimal):
        return _instead(value, "Decimal")
    if not value.is_finite():
        return " is no finite number"
    return "" if len(str(value)) <= LONGEST_DECIMAL else " is a number too long to be kept"


def _moment(value: Any) -> str:
    if not isinstance(value, datetime):
        return _instead(value, "datetime")
    offset = value.utcoffset()
    if offset is None:
        return " is a time without a zone where aware UTC is due"
    if offset:
        return " is a time of another zone where aware UTC is due"
    # At either end of the calendar the time in another zone cannot be told.
    return "" if MINYEAR < value.year < MAXYEAR else " is a time that no clock has shown"


def _json_object(value: Any) -> str:
    return _json(value, 0) if isinstance(value, Mapping) else _instead(value, "dict")


def _json(value: Any, depth: int) -> str:
    kind = type(value)
    if kind in (bool, _NOTHING):
        return ""
    if kind is int:
        return "" if abs(value) <= HIGHEST_IN_JSON else " is a number too large to be kept"
    if kind is str:
        return "" if is_storable(value) else " holds a character that cannot be stored"
    if kind is float:
        return "" if value - value == 0 else " is no finite number"
    if depth > DEEPEST_JSON:
        return " is nested too deep for JSON"
    if isinstance(value, Mapping):
        return _json_members(value, depth)
    if isinstance(value, list | tuple):
        found = ((place, _json(inner, depth + 1)) for place, inner in enumerate(value))
        return next((f"[{place}]{words}" for place, words in found if words), "")
    return _instead(value, "JSON")


def _json_members(value: Mapping[Any, Any], depth: int) -> str:
    for name, inner in value.items():
        if not isinstance(name, str):
            return f" has a key that is {_article(type(name).__name__)} where str is due"
        words = _json(inner, depth + 1)
        if words:
            return f"[{name!r}]{words}"
    return ""


def _instead(value: object, due: str) -> str:
    given = "None" if value is None else _article(type(value).__name__)
    return f" is {given} where {due} is due"


def _article(name: str) -> str:
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def _is_enum(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Enum)


_SCALARS: dict[Any, Check] = {
    str: _text,
    int: _whole_number,
    Decimal: _decimal,
    datetime: _moment,
    Any: lambda _: "",
}
