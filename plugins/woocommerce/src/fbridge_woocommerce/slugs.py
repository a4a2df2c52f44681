"""WordPress slugs: the tracking plugins tell providers by ``sanitize_title`` of their names.

Source: WordPress ``sanitize_title``, ``remove_accents`` and ``sanitize_title_with_dashes`` (formatting.php).
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

_WITHOUT_DECOMPOSITION = str.maketrans(
    {
        "ß": "s",
        "æ": "ae",
        "Æ": "AE",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "TH",
        "ł": "l",
        "Ł": "L",
        "œ": "oe",
        "Œ": "OE",
        "ħ": "h",
        "Ħ": "H",
        "ı": "i",
        "€": "E",
        "£": "",
    }
)
_DASHES = str.maketrans(dict.fromkeys("\u00a0\u2011\u2013\u2014/", "-"))
_DROPPED = re.compile("[\u00ad¡¿‹›«»‘’“”‚‛„‟•©®°…™´ˊ\u0301\u0341\u0300\u0304\u030c]")
_TAGS = re.compile(r"<[^>]*>")
_ENTITIES = re.compile(r"&.+?;")


def sanitize_title(title: str) -> str:
    """The slug of a provider's name: ``BRT (Bartolini)`` becomes ``brt-bartolini``."""
    text = _TAGS.sub("", _without_accents(title)).lower()
    text = _ENTITIES.sub("", text).replace(".", "-").translate(_DASHES)
    text = _DROPPED.sub("", text).replace("×", "x")
    encoded = re.sub(r"%(?![0-9a-f]{2})", "", quote(text, safe="%").lower().replace("%20", " "))
    encoded = _keep_slug_characters(encoded)
    return re.sub(r"-+", "-", re.sub(r"\s+", "-", encoded)).strip("-")


def _without_accents(title: str) -> str:
    composed = unicodedata.normalize("NFC", title).translate(_WITHOUT_DECOMPOSITION)
    return "".join(_base_letter(character) for character in composed)


def _base_letter(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else character


def _keep_slug_characters(encoded: str) -> str:
    """Only letters, digits, spaces, dashes and the octets of other scripts stay."""
    ascii_octets = re.sub(r"%[0-7][0-9a-f]", "", encoded)
    return re.sub(r"[^%a-z0-9 _-]", "", ascii_octets)
