"""Reading the fields of a store's answer, whatever form they come in. Plain functions without state.

Real stores send more forms than their documentation names. ``null``, ``false``, an empty text, list or object, a
missing key and the date of zeros mean nothing; numbers come as text with or without decimals; lists come as objects
with number keys. So there are two kinds of readers:

- those of fields that a shipment can do without (``text``, ``words``, ``money``, ``moment`` ...) never raise: what
  they cannot read is as good as not told;
- those of fields that it needs (``identity``, ``pieces``) raise :class:`UnreadableError`, and the order is rejected
  with the field's name (``adapterkit.needed``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from fbridge.models.currencies import rounded

T = TypeVar("T")
Json = Mapping[str, Any]
"""An object of an answer."""

MOST_PIECES = 2**31 - 1
"""What the database can hold of one line."""

FRACTION = "is a fraction of a piece"
"""What is said of a quantity that is not whole."""

_NUMBER = re.compile(r"[+-]?\d{1,24}(?:\.\d{0,24})?", re.ASCII)
_ID = re.compile(r"0*([1-9]\d{0,18})(?:\.0+)?", re.ASCII)
_SECONDS = re.compile(r"[1-9]\d{8,9}", re.ASCII)
_KEY = re.compile(r"\d+", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});", re.ASCII)
_MOST, _MOST_MONEY = Decimal(10) ** 24, Decimal(10) ** 15
_MOST_GRAMS = 10**9
_LONGEST_NAME = 128
_FIRST_YEAR, _LAST_YEAR = 1971, 2999
"""PHP makes the beginning of 1970 out of nothing."""
_DEEPEST = 4
_TRUE = frozenset({"1", "true", "yes", "on", "y"})
_FALSE = frozenset({"0", "false", "no", "off", "n"})
_TEXT_KEYS = ("value", "#text", "@value", "_", "0", "language")


class UnreadableError(ValueError):
    """A needed field makes no sense; ``str`` says why, after the field's name where the reader knows it."""

    code = "bad_field"


class FractionError(UnreadableError):
    """Goods by weight or length: the contract counts whole pieces."""

    code = "fractional_quantity"


def at(place: str, read: Callable[[Any], T], value: Any) -> T:
    """What the reader makes of a needed field. Raises: UnreadableError that names the ``place``."""
    try:
        return read(value)
    except UnreadableError as error:
        raise type(error)(f"{place}: {error}") from None


def is_nothing(value: Any) -> bool:
    """Whether a field tells nothing: null, false, empty, blank, or a date of zeros."""
    if value is None or value is False:
        return True
    if isinstance(value, str):
        return not value.strip() or value.startswith("0000-00-00")
    return isinstance(value, list | tuple | Mapping) and not value


def text(value: Any) -> str:
    """The text of a field as it stands, "" for nothing.

    A list or an object stands for the first text in it: a name in several languages, an element with attributes.
    """
    if type(value) is str:
        return value if value.strip() else ""
    return _text(value, _DEEPEST)


def _text(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return value if value.strip() else ""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float | Decimal):
        return _figure(value)
    return next(filter(None, (_text(one, depth - 1) for one in _inner(value))), "") if depth else ""


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        yield from value
    elif isinstance(value, Mapping):
        yield from (value[key] for key in _TEXT_KEYS if key in value)
        if all(_is_number_key(key) for key in value):
            yield from value.values()


def _figure(value: float | Decimal) -> str:
    """``5`` for 5.0: a post code that a program took for a number."""
    found = number(value)
    if found is None:
        return ""
    return str(int(found)) if found == found.to_integral_value() else format(found, "f")


def words(value: Any) -> str:
    """A text for people: without blanks around it, and ``&amp;`` or ``&#039;`` as the character that is meant."""
    found = value.strip() if type(value) is str else text(value).strip()
    return _ENTITY.sub(lambda match: html.unescape(match[0]), found) if "&" in found else found


def texts(value: Any) -> tuple[str, ...]:
    """Several texts in one field, such as the lines of a street: one text counts as a list of its lines."""
    if isinstance(value, str):
        return tuple(filter(None, map(words, value.splitlines())))
    return tuple(filter(None, map(words, listing(value))))


def listing(value: Any) -> list[Any]:
    """A list: also one that came as an object with number keys, or as its only entry. Nothing is an empty list."""
    if isinstance(value, list | tuple):
        return list(value)
    if is_nothing(value):
        return []
    if isinstance(value, Mapping) and all(_is_number_key(key) for key in value):
        return list(value.values())
    return [value]


def rows(value: Any) -> list[Json]:
    """The objects in a list; whatever else stands in it is left out."""
    return [entry for entry in listing(value) if isinstance(entry, Mapping) and entry]


def objects(value: Any) -> list[Json]:
    """As :func:`rows`. Raises: UnreadableError where what tells something is no object."""
    entries = [entry for entry in listing(value) if not is_nothing(entry)]
    if not all(isinstance(entry, Mapping) for entry in entries):
        raise UnreadableError("is not a list of objects.")
    return entries


def mapping(value: Any) -> Json:
    """An object; anything else is an empty one, but a list with one object in it stands for that."""
    if isinstance(value, Mapping):
        return value
    found = rows(value) if isinstance(value, list) else []
    return found[0] if len(found) == 1 else {}


