"""Which parts of a line run from right to left, and in which sequence they stand on paper. Pure."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from unicodedata import bidirectional

from fpdf.bidi import BidiParagraph, auto_detect_base_direction

Piece = tuple[str, bool]
"""A text of one direction, and whether that is from right to left."""

_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def runs_right_to_left(text: str) -> bool:
    """Whether any of it does."""
    return not text.isascii() and any(bidirectional(char) in _RIGHT_TO_LEFT for char in text)


def pieces(text: str) -> list[Piece]:
    """The pieces from left to right, by the Unicode Bidirectional Algorithm (UAX 9, rule L2).

    The PDF library reorders within one direction; of a line with both it draws what is not there.
    """
    paragraph = BidiParagraph(text=text, base_direction=auto_detect_base_direction(text))
    parts = [
        (level, "".join(one.character for one in group))
        for level, group in groupby(
            paragraph.get_characters_with_embedding_level(), key=attrgetter("embedding_level")
        )
    ]
    for level in range(max(part[0] for part in parts), 0, -1):
        turned = [
            (at_least, list(run)) for at_least, run in groupby(parts, key=lambda part: part[0] >= level)
        ]
        parts = [part for at_least, run in turned for part in (run[::-1] if at_least else run)]
    return [(part, level % 2 == 1) for level, part in parts]
