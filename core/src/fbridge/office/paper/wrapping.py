"""A text in lines that fit a width. Pure but for the measure that is handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

Measure = Callable[[str], float]


def wrapped(text: str, width: float, measure: Measure) -> list[str]:
    """The lines, broken at blanks where there are any; nothing is left out. One empty line for no text."""
    if measure(text) <= width:
        return [text]
    lines = [""]
    for word in [piece for whole in text.split() for piece in _pieces(whole, width, measure)]:
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]


def _pieces(word: str, width: float, measure: Measure) -> Iterator[str]:
    """A word that is wider than the line, in pieces that are not."""
    piece = ""
    for char in word:
        if piece and measure(piece + char) > width:
            yield piece
            piece = ""
        piece += char
    yield piece