def number(value: Any) -> Decimal | None:
    """A number, also as text; None for nothing and for what may mean two things (``1,234.50``)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        told = value.strip()
        return Decimal(told) if _NUMBER.fullmatch(told) else None
    if isinstance(value, int | float | Decimal):
        return _finite(value)
    return None


def _finite(value: float | Decimal) -> Decimal | None:
    if isinstance(value, int):
        return Decimal(value) if abs(value) < _MOST else None
    found = Decimal(str(value))
    return found if found.is_finite() and abs(found) < _MOST else None


def money(value: Any, currency: str) -> Decimal | None:
    """An amount with the currency's decimals; None where it is not told, or not to be understood."""
    amount = number(value)
    if amount is None or abs(amount) >= _MOST_MONEY:
        return None
    return rounded(amount, currency)


def currency(value: Any) -> str:
    """The code of a currency (ISO 4217), "" where it is not told."""
    code = text(value).strip().upper()
    return code if _CURRENCY.fullmatch(code) else ""


def grams(weight: Any, unit: Decimal | float | None) -> int | None:
    """A weight in grams, by the grams of its unit; None where either is not told, or it is none."""
    found = number(weight)
    if found is None or not unit or found < 0:
        return None
    whole = round(found * Decimal(str(unit)))
    return whole if whole < _MOST_GRAMS else None


def flag(value: Any, *, otherwise: bool = False) -> bool:
    """Yes or no: ``true``, 1, ``"1"``, ``"yes"`` and their opposites; ``otherwise`` where it is neither."""
    if isinstance(value, bool):
        return value
    found = text(value).strip().lower()
    if found in _TRUE or number(found) == 1:
        return True
    return otherwise and found not in _FALSE and number(found) != 0


def moment(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """A time as aware UTC, None for nothing and what is none. Without a zone of its own it is one of ``zone``.

    Also seconds since 1970, and what PHP writes of an object of time (``date``, ``timezone_type``, ``timezone``).
    """
    if isinstance(value, Mapping) and "timezone_type" in value:
        return moment(value.get("date"), _zone_of(value.get("timezone"), zone))
    seconds = _SECONDS.fullmatch(str(value))
    found = datetime.fromtimestamp(int(seconds[0]), UTC) if seconds else naive_or_aware(value)
    if found is None:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _zone_of(name: Any, otherwise: tzinfo) -> tzinfo:
    """``Europe/Rome``, ``+01:00`` or ``UTC``."""
    told = text(name).strip()
    try:
        return ZoneInfo(told)
    except (KeyError, OSError, ValueError):  # a name that is none, or of a folder
        shifted = naive_or_aware(f"2000-01-01 00:00:00{told}")
        return (shifted.tzinfo if shifted else None) or otherwise


def times(payload: Json, changed: str, created: str) -> dict[str, Any]:
    """What an ``Order`` tells of its times, by the names of their fields; the one stands in for the other.

    Raises: UnreadableError without both.
    """
    changed_at, created_at = moment(payload.get(changed)), moment(payload.get(created))
    if changed_at is None and created_at is None:
        raise UnreadableError(f"{changed}: is missing, and so is {created}.")
    return {
        "changed_at": changed_at or created_at,
        "created_at": created_at or changed_at,
        "untold_time": changed_at is None,
    }


def naive_or_aware(value: Any) -> datetime | None:
    """A time as it is written, in whole seconds: with a zone where it has one."""
    if not isinstance(value, str) or len(value.strip()) < len("2026-11-23 01:03"):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found.replace(microsecond=0) if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def reference(value: Any) -> str:
    """The id of something else (``"7"`` for 7, ``"7"`` and 7.0); "" for nothing, 0 and what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    match = _ID.fullmatch(value.strip() if isinstance(value, str) else _figure(value))
    return match[1] if match else ""


def identity(value: Any) -> str:
    """The id of an order or a line. Raises: UnreadableError for what is no id."""
    found = reference(value)
    if not found:
        raise UnreadableError("is missing." if is_nothing(value) else "is not an id.")
    return found


def reference_if_told(value: Any) -> str:
    """As :func:`reference`. Raises: UnreadableError where something else than an id or 0 is told."""
    if reference(value) or is_nothing(value) or number(value) == 0:
        return reference(value)
    raise UnreadableError("is not an id.")


def named(value: Any) -> str:
    """A word that must be there, such as a global id or a state. Raises: UnreadableError."""
    found = text(value).strip()
    if not found:
        raise UnreadableError("is missing.")
    if len(found) > _LONGEST_NAME or not found.isprintable():
        raise UnreadableError("is not a name.")
    return found


def pieces(value: Any) -> int:
    """A number of whole pieces, which may be below zero. Raises: UnreadableError for nothing and for a fraction."""
    found = number(value)
    if found is None:
        raise UnreadableError("is missing." if is_nothing(value) else "is not a number of pieces.")
    if found != found.to_integral_value():
        raise FractionError(f"{found.normalize():f} {FRACTION}.")
    if abs(found) > MOST_PIECES:
        raise UnreadableError("is more than anybody ships.")
    return int(found)


def pieces_if_told(value: Any) -> int:
    """As :func:`pieces`, with 0 for nothing."""
    return 0 if is_nothing(value) else pieces(value)


def count_if_told(value: Any) -> int:
    """Pieces that were shipped or taken off of a line, 0 for nothing. Raises: UnreadableError, below zero too."""
    return 0 if is_nothing(value) else count(value)


def count(value: Any) -> int:
    """As :func:`pieces`, and not below zero."""
    found = pieces(value)
    if found < 0:
        raise UnreadableError(f"{found} pieces make no sense.")
    return found


def counts(value: Any) -> tuple[tuple[str, int], ...]:
    """Pieces by the id of their line, from an object. Raises: UnreadableError for what is no number of pieces."""
    return tuple((named(line), at(line, count, told)) for line, told in mapping(value).items())


def _is_number_key(key: Any) -> bool:
    return isinstance(key, int) or (isinstance(key, str) and bool(_KEY.fullmatch(key)))
