"""The fonts of the page: Roboto for Latin, Greek and Cyrillic, and one of the user's own for what it lacks."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import font_roboto
from fpdf import FPDF

# What no font has is told by us, with what can be done about it.
logging.getLogger("fpdf").setLevel(logging.ERROR)

FAMILY = "Roboto"
OWN = "own"


def add_fonts(pdf: FPDF, own: Path | None) -> None:
    """Make both known to the document; the user's own stands in where the first has no sign."""
    pdf.add_font(FAMILY, "", font_roboto.Roboto)
    pdf.add_font(FAMILY, "B", font_roboto.RobotoBold)
    if own is not None:
        pdf.add_font(OWN, "", own)
        pdf.add_font(OWN, "B", own)
        pdf.set_fallback_fonts([OWN], exact_match=False)


def unprintable_words(chars: str) -> list[str]:
    """What a person should know of characters that no font has; nothing where there are none."""
    if not chars:
        return []
    return [
        f"No font has a sign for {chars}: name a TrueType file that has as font in [sender] of config.toml."
    ]


def lacking(pdf: FPDF, texts: Iterable[str]) -> str:
    """The characters for which no font has a sign, each once."""
    known = [font.cmap for font in pdf.fonts.values() if hasattr(font, "cmap")]
    found = dict.fromkeys(char for text in texts for char in text)
    return "".join(char for char in found if not any(ord(char) in cmap for cmap in known))
