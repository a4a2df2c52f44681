"""One whole document out of what a store's other software writes around it. Pure.

Plugins and modules of a store print into its answers: notices of PHP, comments of caches, byte order marks. What
stands around the document is taken away kind by kind, and only kinds that are listed here; what is left must be one
document from its first to its last character. So half a document, a web page, or two documents are never data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any

LONGEST_WORDS = 160

_LEVEL = (
    r"(?:PHP )?(?P<level>Parse error|(?:Catchable |Recoverable )?fatal error|Warning|Notice|Deprecated|Startup|"
    r"Strict Standards|(?:User|Core|Compile) (?:Error|Warning|Notice|Deprecated))"
)
_BREAKS = r"(?:<br ?/?>\s*){0,9}"
_FRAMES = r"Stack trace:\s*(?:#\d+ [^\n]*\n?)+\s*"
_TRACE = (
    rf"(?:\s*{_FRAMES}(?:Next [^\n]*\n{_FRAMES}){{0,9}}(?:thrown in [^\n]* on line (?:<b>)?\d+(?:</b>)?)?"
    r"|\s*PHP Stack trace:\s*\n(?:PHP\s+\d+\. [^\n]*(?:\n|\Z))+"
    r"|\s*Call Stack:\s*\n(?:[ \t]+\d+\.\d+ [^\n]*(?:\n|\Z))+)?"
)
_SPOT = r"in /?[^\n<>\"{}]{1,300}?(?: on line |:)\d+"
_PLACE = re.compile(
    r"wp-content/(?:mu-)?(plugin|theme)s/([\w.-]+)|/(module)s/([\w.-]+)|app/code/(\w+/\w+)|vendor/([\w.-]+/[\w.-]+)"
)
_MOST_SEARCHED = 16_384
"""Characters in which a message is looked for: a search takes longer than in proportion to them."""
_TAG = re.compile(r"<[^>]*>")
_DUMP = "printed debugging text"
_KEYS = re.compile(r"\d+\Z")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A pattern of noise, and what it is called ("" where it is not worth a word)."""

    spelled: str
    flags: int
    name: Callable[[re.Match[str]], str]

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when the first answer is noisy: few are, and every start would take the time."""
        return re.compile(self.spelled, self.flags)


def _kind(pattern: str, name: str | Callable[[re.Match[str]], str], flags: int = 0) -> _Kind:
    told = (lambda _: name) if isinstance(name, str) else name
    return _Kind(pattern, re.DOTALL | re.IGNORECASE | flags, told)


def _message(match: re.Match[str]) -> str:
    """``PHP notice: Undefined index: x, plugin akismet``."""
    words = _plain(match["message"])
    return f"PHP {match['level'].lower()}: {words}{_author(match.group())}"


def _author(text: str) -> str:
    found = _PLACE.search(text)
    if found is None:
        return ""
    kind, name = found[1] or found[3] or "module", found[2] or found[4] or found[5] or found[6]
    return f", {kind} {name.removesuffix('.php')}"


def _plain(text: str) -> str:
    words = " ".join(unescape(_TAG.sub("", text)).split())
    return words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS]}..."


def _log_line(match: re.Match[str]) -> str:
    return f"line of a log: {_plain(match['message'])}"


def _table(match: re.Match[str]) -> str:
    return f"PHP message: {_plain(match.group())}{_author(match.group())}"


_HTML_MESSAGE = _kind(
    rf"{_BREAKS}<b>{_LEVEL}</b>:\s+(?P<message>.{{0,4000}}?) in <b>[^<\n]*</b> on line <b>\d+</b>"
    rf"{_TRACE}\s*{_BREAKS}",
    _message,
)
_TEXT_MESSAGE = _kind(
    rf"(?:FastCGI sent in stderr: \")?(?:PHP message: )?(?:\[[^\[\]\n]{{0,100}}\] )?{_LEVEL}:\s+"
    rf"(?P<message>.{{0,4000}}?) {_SPOT}(?: and defined {_SPOT})?\"?{_TRACE}",
    _message,
)
_MESSAGES = (_HTML_MESSAGE, _TEXT_MESSAGE)
_AROUND = (
    _kind(r"[\s\0-\x1f\x7f]+", ""),
    _kind("(?:[\ufeff\u200b\u200e\u200f\u2060\ufffe]|ï»¿)+", "byte order mark"),
    _kind(r"(?:<!--.*?-->\s*)+", "HTML comment"),
    _kind(r"/\*.*?\*/", "comment"),
    *_MESSAGES,
    _kind(r"\[\d{4}-\d\d-\d\d[^\]\n]*\] [\w-]+\.[A-Z]+: (?P<message>[^\n]*)(?:\n|\Z)", _log_line),
    _kind(rf"{_BREAKS}(?:<font[^>]*>)?\s*<table class=['\"]xdebug[^>]*>.*?</table>(?:\s*</font>)?", _table),
    _kind(r"<div id=['\"]error['\"]>.*?</div>", lambda found: f"database message: {_plain(found.group())}"),
    _kind(
        r"WordPress database error:? [^\n]*\n(?:(?:SELECT|SHOW|INSERT|UPDATE|DELETE)[^\n]*\n)?",
        lambda found: f"database message: {_plain(found.group())}",
    ),
    _kind(
        r"<p>There has been a critical error.*?</p>(?:\s*<p><a [^>]*>[^<]*</a></p>)?",
        lambda found: f"message of WordPress: {_plain(found.group())}",
    ),
    _kind(r"<pre[^>]*>.*?</pre>", _DUMP),
    _kind(
        r"(?:(?:string\(\d+\) \"[^\"\n]*\"|int\(-?\d+\)|float\([^)\n]*\)|bool\(\w+\)|(?-i:NULL)"
        r"|enum\([\w\\:]+\))\r?\n)+",
        _DUMP,
    ),
    _kind(r"(?:array\(\d+\)|object\([\w\\]+\)#\d+ \(\d+\)) \{\n.*?\n\}\n", _DUMP),
    _kind(r"(?:Array|[\w\\]+ Object)\n\(\n.*?\n\)\n", _DUMP),
    _kind(
        r"(?:(?:<(script|style|noscript|iframe)\b.*?</\1>|<(?:img|link|meta)\b[^>]*>)\s*)+",
        "HTML",
    ),
    _kind(r"<table[^>]*>\s*<caption>[^<]*Code Profiler.*?</table>", "table of a profiler"),
    _kind(r"(?:<br ?/?>\s*)+", "HTML"),
)
_BEFORE = (
    _kind(r"\)\]\}',?\n?|(?:for\s*\(;;\)|while\s*\(1\));|\{\}\s*&&|&&&START&&&", "guard against inclusion"),
    _kind(r"#!/[^\n]*\n", "first line of a script"),
    _kind(
        r"(?:HTTP/[\d.]+ \d{3}[^\n]*\n)?"
        r"(?:(?:\w+(?:-\w+)+|Status|Expires|Pragma|Date|Server|Vary|Link|Connection): [^\n<{]*\n)+\r?\n?",
        "HTTP headers",
    ),
)
_AFTER = (_kind(r"</[a-z]+>", "HTML"),)
"""Ends of elements: what opens before a document may be a page that only shows it."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A document that was found whole, and the noise around it in words."""

    value: Any
    noise: tuple[str, ...]


