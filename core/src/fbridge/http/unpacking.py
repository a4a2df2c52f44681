"""What a text holds in a packed form, unpacked: Base64 (also of what is compressed), Base32, hexadecimal bytes, lists
of codes or of characters. Pure."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

_LEAST = 8
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_BASE32 = re.compile(r"(?:[A-Z2-7]{8}){2,}[A-Z2-7]{0,7}={0,6}")
_HEX = re.compile(r"(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s:,;-]{0,2}){8,}")
_CODES = re.compile(r"\d{2,3}(?:\D{1,9}\d{2,3}){7,}")
_CODE = re.compile(r"\d{2,3}")
_INDEX = re.compile(r"\[?\"?\b\d{1,3}\"?\]?\s*(?:=>|:)")
_NOT_HEX = re.compile(r"0x|[^0-9a-fA-F]")
_QUOTED = re.compile("(?:=[0-9A-Fa-f]{2})+")
_MOST_UNPACKED = 65_536
_COMPRESSED = re.compile(rb"\x1f\x8b|\x78[\x01\x5e\x9c\xda]")
_PRINTABLE = range(32, 127)


def unpacked(text: str) -> Iterator[str]:
    """Each kind that is in it, its finds one to a line."""
    for kind in (_base64, _base32, _hex, _codes):
        if found := "\n".join(kind(text)):
            yield found
    if len(_INDEX.findall(text)) >= _LEAST:
        yield _INDEX.sub("", text)


def quoted_printable(text: str) -> str:
    """The text with ``=3D`` and its like undone."""
    return _QUOTED.sub(lambda match: _decoded(bytes.fromhex(match[0].replace("=", ""))), text)


def _base64(text: str) -> Iterator[str]:
    for match in _BASE64.finditer(text):
        packed = match[0].rstrip("=").replace("+", "-").replace("/", "_")
        try:
            yield _decoded(
                _expanded(base64.urlsafe_b64decode(packed[: len(packed) - (len(packed) % 4 == 1)] + "=="))
            )
        except binascii.Error:
            continue


def _expanded(content: bytes) -> bytes:
    """What gzip or zlib made of it, undone as far as it goes."""
    if not _COMPRESSED.match(content):
        return content
    try:
        return zlib.decompressobj(32 + zlib.MAX_WBITS).decompress(content, _MOST_UNPACKED)
    except zlib.error:
        return content


def _base32(text: str) -> Iterator[str]:
    for match in _BASE32.finditer(text):
        packed = match[0].rstrip("=")
        try:
            yield _decoded(base64.b32decode(packed[: len(packed) // 8 * 8]))
        except binascii.Error:
            continue


def _hex(text: str) -> Iterator[str]:
    for match in _HEX.finditer(text):
        digits = _NOT_HEX.sub("", match[0])
        yield _decoded(bytes.fromhex(digits[: len(digits) // 2 * 2]))


def _codes(text: str) -> Iterator[str]:
    for match in _CODES.finditer(text):
        yield "".join(chr(int(code)) for code in _CODE.findall(match[0]) if int(code) in _PRINTABLE)


def _decoded(content: bytes) -> str:
    """UTF-16 of plain letters reads as UTF-8 with zeros between."""
    return content.decode(errors="replace").replace("\0", "")
