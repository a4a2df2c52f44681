"""Consoles that cannot show a character get a plain one, never a crash (cp1252, cp850, ASCII)."""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from pathlib import Path

HANDLER = "fbridge.plain"

_PLAIN = {
    "…": "...", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "•": "*", "·": ".",
    "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"',
    "✓": "ok", "✔": "ok", "✗": "x", "✘": "x", "×": "x", "→": "->", "←": "<-", "⇒": "=>", "▶": ">",
    "€": "EUR", "£": "GBP", "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
}  # fmt: skip
_BOX_DRAWING = range(0x2500, 0x2580)
_BLOCKS = range(0x2580, 0x25A0)


def plain(character: str) -> str:
    """The nearest ASCII for one character; ``?`` where there is none."""
    known = _PLAIN.get(character)
    if known is not None:
        return known
    if ord(character) in _BOX_DRAWING:
        return _plain_line(character)
    if ord(character) in _BLOCKS:
        return "#"
    stripped = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return stripped or "?"


def _plain_line(character: str) -> str:
    words = unicodedata.name(character, "").split()
    if "HORIZONTAL" in words and "VERTICAL" not in words and "DOWN" not in words and "UP" not in words:
        return "-"
    return "|" if words[-1:] == ["VERTICAL"] else "+"


def _replace(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(plain(character) for character in error.object[error.start : error.end]), error.end


def open_what_is_closed() -> None:
    """Where there is no standard stream (``>&-``), its words go nowhere; no database gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open to the end


def accept_every_character() -> None:
    """Let standard output and error replace what their encoding lacks."""
    codecs.register_error(HANDLER, _replace)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=HANDLER)
