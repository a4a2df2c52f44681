"""The language of this run: what people read is said in it. Programs (JSON, logs) are always told in English."""

from __future__ import annotations

import os
from enum import Enum

from fbridge.languages import LANGUAGES, system_language
from fbridge.phrases import Phrases, phrases

_ENGLISH = phrases("en")
_spoken = [_ENGLISH]


def speak(language: str) -> None:
    """From now on, people are told in this language."""
    _spoken[0] = phrases(language)


def speak_as_asked() -> None:
    """Before the settings are read: by ``FBRIDGE_LANG``, else the system's language."""
    asked = os.environ.get("FBRIDGE_LANG", "")
    speak(asked if asked in LANGUAGES else system_language(os.environ))


def told(text: str) -> str:
    """A phrase or a sentence for people."""
    return _spoken[0](text)


def state_word(state: Enum) -> str:
    """A state for people: ``needs attention``."""
    return _spoken[0].state(state)


def because(reason: str, words: str) -> str:
    """A sentence for people, with what its stable reason means where the sentence has no translation."""
    return _spoken[0].because(reason, words)


def spoken() -> Phrases:
    """All phrases of the language."""
    return _spoken[0]
