"""Says what is wrong with a field of the settings, as the rest of a sentence that names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fbridge.settings.near_match import did_you_mean

_IN_OUR_WORDS = {
    "Missing data for required field.": "is missing.",
    "Field may not be null.": "must not be empty.",
    "Not a valid boolean.": "must be true or false.",
    "Not a valid date.": "must be a date such as 2026-01-31.",
    "Not a valid datetime.": "must be a date and time such as 2026-01-31T08:00:00+01:00.",
    "Not a valid integer.": "must be a whole number.",
    "Not a valid mapping type.": "must be a table of names and values.",
    "Not a valid number.": "must be a number.",
    "Not a valid string.": "must be text.",
    "Not a valid URL.": "must be a web address.",
}


def field_error(key: str, messages: Any, known: Mapping[str, Any]) -> str:
    """One or more of marshmallow's messages in our words; ``known`` are the fields by name."""
    return " ".join(_in_our_words(key, message, known) for message in _flat(messages))


def _in_our_words(key: str, message: str, known: Mapping[str, Any]) -> str:
    if message == "Unknown field.":
        return f"is unknown.{did_you_mean(key, known)}"
    words = _IN_OUR_WORDS.get(message)
    if words == "is missing." and key in known and known[key].metadata.get("help"):
        return f"is missing ({known[key].metadata['help']})."
    return words or message[:1].lower() + message[1:]


def _flat(messages: Any, path: str = "") -> Iterator[str]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, path if key in {"key", "value", "_schema"} else f'{path}"{key}" ')
    elif isinstance(messages, Iterable) and not isinstance(messages, str):
        for message in messages:
            yield from _flat(message, path)
    elif path:
        yield f"{path}{_IN_OUR_WORDS.get(str(messages), str(messages))}"
    else:
        yield str(messages)
