"""In which encoding a text is, found without guessing: Unicode proves itself, a code page hardly does.

The same bytes are ``Nicolò`` in Windows-1252, ``Nicolň`` in Windows-1250 and ``Nicol‗`` in a DOS code page. So a text
that is not Unicode is read as Windows-1252, which Excel and most programs in Western Europe write, only where each of
its words with other than ASCII letters reads there as such words are written, and in no other code page. Else the
candidates are shown, and a person says which it is.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterator
from typing import BinaryIO

from fbridge.errors import InputError

USUAL = "cp1252"
CANDIDATES = ("cp1252", "cp850", "cp1250", "cp1251", "cp1253", "mac_roman")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20
_WORD = re.compile(rb"[A-Za-z0-9'\x80-\xff]*[\x80-\xff][A-Za-z0-9'\x80-\xff]*")
_MOST_WORDS = 2000


def known_encoding(name: str) -> str:
    """Python's name of it. Raises InputError for one that does not exist."""
    try:
        codec = codecs.lookup(name)
    except LookupError:
        raise InputError(
            f"There is no encoding {name}; usual ones are utf-8, utf-16, {', '.join(CANDIDATES)}.",
            reason="unknown_encoding",
        ) from None
    if not getattr(codec, "_is_text_encoding", True):
        raise InputError(f"{name} is no encoding of text.", reason="unknown_encoding")
    return codec.name


def encoding_of(name: str, file: BinaryIO) -> str:
    """The encoding of a text file. Raises InputError with the candidates where it cannot be told."""
    file.seek(0)
    start = file.read(4096)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    if (wide := utf16_without_mark(start)) is not None:
        return wide
    if decodes(file, "utf-8"):
        return "utf-8"
    words = _words(file)
    if all(map(_surely_usual, words)):
        return USUAL
    raise InputError(
        _which(name, next(word for word in words if not _surely_usual(word))), reason="encoding_unknown"
    )


def decodes(file: BinaryIO, encoding: str) -> bool:
    """Whether the whole file is text in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(file):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def utf16_without_mark(start: bytes) -> str | None:
    """The encoding of ASCII text in UTF-16: it has a zero in every second byte, and other text has none at all."""
    pairs = len(start) // 2
    zeros = {"utf-16-be": start[0::2].count(0), "utf-16-le": start[1::2].count(0)}
    best, other = sorted(zeros, key=lambda name: zeros[name], reverse=True)
    return best if pairs and zeros[best] > pairs // 2 and zeros[other] == 0 else None


def _words(file: BinaryIO) -> list[bytes]:
    found: dict[bytes, None] = {}
    file.seek(0)
    for line in file:
        found.update(dict.fromkeys(_WORD.findall(line[:_CHUNK])))
        if len(found) > _MOST_WORDS:
            break
    return list(found)


_SAME_IN_CENTRAL_EUROPE = frozenset("áâäéëíîóôöúüýçßÁÂÄÉËÍÎÓÔÖÚÜÝÇ")
_ENDS_ITALIAN_WORDS = frozenset("àèìòùÀÈÌÒÙ")
_SYMBOLS = frozenset("°ºª«»®")
_OF_DOS = frozenset("àèéìòùçñöäüßáíóúâêîôûëïÀÈÉÌÒÙÇÑÖÄÜÁÍÓÚÂÊÎÔÛËÏ")


def _surely_usual(word: bytes) -> bool:
    text = word.decode(USUAL, "replace")
    fits = all(character.isascii() or _fits(text, index) for index, character in enumerate(text))
    return fits and not _is_dos(word.decode("cp850"))


def _fits(text: str, index: int) -> bool:
    """Whether the letter or sign at this place is one that only Windows-1252 puts there."""
    character, before, after = text[index], text[:index], text[index + 1 :]
    if character in _SYMBOLS or (character == "€" and not (before + after).strip("0123456789")):
        return True
    if character == "’":
        return before[-1:].isalpha() and after[:1].isalpha()
    if any(not other.isascii() and other.isalpha() for other in before[-1:] + after[:1]):
        return False  # words of Greek and Cyrillic letters read as rows of accents
    if character in _SAME_IN_CENTRAL_EUROPE:
        return any(other.isalpha() for other in before + after)
    # Kovač and Plzeň end like this in Windows-1250, Italian words do after a consonant.
    slavic = character in "èòÈÒ" and before[-1:].lower() in {"a", "e", "i", "u"}
    return character in _ENDS_ITALIAN_WORDS and not after.strip("'") and not slavic


def _is_dos(text: str) -> bool:
    """Whether it reads as a word in a DOS code page: letters only, and no capital after a small one."""
    if not any(character.isascii() and character.isalpha() for character in text):
        return False
    letters = all(character.isascii() or character in _OF_DOS for character in text)
    return letters and not any(one.islower() and other.isupper() for one, other in itertools.pairwise(text))


def _which(name: str, word: bytes) -> str:
    readings: dict[str, str] = {}
    for encoding in CANDIDATES:
        text = word.decode(encoding, "replace")
        if "\ufffd" not in text and text.isprintable():
            readings.setdefault(text, encoding)
    candidates = ", ".join(f"{text} ({encoding})" for text, encoding in readings.items())
    return (
        f"{name} is not Unicode, and a word in it can be {candidates}; say which it is with --encoding, as in "
        f"--encoding {USUAL} (or in the map)."
    )
