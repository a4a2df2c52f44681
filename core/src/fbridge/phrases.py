"""What people read, in their language: English in the code, other languages in gettext's catalogs (``locales``).

A sentence that holds values is looked up by its shape: ``S1 is withdrawn.`` is made by ``{label} is withdrawn.`` Such
a sentence is stored, logged and given to programs in English; whoever shows it to a person translates it. So nothing
that decides knows a language, and what was written down once is read in any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from gettext import GNUTranslations
from typing import Any

REASON = "reason"
"""The context of stable reason codes, each with a phrase for people."""
_STATES = (
    "PushState", "OrderStatus", "ManifestState", "FulfillmentState", "PaymentKind", "Delivery", "ReturnKind",
    "ReturnOutcome", "Action", "Effect", "MailEffect", "Outcome",
)  # fmt: skip
_OF_A_MANIFEST = ("ManifestState",)
_STATE_NAME = re.compile(r"(?:(?!remote)(\w+)_)?(?:(state|status|outcome)|kind|value|action|word)")
"""What a value of a sentence is called where it is the word of a state, and whose."""
_ONE_WORD = frozenset({"label", "number", "shipment", "key"})
_DIGITS = frozenset({"count", "len", "sum", "row", "quantity"})
_SPANS = frozenset({"age", "span"})
_PLACE = re.compile(r"\{(\w+)\}")
_LEAST_LETTERS = 2
_DIVIDERS = ("\n", "; ", " (", ") ", ": ", ", ", ". ")
_AROUND = " ,;\n"
_COMMAND = "fbridge "


@dataclass(frozen=True, slots=True)
class _Shape:
    """A sentence with places for values: its pattern, the longest text that it holds for certain, and the names."""

    pattern: re.Pattern[str]
    certain: str
    names: tuple[str, ...]
    text: str
    letters: int


class _Catalog(GNUTranslations):
    def _parse(self, fp: Any) -> None:
        """Read the file, as gettext lets one do it, and note the sentences that hold values."""
        super()._parse(fp)
        known: Mapping[object, str] = vars(self)["_catalog"]
        found = [
            _shape(key, text) for key, text in known.items() if isinstance(key, str) and _PLACE.search(key)
        ]
        self.shapes = sorted(
            (one for one in found if one.letters >= _LEAST_LETTERS), key=lambda one: -one.letters
        )


def _shape(key: str, text: str) -> _Shape:
    parts = _PLACE.split(key)
    literals, names = parts[::2], tuple(parts[1::2])
    values = [f"({_form(name)})" for name in names]
    pattern = "".join(
        part for pair in zip(map(re.escape, literals), [*values, ""], strict=True) for part in pair
    )
    letters = sum(character.isalpha() for part in literals for character in part)
    return _Shape(re.compile(pattern, re.DOTALL), max(literals, key=len), names, text, letters)


def _form(name: str) -> str:
    """What a value can be, by its name: labels and counts are one word, states and spans a few; else anything."""
    plain = name.rstrip("0123456789")
    if plain in _SPANS:
        return r"[\w ]+"
    if plain in _DIGITS:
        return r"\d+"
    if plain in _ONE_WORD:
        return r"\S+?"
    return r"[\w ]+" if _STATE_NAME.fullmatch(name) else ".*?"


@dataclass(frozen=True)
class Phrases:
    """From English to one language; what is unknown stays as it is."""

    language: str

    def __call__(self, text: str) -> str:
        """The same phrase or sentence."""
        return text if self.language == "en" else _translated(self.language, text)

    def state(self, state: Enum) -> str:
        """A state as a word: ``needs attention``."""
        return self.word(str(state.value), type(state).__name__)

    def word(self, value: str, context: str) -> str:
        """The word of a state in the context of its enum's name."""
        english = value.replace("_", " ")
        return english if self.language == "en" else _catalog(self.language).pgettext(context, english)

    def because(self, reason: str, words: str) -> str:
        """A sentence; one that is unknown (a store's own words) follows what its reason means."""
        told = self(words)
        if told != words or not reason or self.language == "en":
            return told
        meaning = self.word(reason, REASON)
        return words if meaning == reason.replace("_", " ") else f"{meaning} ({words})" if words else meaning


