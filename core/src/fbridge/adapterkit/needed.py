"""The fields of a payload without which nothing can be shipped: checked by marshmallow, and named when they are bad.

A schema names only those. All others stay in the loaded payload as the store gave them, and ``mapping`` reads them by
the functions of ``adapterkit.payloads``. Loaded by plugins alone: marshmallow is slow to import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, cached_property
from typing import Any, TypeVar

from marshmallow import EXCLUDE, INCLUDE, Schema, ValidationError, fields, missing
from marshmallow.exceptions import SCHEMA

from fbridge.adapterkit.payloads import (
    FRACTION,
    FractionError,
    UnreadableError,
    is_nothing,
    listing,
    mapping,
    reference,
    text,
)
from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.storable_text import storable, storable_json

T = TypeVar("T")

_LONGEST_ID = 128
_BAD = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class _AnObject(Schema):
    """Loads what is well as marshmallow does, by its fields alone: that is a tenth and more of what a fetch takes.

    What is not well is left to marshmallow, which names all that is wrong with it.
    """

    error_messages: dict[str, str] = {"type": "is not an object."}  # noqa: RUF012 - so marshmallow declares it

    def load(self, data: Any, **options: Any) -> Any:
        """See :meth:`marshmallow.Schema.load`."""
        if type(data) is dict and self._is_plain and not any(options.values()):
            with suppress(ValidationError):
                return self._loaded(data)
        return super().load(data, **options)

    @cached_property
    def _is_plain(self) -> bool:
        """Without what only marshmallow does: hooks, fields of its own kinds."""
        own = all(isinstance(one, _Read | Rows) for one in self.load_fields.values())
        return own and not self.many and not self.partial and not any(self._hooks.values())

    @cached_property
    def _fields(self) -> tuple[tuple[str, str, Any], ...]:
        named = self.load_fields.items()
        return tuple((one.data_key or name, one.attribute or name, one) for name, one in named)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(key for key, _, _ in self._fields)

    def _loaded(self, data: dict[str, Any]) -> dict[str, Any]:
        found = {name: one.deserialize(data.get(key, missing), key, data) for key, name, one in self._fields}
        if self.unknown == INCLUDE:
            names = self._names
            found |= {key: value for key, value in data.items() if key not in names}
        return found


class Payload(_AnObject):
    """A part of a store's answer: the fields that it names are needed, all others are kept as they came."""

    class Meta:
        """What the schema does not name is for the mapping."""

        unknown = INCLUDE


class NarrowPayload(_AnObject):
    """A part of a store's answer of which only the named fields are wanted."""

    class Meta:
        """A field that a later version of the platform adds is no error."""

        unknown = EXCLUDE


class _Read(fields.Field[T]):
    """A field that a reader decodes, null too; its UnreadableError is marshmallow's ValidationError."""

    def __init__(self, read: Callable[[Any], T], **options: Any) -> None:
        super().__init__(allow_none=True, **options)
        self._read = read

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> T:
        """See :meth:`marshmallow.fields.Field.deserialize`."""
        if value is missing:
            found: T = super().deserialize(value, attr, data, **kwargs)
            return found
        try:
            return self._read(value)
        except UnreadableError as error:
            raise ValidationError(str(error)) from None


class Needed(_Read[T]):
    """A field that must be there and make sense to its reader, which raises UnreadableError where it does not.

    ``called`` is its name in the payload, where that is another one; so for the others.
    """

    def __init__(self, read: Callable[[Any], T], *, called: str | None = None) -> None:
        super().__init__(read, required=True, error_messages={"required": "is missing."}, data_key=called)


class Told(_Read[T]):
    """A field that may be missing: its reader then makes of it what it makes of null."""

    def __init__(self, read: Callable[[Any], T], *, called: str | None = None) -> None:
        super().__init__(read, load_default=lambda: read(None), data_key=called)


