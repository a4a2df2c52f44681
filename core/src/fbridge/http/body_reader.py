"""Reads an answer's body within a limit that counts what comes out of decompression, not what travels.

httpx would unpack each received piece whole before anybody can count; a bomb makes gigabytes of 64 KiB.
"""

from __future__ import annotations

import zlib
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable

ACCEPTED_ENCODINGS = "gzip, deflate"


class BodyError(Exception):
    """The body is too large, too slow, cut, or packed in an unknown way; ``reason`` is a stable code."""

    def __init__(self, words: str, reason: str) -> None:
        super().__init__(words)
        self.reason = reason


def read_body(pieces: Iterable[bytes], *, encoding: str, limit: int, deadline: float) -> bytes:
    """The decoded body. ``deadline`` is on the monotonic clock: a dripping server must not hold us for ever.

    Raises: BodyError.
    """
    unpack = _unpacker(encoding)
    body = bytearray()
    for piece in pieces:
        body += unpack(piece, limit - len(body) + 1) if unpack else piece
        if len(body) > limit:
            raise BodyError(f"the answer is larger than {limit // 1024} KiB", "answer_too_large")
        if monotonic() > deadline:
            raise BodyError("the answer did not end in time", "no_answer")
    if unpack and body and not unpack.finished:
        raise BodyError("the compressed answer was cut", "no_answer")
    return bytes(body)


def copy_body(pieces: Iterable[bytes], into: BinaryIO, *, encoding: str) -> None:
    """Write a body of any size into a file, in place of what stands there.

    It has to come unpacked, as was asked for: then no piece is larger than what travelled. Raises: BodyError.
    """
    if _unpacker(encoding):
        raise BodyError("the file is packed, which was not asked for", "broken_encoding")
    into.seek(0)
    into.truncate()
    into.writelines(pieces)


class _Unpacker:
    def __init__(self) -> None:
        # 32 + MAX_WBITS recognises gzip and zlib by their header.
        self._zlib = zlib.decompressobj(32 + zlib.MAX_WBITS)

    @property
    def finished(self) -> bool:
        return self._zlib.eof

    def __call__(self, piece: bytes, at_most: int) -> bytes:
        try:
            return self._zlib.decompress(piece, at_most)
        except zlib.error:
            raise BodyError("the answer cannot be decompressed", "broken_encoding") from None


def _unpacker(encoding: str) -> _Unpacker | None:
    names = [
        name.strip().lower() for name in encoding.split(",") if name.strip().lower() not in {"", "identity"}
    ]
    if not names:
        return None
    if len(names) > 1 or names[0] not in {"gzip", "x-gzip", "deflate"}:
        raise BodyError("the answer is packed in a way that was not asked for", "broken_encoding")
    return _Unpacker()
