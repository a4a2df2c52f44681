"""Fonts for the signs that the usual one lacks: Chinese, Japanese, Korean, Arabic, Hebrew; extra ``office-fonts``.

Noto Sans by ``justmytype-intl-cjk`` and ``justmytype-intl-rtl``, and Amiri by ``fontpkg-amiri``: of the Arabic fonts
on PyPI the one whose text is read back from a PDF as it was written, for each of its letters is a sign of its own.
The packages hold the font files and no more; none of their code is used.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

_KANA, _KOREAN = range(0x3040, 0x3100), range(0xAC00, 0xD7A4)
_CHINESE = ("justmytype_intl_cjk", "fonts/ofl/notosanssc/NotoSansSC[wght].ttf")
_TAIWANESE = ("justmytype_intl_cjk", "fonts/ofl/notosanstc/NotoSansTC[wght].ttf")
_JAPANESE = ("justmytype_intl_cjk", "fonts/ofl/notosansjp/NotoSansJP[wght].ttf")
_HANGUL = ("justmytype_intl_cjk", "fonts/ofl/notosanskr/NotoSansKR[wght].ttf")
_ARABIC = ("fontpkg_amiri", "files/Amiri-Regular.ttf")
_HEBREW = ("justmytype_intl_rtl", "fonts/ofl/notosanshebrew/NotoSansHebrew[wdth,wght].ttf")
_REGULAR = 400
_SCRIPTS = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "ARABIC", "HEBREW")


@contextmanager
def world_fonts(chars: str) -> Iterator[tuple[Path, ...]]:
    """Font files that together have signs for these characters, as far as any has; none without the extra.

    Those for Chinese hold tens of thousands of signs: what is given is a small font of those that are needed.
    """
    with TemporaryDirectory(prefix="fbridge-fonts-") as folder:
        yield tuple(_needed(chars, Path(folder)))


def has_world_fonts() -> bool:
    """Whether the extra is installed."""
    return all(importlib.util.find_spec(package) for package, _ in (_CHINESE, _ARABIC, _HEBREW))


def is_of_world_fonts(char: str) -> bool:
    """Whether the extra has a sign for it."""
    return unicodedata.name(char, "").startswith(_SCRIPTS)


def _needed(chars: str, folder: Path) -> Iterator[Path]:
    left = set(map(ord, chars))
    for package, name in _in_sequence(left):
        path = _file(package, name)
        if not left or path is None:
            continue
        with TTFont(path, lazy=True) as font:
            here = left & set(font.getBestCmap())
            if here:
                yield _small(font, here, folder / f"{len(left)}.ttf") if "fvar" in font else path
            left -= here


def _in_sequence(codes: set[int]) -> Iterator[tuple[str, str]]:
    """Signs that China and Japan write in two ways are written as the text around them asks."""
    if any(code in _KANA for code in codes):
        yield _JAPANESE
    if any(code in _KOREAN for code in codes):
        yield _HANGUL
    yield from (_CHINESE, _TAIWANESE, _JAPANESE, _HANGUL, _ARABIC, _HEBREW)


def _file(package: str, name: str) -> Path | None:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / name


def _small(font: TTFont, codes: set[int], target: Path) -> Path:
    """These signs alone, in the regular weight."""
    options = subset.Options(hinting=False, layout_features=["*"], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    axes = {axis.axisTag: _REGULAR if axis.axisTag == "wght" else None for axis in font["fvar"].axes}
    font.save(target)
    with TTFont(target) as small:
        instantiateVariableFont(small, axes, inplace=True).save(target)
    return target
