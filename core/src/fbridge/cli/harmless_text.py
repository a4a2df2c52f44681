"""Text from stores, made harmless for terminals and spreadsheets.

Anybody can write an order note: escape sequences must not drive the user's terminal, direction marks must not
reorder what is shown, and no cell may turn into a formula.
"""

from __future__ import annotations

import re

_SPACES = re.compile(r"[ \t]*[\r\n\u2028\u2029\x0b\x0c\x85\t]+[ \t]*")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def one_line(text: str) -> str:
    """The text on one line, with control characters made visible (``\\x1b``)."""
    return _visible(_SPACES.sub(" ", text))


def several_lines(text: str) -> str:
    """Like :func:`one_line`, keeping line ends: for messages."""
    return "\n".join(one_line(line) for line in text.split("\n"))


def spreadsheet_cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula: a leading apostrophe marks it as text."""
    return f"'{one_line(text)}" if text.startswith(_FORMULA_STARTS) else one_line(text)


def _visible(text: str) -> str:
    return _CONTROLS.sub(lambda match: ascii(match.group())[1:-1], text)
