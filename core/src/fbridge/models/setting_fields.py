"""Fields that the settings schemas of several platforms need. Loaded by plugins alone, as ``payloads``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from unicodedata import normalize

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

STATE_LISTS = ("ready_states", "unpaid_states", "on_hold_states", "shipped_states", "cancelled_states")
"""The settings in which a merchant says what the states of a store's orders mean."""

_BETWEEN = re.compile(r"[\s_-]+")


class Words(fields.List[Any]):
    """A list of words; a command line or an environment variable gives them separated by commas.

    A file may hold numbers among them, for ids are words, too.
    """

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if isinstance(value, str | int):
            value = [word.strip() for word in str(value).split(",") if word.strip()]
        if isinstance(value, list):
            value = [str(word) if isinstance(word, int) else word for word in value]
        return super()._deserialize(value, attr, data, **kwargs)


def state_word(word: str) -> str:
    """The name of an order's state as it is compared.

    Capitals and blanks around it do not matter, nor what stands between its words: a shop shows "Ready to ship" for
    the code ``ready-to-ship`` or ``ready_to_ship``.
    """
    return _BETWEEN.sub("-", normalize("NFC", word).strip().casefold())


def _states(help_words: str) -> Words:
    word = fields.String(validate=validate.Length(min=1, error="must be names of states."))
    # Orders that were stored with another meaning are read again (``Platform.settings``).
    return Words(word, load_default=list, metadata={"help": help_words, "rereads": True})


class StateLists(Schema):
    """The lists of a platform whose order states are words of the merchant; its settings inherit them.

    ``state_prefix`` is what may stand before a word and means nothing.
    """

    state_prefix: ClassVar[str] = ""

    ready_states = _states(
        "states in which goods may leave, beside the platform's own; paid unless cash on delivery"
    )
    unpaid_states = _states(
        "states that wait for money, beside the platform's own; cash on delivery stays so"
    )
    on_hold_states = _states("states in which an order has to wait, beside the platform's own")
    shipped_states = _states("states of orders that have left, beside the platform's own; never set back")
    cancelled_states = _states("states in which nothing may leave any more, beside the platform's own")

    def state_of_push(self, data: Mapping[str, Any]) -> str:  # noqa: ARG002 - for platforms where a setting tells it
        """The state that a push sets, if that is known from here."""
        return ""

    @post_load
    def _without_prefix(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        plain = {name: [self._plain(word) for word in data.get(name) or ()] for name in STATE_LISTS}
        return {**data, **plain}

    @validates_schema
    def _one_meaning(self, data: Mapping[str, Any], **_: Any) -> None:
        """A state in two lists has no meaning; and what a push leads to has left."""
        found: dict[str, str] = {}
        if end := state_word(self.state_of_push(data)):
            found[end] = "shipped_states"
        for name in ("shipped_states", *STATE_LISTS):
            for word in data.get(name) or ():
                spelled = state_word(self._plain(word))
                other = found.setdefault(spelled, name)
                if other != name:
                    raise ValidationError(self._twice(word, other, spelled == end), field_name=name)

    def _twice(self, word: str, other: str, pushed: bool) -> str:
        if pushed:
            return f"names {word!r}, which a push sets when all has left: it can stand in {other} alone."
        return f"names {word!r}, which stands in {other} as well: a state has one meaning."

    def _plain(self, word: str) -> str:
        plain = word.strip()
        prefixed = bool(self.state_prefix) and plain.casefold().startswith(self.state_prefix)
        return plain[len(self.state_prefix) :] if prefixed else plain