@cache
def phrases(language: str) -> Phrases:
    """The phrases of ``en`` or ``it``."""
    return Phrases(language)


@cache
def _catalog(language: str) -> _Catalog:
    from importlib.resources import files  # not for those who read English

    with (files("fbridge") / "locales" / f"{language}.mo").open("rb") as file:
        return _Catalog(file)


@lru_cache(maxsize=4096)
def _translated(language: str, text: str) -> str:
    core = bare(text)
    if not core or core.startswith(_COMMAND):
        return text
    told = _catalog(language).gettext(core)
    known = told if told != core else _by_shape(language, core)
    if known is None:
        known = _state_word(language, core) or _by_parts(language, core)
    return text if known is None else text.replace(core, known, 1)


def bare(text: str) -> str:
    """A phrase without what only joins it to others: blanks, commas, brackets around it."""
    core = text.strip(_AROUND)
    opened, closed = core.startswith("("), core.endswith(")")
    if opened and (closed or ")" not in core):
        core = core[1:]
    if closed and (opened or "(" not in core):
        core = core[:-1]
    return core


def _by_shape(language: str, text: str) -> str | None:
    """By the most telling of the sentences of this shape."""
    for shape in _catalog(language).shapes:
        match = shape.pattern.fullmatch(text) if shape.certain in text else None
        if match and not _cuts_a_command(text, match) and _names_states(language, shape, match):
            return _filled(language, shape, match.groups())
    return None


def _cuts_a_command(text: str, match: re.Match[str]) -> bool:
    """Whether the sentence would go on inside a command, which stays as it is typed."""
    return any(
        _COMMAND in match[place] and text[match.end(place) : match.end(place) + 1].isspace()
        for place in range(1, match.re.groups + 1)
    )


def _names_states(language: str, shape: _Shape, match: re.Match[str]) -> bool:
    """Whether what stands in the place of a state is one; else the sentence only looks like this one."""
    named = [
        (_STATE_NAME.fullmatch(name), value) for name, value in zip(shape.names, match.groups(), strict=True)
    ]
    return all(_state_word(language, value) for name, value in named if name and name[2])


def _filled(language: str, shape: _Shape, values: Sequence[str]) -> str:
    told = {name: _value(language, name, value) for name, value in zip(shape.names, values, strict=True)}
    return _PLACE.sub(lambda place: told.get(place[1], place[0]), shape.text)


def _value(language: str, name: str, value: str) -> str:
    """A value of a sentence may be a state, or a sentence itself; a name or a number stays."""
    named = _STATE_NAME.fullmatch(name)
    if named:
        contexts = _OF_A_MANIFEST if named[1] == "manifest" else _STATES
        return _state_word(language, value, contexts) or _translated(language, value)
    whole = any(map(str.isspace, value)) or name.endswith("words")
    return _translated(language, value) if whole else value


def _state_word(language: str, value: str, contexts: tuple[str, ...] = _STATES) -> str:
    """The word of a state that the text is; "" where it is none."""
    english, catalog = value.replace("_", " "), _catalog(language)
    told = (catalog.pgettext(context, english) for context in contexts)
    return next((one for one in told if one != english), "")


def _by_parts(language: str, text: str) -> str | None:
    """What is put together of several phrases, phrase by phrase; None where none is known."""
    for divider in _DIVIDERS:
        if divider in text:
            parts = text.split(divider)
            told = [_translated(language, part) for part in parts]
            if told != parts:
                return divider.join(told)
    if text.endswith("."):
        told_alone = _translated(language, text[:-1])
        return f"{told_alone}." if told_alone != text[:-1] else None
    return None
