"""What the schemas of every platform's answers share. Loaded by plugins alone: marshmallow is slow to import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields

T = TypeVar("T")


class Payload(Schema):
    """A part of a store's answer: what the schema does not name is left out."""

    class Meta:
        """A field that a later version of the platform adds is no error."""

        unknown = EXCLUDE


class Decoded(fields.Field[T]):
    """A field that is decoded from its value alone, by ``_decode``, which raises ValidationError."""

    def _decode(self, value: Any) -> T:
        raise NotImplementedError

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002 - marshmallow's signature
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> T:
        return self._decode(value)


class Text(Decoded[str]):
    """A string; plugins of a store put null or a number where the platform has a string."""

    def _decode(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, int | float):
            return str(value)
        raise ValidationError("Not a text.")


def bad_fields(error: ValidationError) -> str:
    """Which fields are wrong and why, on one line (``line_items.0.quantity: Not a valid integer.``)."""
    return "; ".join(_flat(error.messages))


def _flat(messages: Any, path: str = "") -> Iterator[str]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    else:
        yield f"{path}: {' '.join(map(str, messages))}"