class Inside(Told[dict[str, Any]]):
    """An object with fields of its own, all of which may be missing, and so may it."""

    def __init__(self, payload: type[Schema], *, called: str | None = None) -> None:
        made = cache(payload)
        super().__init__(lambda value: made().load(mapping(value)), called=called)


class Rows(fields.List[Any]):
    """A list of objects, each with needed fields; entries that tell nothing are left out.

    The ``key`` of an entry occurs once. ``inside`` names where a connection has its list.
    """

    def __init__(
        self, payload: type[Schema], *, key: str = "", inside: str = "", called: str | None = None
    ) -> None:
        super().__init__(fields.Nested(payload), load_default=list, data_key=called)
        self._payload = cache(payload)
        self._key = key
        self._inside = inside

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> list[Any]:
        """See :meth:`marshmallow.fields.Field.deserialize`."""
        if self._inside and isinstance(value, Mapping) and self._inside in value:
            value = value[self._inside]
        entries = [] if value is missing else listing(value)
        told = [entry for entry in entries if not is_nothing(entry)]
        try:
            found = [self._payload().load(entry) for entry in told]
        except ValidationError:  # which entries, and what of each
            found = super().deserialize(told, attr, data, **kwargs)
        self._refuse_twice(found)
        return found

    def _refuse_twice(self, found: Sequence[Mapping[str, Any]]) -> None:
        if not self._key:
            return
        counts = Counter(entry[self._key] for entry in found)
        twice = next((one for one, count in counts.items() if count > 1), None)
        if twice is not None:
            raise ValidationError(f"Two entries have the {self._key} {twice}.")


def understood(
    read: Callable[[], Order], remote_id: Any, number: Any, problem: str = ""
) -> Order | RejectedOrder:
    """The order that ``read`` makes of a payload, or why no sense can be made of it (C2).

    ``remote_id`` and ``number`` are the payload's own fields, as they came. With a ``problem`` it is not tried.
    """
    try:
        return _rejected(remote_id, number, problem) if problem else _as_kept(read())
    except ValidationError as error:
        return _rejected(remote_id, number, reason_of(error))
    except UnreadableError as error:
        return _rejected(remote_id, number, f"{error.code}: {error}")
    except _BAD as error:
        return _rejected(remote_id, number, f"malformed: {type(error).__name__}")


def _as_kept(order: Order) -> Order:
    """Without what no database can hold in fields that a shipment can do without: a cut emoji, a NUL."""
    data = storable_json(order.adapter_data)
    if data == order.adapter_data and not order.shipments and not any(line.locations for line in order.lines):
        return order
    lines = tuple(
        replace(line, locations=tuple((storable(place), pieces) for place, pieces in line.locations))
        if line.locations
        else line
        for line in order.lines
    )
    shipments = tuple(
        replace(
            one,
            remote_id=storable(one.remote_id),
            mark=one.mark and storable(one.mark),
            numbers=tuple(filter(None, map(storable, one.numbers))),
            carrier=storable(one.carrier),
        )
        for one in order.shipments
    )
    return replace(order, lines=lines, shipments=shipments, adapter_data=data)


def reason_of(error: ValidationError) -> str:
    """Which fields are bad and why, on one line (``bad_field: line_items.0.quantity: is missing.``)."""
    found = list(_flat(error.messages))
    fractions = [one for one in found if FRACTION in one]
    code = FractionError.code if fractions else UnreadableError.code
    return f"{code}: {'; '.join(fractions or found)}"


def _flat(messages: Any, path: str = "") -> Iterator[str]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _flat(inner, path if name == SCHEMA else f"{path}.{name}" if path else str(name))
    else:
        yield f"{path}: {' '.join(map(str, messages))}"


def _rejected(remote_id: Any, number: Any, reason: str) -> RejectedOrder:
    found = reference(remote_id) or _printable(remote_id)
    return RejectedOrder(remote_id=found, reason=reason, number=_printable(number) or found)


def _printable(value: Any) -> str:
    return "".join(filter(str.isprintable, text(value)))[:_LONGEST_ID]
