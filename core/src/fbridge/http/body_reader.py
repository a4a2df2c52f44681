"""Reads an answer's body within a limit that counts what comes out of decompression, not what travels.

httpx would unpack each received piece whole before anybody can count; a bomb makes gigabytes of 64 KiB.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from itertools import chain
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable

ACCEPTED_ENCODINGS = "gzip, deflate"

_GZIP = b"\x1f\x8b"
_PLAIN = re.compile(rb'\s*(?:[{\[]\s*["{\[\]}\d]|<[?!a-zA-Z]|\xef\xbb\xbf|\Z)')
"""How JSON and markup begin, and nothing that is packed."""
_WORDS = re.compile(rb"[\t\r\n -~]{1,64}(?:\Z|(?<=.{64}))", re.DOTALL)
"""Plain letters, which no gzip begins with."""
_NO_PACKING = frozenset({"", "identity"})
_PACKINGS = frozenset({"gzip", "x-gzip", "deflate"})
_REAL_PACKINGS = _PACKINGS | {"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip"}
# 32 + MAX_WBITS recognises gzip and zlib by their header; a negative number means none.
_BY_HEADER, _RAW = 32 + zlib.MAX_WBITS, -zlib.MAX_WBITS


class BodyError(Exception):
    """The body is too large, too slow, cut, or packed in an unknown way; ``reason`` is a stable code."""

    def __init__(self, words: str, reason: str) -> None:
        super().__init__(words)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Body:
    """What came out; ``noise`` says in which way it was not packed as its header tells ("" where it was)."""

    content: bytes
    noise: str = ""


def read_body(
    pieces: Iterable[bytes], *, encoding: str, limit: int, deadline: float, by_look: bool = False
) -> Body:
    """The decoded body. ``deadline`` is on the monotonic clock: a dripping server must not hold us for ever.

    ``by_look``: where the header does not fit what came, what came counts.

    Raises: BodyError.
    """
    names = _names(encoding)
    received = iter(pieces)
    first = next(received, b"") if by_look else b""
    noise, unpack = _by_look(names, first) if by_look and first else ("", _unpacker(names))
    body = bytearray()
    for piece in chain([first] if first else [], received):
        body += unpack(piece, limit - len(body) + 1) if unpack else piece
        if len(body) > limit:
            raise BodyError(f"the answer is larger than {limit // 1024} KiB", "answer_too_large")
        if monotonic() > deadline:
            raise BodyError("the answer did not end in time", "no_answer")
    if unpack and body and not unpack.finished:
        raise BodyError("the compressed answer was cut", "no_answer")
    if by_look and unpack and body.startswith(_GZIP):
        return Body(_once_more(bytes(body), limit), "gzip within gzip")
    return Body(bytes(body), noise)


def _once_more(packed: bytes, limit: int) -> bytes:
    """What PHP had packed before the web server packed it as well."""
    unpack = _Unpacker()
    body = unpack(packed, limit + 1)
    if len(body) > limit:
        raise BodyError(f"the answer is larger than {limit // 1024} KiB", "answer_too_large")
    if not unpack.finished:
        raise BodyError("the compressed answer was cut", "no_answer")
    return body


def copy_body(pieces: Iterable[bytes], into: BinaryIO, *, encoding: str) -> None:
    """Write a body of any size into a file, in place of what stands there.

    It has to come unpacked, as was asked for: then no piece is larger than what travelled. Raises: BodyError.
    """
    if _unpacker(_names(encoding)):
        raise BodyError("the file is packed, which was not asked for", "broken_encoding")
    into.seek(0)
    into.truncate()
    into.writelines(pieces)


class _Unpacker:
    """Several packed pieces one after another are one body (RFC 1952 2.2); zeros after the last one fill up."""

    def __init__(self, window: int = _BY_HEADER) -> None:
        self._zlib = zlib.decompressobj(window)

    @property
    def finished(self) -> bool:
        return self._zlib.eof

    def __call__(self, piece: bytes, at_most: int) -> bytes:
        try:
            body = self._zlib.decompress(piece, at_most)
            while self._zlib.eof and self._zlib.unused_data.startswith(_GZIP) and len(body) < at_most:
                rest = self._zlib.unused_data
                self._zlib = zlib.decompressobj(_BY_HEADER)
                body += self._zlib.decompress(rest, at_most - len(body))
            return body
        except zlib.error:
            raise BodyError("the answer cannot be decompressed", "broken_encoding") from None


def _names(encoding: str) -> list[str]:
    names = (name.strip().lower() for name in encoding.split(","))
    return [name for name in names if name not in _NO_PACKING]


def _unpacker(names: list[str]) -> _Unpacker | None:
    if not names:
        return None
    if len(names) > 1 or names[0] not in _PACKINGS:
        raise BodyError("the answer is packed in a way that was not asked for", "broken_encoding")
    return _Unpacker()


def _by_look(names: list[str], first: bytes) -> tuple[str, _Unpacker | None]:
    """How the body is packed by its first bytes, and what is odd about that."""
    told = ", ".join(names)[:40]
    if first.startswith(_GZIP):
        return (
            "" if names in (["gzip"], ["x-gzip"]) else f"gzip under Content-Encoding {told or 'none'}"
        ), _Unpacker()
    if not names:
        return "", None
    if _REAL_PACKINGS.isdisjoint(names) or _PLAIN.match(first) or (names == ["gzip"] and _WORDS.match(first)):
        return f"plain text under Content-Encoding {told}", None
    if names == ["deflate"] and not _opens(first, _BY_HEADER) and _opens(first, _RAW):
        return "deflate without its zlib header", _Unpacker(_RAW)
    return "", _unpacker(names)


def _opens(first: bytes, window: int) -> bool:
    """Whether these bytes begin such a stream, as far as they go."""
    try:
        zlib.decompressobj(window).decompress(first, 1024)
    except zlib.error:
        return False
    return True
