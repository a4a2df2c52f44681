"""By which words things are found: folded, so that neither case, accents nor punctuation matter.

A text is found by the begin of each of its words, a number also by its end ("the one that ends in 4711"). Kept words
are plain letters and digits; ``<`` before a word means that it is kept backwards, ``=`` that it is found whole only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fbridge.models.orders import Address
from fbridge.models.shipments import Document

LONGEST = 64
"""No word of the index has more characters."""
_BACKWARDS = "<"
_WHOLE = "="
_LEAST_BACKWARDS = 3
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)  # they do not come apart into a letter and its mark


def folded(text: str) -> str:
    """``Łódź`` and ``LODZ`` alike: small letters without their marks."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(_LETTERS)


def squeezed(text: str) -> str:
    """Letters and digits alone: ``DDT-55/A`` is ``ddt55a``, ``+39 333 12`` is ``3933312``."""
    return "".join(filter(str.isalnum, folded(text)))[:LONGEST]


def words_of_name(*texts: str) -> Iterator[str]:
    """Each word of names: ``D'Angelo-Rossi`` also by its parts."""
    for text in dict.fromkeys(texts):  # the customer, and to whom it goes, are mostly one name
        for piece in folded(text).split():
            parts = "".join(one if one.isalnum() else " " for one in piece).split()
            yield from (part[:LONGEST] for part in {*parts, squeezed(piece)} if part)


def words_of_number(*texts: str) -> Iterator[str]:
    """Numbers of orders, documents, parcels and phones: as one word, and backwards."""
    for text in dict.fromkeys(texts):
        word = squeezed(text)
        if word:
            yield word
            yield from _backwards(word)


def words_of_mail(text: str) -> Iterator[str]:
    """A mail address whole, and its domain."""
    yield from filter(None, (squeezed(text), squeezed(text.rpartition("@")[2])))


def whole_word(text: str) -> str:
    """The word of a key by which nothing is found that only begins like it."""
    return _WHOLE + text[: LONGEST - 1]


def words_of_order(row: Mapping[str, Any]) -> set[str]:
    """Of an order as it is stored (columns number, remote_id, customer, ship_to, bill_to)."""
    addresses = [row["ship_to"] or {}, row["bill_to"] or {}]
    named = [one.get(field) or "" for one in addresses for field in ("name", "company")]
    return {
        whole_word(row["remote_id"]),
        *words_of_number(row["number"], *(one.get("phone") or "" for one in addresses)),
        *words_of_name(row["customer"], *named),
        *(word for one in addresses for word in words_of_mail(one.get("email") or "")),
    }


def words_of_document(document: Document | None) -> set[str]:
    """By its number, also by the end of it, and by all spellings of the whole."""
    if document is None:
        return set()
    return {*words_of_number(document.number), *filter(None, map(squeezed, document.spellings))}


def words_of_recipient(recipient: Address | None) -> set[str]:
    """Of a parcel that is of no order."""
    if recipient is None:
        return set()
    return {
        *words_of_name(recipient.name, recipient.company),
        *words_of_number(recipient.phone),
        *words_of_mail(recipient.email),
    }


def asked_words(text: str) -> list[list[str]]:
    """What to look for: one of these groups, and of a group all; each entry is the begin of a kept word.

    Several words may be one number that is written with blanks.
    """
    pieces = list(filter(None, map(squeezed, text.split())))
    whole = squeezed(text)
    if not whole:
        return []
    groups = [pieces, [whole]] if len(pieces) > 1 else [pieces]
    return [*groups, *([word] for word in _backwards(whole))]


def _backwards(word: str) -> Iterable[str]:
    if len(word) >= _LEAST_BACKWARDS and any(map(str.isdigit, word)):
        yield (_BACKWARDS + word[::-1])[:LONGEST]
