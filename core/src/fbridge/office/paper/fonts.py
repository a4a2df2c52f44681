"""The fonts of the page: Roboto for Latin, Greek and Cyrillic, and one of the user's own for what it lacks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import font_roboto
from fpdf import FPDF

from fbridge.installation import extra_command
from fbridge.office.paper.world_fonts import has_world_fonts, is_of_world_fonts, world_fonts

# What no font has is told by us, with what can be done about it.
logging.getLogger("fpdf").setLevel(logging.ERROR)

FAMILY = "Roboto"
OTHER = "other"


def add_fonts(pdf: FPDF, others: Sequence[Path]) -> None:
    """Make all known to the document; the others stand in, one after the other, where the first has no sign."""
    pdf.add_font(FAMILY, "", font_roboto.Roboto)
    pdf.add_font(FAMILY, "B", font_roboto.RobotoBold)
    names = [f"{OTHER}{at}" for at, _ in enumerate(others)]
    for name, file in zip(names, others, strict=True):
        pdf.add_font(name, "", file)
        pdf.add_font(name, "B", file)
    pdf.set_fallback_fonts(names, exact_match=False)


def unprintable_words(chars: str) -> list[str]:
    """What a person should know of characters that no font has; nothing where there are none."""
    found = []
    helped = "" if has_world_fonts() else "".join(filter(is_of_world_fonts, chars))
    if helped:
        command = extra_command("office-fonts")
        found.append(
            f"No font has a sign for {helped}; for Chinese, Japanese, Korean, Arabic and Hebrew run: {command}"
        )
    if others := "".join(char for char in chars if char not in helped):
        found.append(
            f"No font has a sign for {others}: name a TrueType file that has as font in [sender] of config.toml."
        )
    return found


class Drawing(Protocol):
    """A document on a canvas."""

    @property
    def unprintable(self) -> str:
        """The characters that no font has."""


D = TypeVar("D", bound=Drawing)


def drawn_with_fonts(
    make: Callable[[Sequence[Path]], D], draw: Callable[[D], bytes], own: Path | None
) -> tuple[bytes, str]:
    """The document, and the characters that no font has.

    Where the usual font and the user's own lack signs, it is drawn once more with fonts that have them.
    """
    fonts = [own] if own else []
    first = make(fonts)
    content = draw(first)
    if not first.unprintable:
        return content, ""
    with world_fonts(first.unprintable) as others:
        if not others:
            return content, first.unprintable
        again = make([*fonts, *others])
        return draw(again), again.unprintable


def lacking(pdf: FPDF, texts: Iterable[str]) -> str:
    """The characters for which no font has a sign, each once."""
    known = [font.cmap for font in pdf.fonts.values() if hasattr(font, "cmap")]
    found = dict.fromkeys(char for text in texts for char in text)
    return "".join(char for char in found if not any(ord(char) in cmap for cmap in known))
