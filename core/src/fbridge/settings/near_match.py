"""Suggests what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` Did you mean "x"?``, or nothing; goes after a sentence."""
    from difflib import get_close_matches  # most words are spelt well

    lower = {name.lower(): name for name in known}
    matches = get_close_matches(word.lower(), lower, n=1)
    return f' Did you mean "{lower[matches[0]]}"?' if matches else ""
