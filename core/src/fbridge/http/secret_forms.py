"""The forms in which a credential may come back from a store, and how a text is undone until one shows. Pure.

A debugging plugin, a firewall's page or an echoing error repeats the request: encoded, escaped, wrapped after so many
characters. Rather than to list all spellings, both sides are brought to letters and digits alone ("squashed").
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import permutations
from urllib.parse import quote, quote_plus, unquote

from fbridge.http.unpacking import quoted_printable, unpacked

LEAST = 8
"""Letters and digits of a credential below which a squashed text would hold it by chance."""
LEAST_IN_DATA = 12
"""The same for names, addresses and numbers of orders, which a password made of words must not touch."""

_CUT = 12
_SHORT = 3
_DEPTH = 3
_STEP = 6
_PACKED_IN = 2
_MARKUP = re.compile(r"<!--.*?-->|<[^<>]*>|\x1b\[[0-9;]*[A-Za-z]", re.DOTALL)
_ESCAPE = re.compile(
    r"(?:\\u|%u)([0-9a-fA-F]{4})|(?:\\u\{|U\+)0*([0-9a-fA-F]{1,4})\}?\s?|\\x([0-9a-fA-F]{2})|\\([0-7]{3})|\\(.)",
    re.DOTALL,
)
_INVISIBLE = "[\\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]*"
_BLANK = re.compile(_INVISIBLE[:-1] + "+")
_SPLIT = re.compile(rf'" \+ "|=?\r?\n|\\[rn]|{_INVISIBLE[:-1]}+')
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_ASCII = {code: None for code in range(128) if not chr(code).isalnum()}
_ENCODED = re.compile(r"[%&\\<\x1b]|U\+")
_MAY_BE_ENCODED = re.compile(r"[%&\\<\x1b=]")


def exact_forms(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Finds what can be cut out of a text and leave the rest: None where there are no secrets."""
    known = sorted(secrets)
    spelled = sorted({form for form in _exact(known) if form}, key=len, reverse=True)
    patterns = [re.escape(form) for form in spelled]
    patterns += [
        _INVISIBLE.join(map(re.escape, one)) for one in known if len(one) > _SHORT and _is_short(one)
    ]
    return re.compile("|".join(patterns), re.IGNORECASE) if patterns else None


def _is_short(secret: str) -> bool:
    return len(squashed(secret)) < LEAST


def _exact(secrets: list[str]) -> Iterator[str]:
    for secret in secrets:
        yield from (secret, quote(secret), quote(secret, safe=""), quote_plus(secret))
        yield json.dumps(secret)[1:-1]
        yield from _base64(secret)
        yield from _base64(f"{secret}:")
    for user, password in permutations(secrets, 2):
        yield from _base64(f"{user}:{password}")


def _base64(text: str) -> Iterator[str]:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(text.encode()).decode()
        yield from (encoded, quote(encoded, safe=""), encoded.rstrip("="))


def squashed_forms(secrets: Iterable[str], least: int) -> tuple[str, ...]:
    """What a squashed text must not hold. Of a long form its pieces, for texts are cut."""
    found: set[str] = set()
    for secret in secrets:
        plain = squashed(secret)
        if len(plain) < least:
            continue
        bare = squashed(secret.encode("ascii", "ignore").decode())
        spelled = (plain, plain[::-1], bare, squashed(_misread(secret)), secret.encode().hex())
        # Where a text is undone, what looks encoded in the credential itself is undone, too.
        for form in (*spelled, *map(squashed, _decoded(secret)), *map(squashed, _inside_base64(secret))):
            if len(form) >= _CUT + _SHORT:
                found |= {form[at : at + _CUT] for at in range(0, len(form) - _CUT, _STEP)} | {form[-_CUT:]}
            elif len(form) >= least:
                found.add(form)
    return tuple(sorted(found))


def _misread(secret: str) -> str:
    """As a program shows it that takes UTF-8 for Latin-1."""
    return secret.encode().decode("latin-1")


def _inside_base64(secret: str) -> Iterator[str]:
    """As it shows within the Base64 of any longer text: at each of three places, without the ends that neighbours
    share."""
    for shift in range(3):
        raw = b"\0" * shift + secret.encode()
        encoded = base64.b64encode(raw).decode()
        yield encoded[4 if shift else 0 : -4 if len(raw) % 3 else None]


def readings(text: str, depth: int = _PACKED_IN) -> Iterator[str]:
    """The text as it is, and with what is encoded in it undone, also where a code itself is split."""
    yield text
    if "=" in text:
        yield quoted_printable(text)
    for inner in unpacked(text) if depth else ():
        yield from readings(inner, depth - 1)
    if _ENCODED.search(text) is None:
        return
    yield from _decoded(text)
    joined = _SPLIT.sub("", text)
    if joined != text:
        yield from _decoded(joined)


def short_forms(secrets: Iterable[str]) -> tuple[str, ...]:
    """What a reading without its blanks must not hold of secrets that are too short to be squashed."""
    return tuple(_pressed(one) for one in secrets if len(_pressed(one)) > _SHORT + 1 and _is_short(one))


def shows(texts: Iterable[str], forms: Iterable[str], short: Iterable[str] = ()) -> bool:
    """Whether one of these readings holds one of these forms."""
    for text in texts:
        plain = squashed(text)
        if len(plain) >= LEAST and any(map(plain.__contains__, forms)):
            return True
        if short and any(form in _pressed(text) for form in short):
            return True
    return False


def _pressed(text: str) -> str:
    return _BLANK.sub("", text).replace("\0", "").casefold()


def readings_of_all(texts: Iterable[str]) -> Iterator[str]:
    """The same of many texts, of which few are encoded, and none packed."""
    plain: list[str] = []
    other: list[str] = []
    encoded: list[str] = []
    for text in texts:
        (plain if text.isascii() else other).append(text)
        if _MAY_BE_ENCODED.search(text):
            encoded.append(text)
    yield "\n".join(plain)
    yield "\n".join(other)
    yield from readings("\n".join(encoded), 0)


def _decoded(text: str) -> Iterator[str]:
    for _ in range(_DEPTH):
        before, text = text, unquote(_unescaped(unescape(text)))
        yield text
        if "<" in text or "\x1b" in text:
            yield _MARKUP.sub("", text)
        if before == text:
            return


def squashed(text: str) -> str:
    """Letters and digits alone, small ones, of compatible spellings the plain one."""
    if text.isascii():
        return text.lower().translate(_ASCII)
    return _NOT_ALPHANUMERIC.sub("", unicodedata.normalize("NFKD", text).casefold())


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_escaped_character, text) if _ENCODED.search(text) else text


def _escaped_character(match: re.Match[str]) -> str:
    if code := match[1] or match[2] or match[3]:
        return chr(int(code, 16))
    if match[4]:
        return chr(int(match[4], 8))
    # \n and its like are white space; of any other the character itself is meant.
    return " " if match[5] in "nrtbfv" else match[5]
