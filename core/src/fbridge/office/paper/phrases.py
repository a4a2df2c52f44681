"""The words on paper: English in the code, other languages in ``locales/*.po``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

Phrases = Callable[[str], str]
"""From an English phrase to that of a language; an unknown one stays as it is."""


@cache
def phrases(language: str) -> Phrases:
    """The phrases of ``en`` or ``it``."""
    if language == "en":
        return str
    with (files(__package__) / "locales" / f"{language}.po").open("rb") as file:
        known = {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}
    return lambda phrase: known.get(phrase, phrase)