def whole_json(content: bytes, charset: str = "utf-8") -> Whole | None:
    """The one JSON object or list in this, with listed noise around it; None where there is no such thing.

    ``charset`` is what the answer's header names: it counts for what is no UTF-8.
    """
    for body, framing in _bodies(content):
        text, spelling = _text_of(body, charset)
        start, before = _skipped(text, 0, (*_AROUND, *_BEFORE))
        try:
            value, end, within = _decoded(text, start)
        except (ValueError, RecursionError):
            continue
        end, after = _skipped(text, end, (*_AROUND, *_AFTER))
        if end == len(text) and isinstance(value, dict | list):
            return Whole(value, _told((*framing, *spelling, *within), before, after, "JSON"))
    return None


def _decoded(text: str, start: int) -> tuple[Any, int, tuple[str, ...]]:
    """The value that begins there, where it ends, and what is odd within. Raises: ValueError, RecursionError."""
    try:
        return *_STRICT.raw_decode(text, start), ()
    except ValueError:
        value, end = _DECODER.raw_decode(text, start)
    if any(kind.pattern.search(text, start, end) for kind in _MESSAGES):
        raise ValueError("A message was printed into a text.")
    return value, end, ("line breaks or control characters as they are within a text",)


def whole_xml(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The one XML document in this without the noise around it, and the noise; what is none, as it is."""
    for body, framing in _bodies(content):
        text, spelling = _text_of(body)
        start, before = _skipped(text, 0, (*_AROUND, *_BEFORE))
        root = _ROOT.match(text, start)
        end = text.rfind(f"</{root[1]}>") if root else -1
        if root is None or end < 0 or root[1].lower() == "html":
            continue
        end += len(root[1]) + 3
        stop, after = _skipped(text, end, (*_AROUND, *_AFTER))
        if stop == len(text) and _needs_mending(text, text[start:end], framing, spelling):
            declared = _DECLARATION.sub("", text[start:end])
            return declared.encode(), _told((*framing, *spelling), before, after, "XML")
    return content, ()


def _needs_mending(text: str, document: str, framing: tuple[str, ...], spelling: tuple[str, ...]) -> bool:
    """Whether an XML parser would not take it as it is: something stands around it, or it is not in the encoding
    that it declares."""
    around = len(document) < len(text.rstrip())
    return around or bool(framing) or (bool(spelling) and _OTHER_ENCODING.match(document) is None)


def noise_in(text: str) -> tuple[str, ...]:
    """What stands at the beginning of an answer that cannot be read, where it is of a listed kind; else the first
    message of PHP near its beginning or its end."""
    found = _skipped(text, 0, (*_AROUND, *_BEFORE))[1]
    ends = (text[:_MOST_SEARCHED], text[_MOST_SEARCHED:][-_MOST_SEARCHED:])
    printed = (
        kind.name(match) for part in ends for kind in _MESSAGES if (match := kind.pattern.search(part))
    )
    return tuple(found or next(([one] for one in printed), []))


def strange_text(content: bytes) -> str:
    """What stands beside a whole document and is of no listed kind, so that it proves nothing; "" otherwise."""
    text, _ = _text_of(content)
    start = _skipped(text, 0, (*_AROUND, *_BEFORE))[0]
    for opens in islice(_OPENS.finditer(text, start), _MOST_OPENINGS):
        try:
            value, end = _DECODER.raw_decode(text, opens.start())
        except (ValueError, RecursionError):
            continue
        end = _skipped(text, end, (*_AROUND, *_AFTER))[0]
        before, after = (_shown(part) for part in (text[start : opens.start()], text[end:]))
        if value and not _PART_OF_JSON.search(before) and not _MARKS.search(after):
            return before or after
    return ""


def _shown(part: str) -> str:
    """In one line, without markup; ``HTML`` where it is markup alone."""
    return _plain(part) or ("HTML" if part.strip() else "")


def documents_in(content: bytes) -> int:
    """How many JSON documents begin in this, one after another with nothing but listed noise between them; 0 where
    anything else stands there too. The last one may be cut."""
    text, _ = _text_of(content)
    count, at = 0, _past_noise(text, 0)
    while at < len(text):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return count + 1 if text[at] in "[{" else 0
        if not isinstance(value, dict | list | str):
            return 0
        count, at = count + 1, _past_noise(text, end)
    return count


def _past_noise(text: str, at: int) -> int:
    return _skipped(text, at, (*_AROUND, *_BEFORE, *_AFTER))[0]


def spelling(content: bytes) -> tuple[str, ...]:
    """In which other way than UTF-8 this is written; nothing where it is UTF-8."""
    return _text_of(content)[1]


def list_in(value: Any) -> list[Any] | None:
    """A list, also one that PHP wrote as an object with number keys, for one was missing; None if it is neither."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and value and all(_KEYS.match(str(key)) for key in value):
        return list(value.values())
    return None


def _whole_number(digits: str) -> float:
    """Python refuses an int of thousands of digits; as a float it is none that anything can be made of."""
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


_MOST_DIGITS = 400
_STRICT = json.JSONDecoder(parse_int=_whole_number)
_DECODER = json.JSONDecoder(strict=False, parse_int=_whole_number)
_DECLARATION = re.compile(r"\A<\?xml[^>]*\?>\s*")
_OTHER_ENCODING = re.compile(r"<\?xml[^>]*\bencoding=['\"](?!utf-8)", re.IGNORECASE)
_ROOT = re.compile(r"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<([A-Za-z_][\w.:-]*)", re.DOTALL)
_CHARSETS = re.compile(r"iso-?8859|latin|windows-|cp\d|koi8|macintosh|gb|big5|shift|euc", re.IGNORECASE)
"""Those in which all plain letters are as in UTF-8."""
_OPENS = re.compile(r"[\[{]")
_MARKS = re.compile(r"[\[\]{}\"]")
_PART_OF_JSON = re.compile(r"[{}\"]|[\[,:]\Z")
_MOST_OPENINGS = 20
_SIZE = re.compile(rb"\s*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")


def _bodies(content: bytes) -> Iterator[tuple[bytes, tuple[str, ...]]]:
    yield content, ()
    joined = _unchunked(content)
    if joined is not None:
        yield joined, ("sizes of chunks within the body",)


def _unchunked(content: bytes) -> bytes | None:
    """The content where it is, to the last byte, what a chunked transfer looks like on the wire (RFC 9112 7.1)."""
    pieces: list[bytes] = []
    at = 0
    while size := _SIZE.match(content, at):
        length = int(size[1], 16)
        piece, at = content[size.end() : size.end() + length], size.end() + length + 2
        if length == 0:
            return b"".join(pieces) if not content[size.end() :].strip() else None
        if len(piece) < length or content[at - 2 : at] != b"\r\n":
            return None
        pieces.append(piece)
    return None


def _text_of(content: bytes, charset: str = "utf-8") -> tuple[str, tuple[str, ...]]:
    encoding = json.detect_encoding(content)
    if not encoding.startswith("utf-8"):
        name = encoding.upper()[:6]
        return content.decode(encoding, errors="replace"), (f"{name} in place of UTF-8",)
    try:
        return content.decode(), ()
    except UnicodeDecodeError:
        if named := _decoded_by(charset, content):
            return named, (f"{charset.upper()[:20]} in place of UTF-8",)
        text = content.decode(errors="replace")
        broken = text.count("\ufffd")
        return text, (f"{broken} characters that are no UTF-8 (shown as \ufffd)",)


def _decoded_by(charset: str, content: bytes) -> str:
    try:
        return content.decode(charset) if _CHARSETS.match(charset) else ""
    except (LookupError, UnicodeDecodeError):
        return ""


def _skipped(text: str, start: int, kinds: tuple[_Kind, ...]) -> tuple[int, list[str]]:
    """Where the noise ends, and its names."""
    names: list[str] = []
    while found := next((pair for kind in kinds if (pair := _matched(kind, text, start))), None):
        start, name = found
        if name and name not in names:
            names.append(name)
    return start, names


def _matched(kind: _Kind, text: str, start: int) -> tuple[int, str] | None:
    match = kind.pattern.match(text, start)
    return (match.end(), kind.name(match)) if match and match.end() > start else None


def _told(within: tuple[str, ...], before: list[str], after: list[str], what: str) -> tuple[str, ...]:
    return (
        *within,
        *(_placed(name, f"before the {what}") for name in before),
        *(_placed(name, f"after the {what}") for name in after),
    )


def _placed(name: str, place: str) -> str:
    kind, colon, words = name.partition(": ")
    return f"{kind} {place}{colon}{words}"
