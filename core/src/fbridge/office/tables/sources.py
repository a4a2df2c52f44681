"""Opens a file that somebody hands in: is it there, whole, not open elsewhere, not too large, and what is it?"""

from __future__ import annotations

import codecs
import os
import re
import stat
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from fbridge.errors import InputError
from fbridge.office.tables.encodings import utf16_without_mark

LARGEST = 128 * 1024 * 1024
"""Bytes of a file that is read, unpacked."""
STDIN = "-"
_CHUNK = 1 << 20
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What an archive raises that was cut, changed or encrypted."""


class Kind(StrEnum):
    """What a file is, by its first bytes; its name tells nothing for certain."""

    TEXT = "text"
    JSON = "json"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be read several times. ``name`` is for sentences."""

    name: str
    file: BinaryIO
    kind: Kind


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """The file, or standard input for ``-``.

    Raises InputError: missing, open elsewhere, too large, damaged, of a strange kind.
    """
    if str(path) == STDIN:
        with tempfile.TemporaryFile() as kept:
            _copy("standard input", sys.stdin.buffer, kept)
            yield _judged("standard input", kept)
        return
    _refuse_open_elsewhere(path)
    try:
        file = _opened(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}.", reason="file_not_read"
        ) from error
    with file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            yield _judged(str(path), file)
            return
        with tempfile.TemporaryFile() as kept:  # a pipe is read once
            _copy(str(path), file, kept)
            yield _judged(str(path), kept)


def _opened(path: Path) -> BinaryIO:
    """The file; a pipe that nobody writes to is an empty one, and nobody waits for it."""
    at_once = getattr(os, "O_NONBLOCK", 0)  # Windows has no such files
    file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | at_once))  # noqa: SIM115
    if at_once:
        os.set_blocking(file.fileno(), True)
    return file


def _copy(name: str, stream: BinaryIO, kept: BinaryIO) -> None:
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        _refuse_too_large(name, size)
        kept.write(chunk)


def _judged(name: str, file: BinaryIO) -> Source:
    size = file.seek(0, 2)
    _refuse_too_large(name, size)
    file.seek(0)
    start = file.read(4096)
    file.seek(0)
    if not start.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise InputError(f"{name} is empty.", reason="file_empty")
    return Source(name, file, _kind(name, start, file))


def _kind(name: str, start: bytes, file: BinaryIO) -> Kind:
    if start.startswith(b"PK"):
        return _zipped_kind(name, file)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _old_kind(name, file)
    text = start.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\t\r\n ")
    if _NO_TABLES.match(text) or _is_packed(start):
        raise InputError(f"{name} is no table; save it as CSV, XLSX, ODS or JSON.", reason="file_kind")
    if text[:1] in {b"[", b"{"}:
        return Kind.JSON
    if text.startswith(b"<"):
        raise InputError(
            f"{name} is a web page or XML, whatever its name says; open it in a spreadsheet program and save it as "
            "XLSX or CSV.",
            reason="file_kind",
        )
    return Kind.TEXT


_NO_TABLES = re.compile(rb"%PDF|\{\\rtf|\x89PNG|\xff\xd8|\x1f\x8b|ID;P[A-Z0-9]+(;[A-Z]+)*\r?\n[BCFNOP];")
"""PDF, RTF, pictures, gzip, SYLK."""
_CONTROLS = bytes({*range(1, 32)} - set(b"\t\n\v\f\r\x1a\x1b"))
_FEW, _SHARE = 8, 1 / 30


def _is_packed(start: bytes) -> bool:
    """Whether the bytes are no text: packed ones hold one of the controls in every ten."""
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or utf16_without_mark(start)
    count = len(start) - len(start.translate(None, _CONTROLS))
    return not wide and count > max(_FEW, len(start) * _SHARE)


_LOCKED, _SHEETS = (
    "EncryptedPackage".encode("utf-16-le"),
    ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le")),
)
"""Names in the directory of Microsoft's compound files: of an XLSX with a password, and of an XLS."""


def _old_kind(name: str, file: BinaryIO) -> Kind:
    content = file.read()
    file.seek(0)
    if _LOCKED in content:
        raise password_needed(name)
    if not any(sheet in content for sheet in _SHEETS):
        raise InputError(f"{name} is no spreadsheet; save it as XLSX, ODS or CSV.", reason="file_kind")
    return Kind.XLS


def password_needed(name: str) -> InputError:
    """A file that cannot be read without one."""
    return InputError(f"{name} has a password; save it without one.", reason="file_password")


def _is_locked(archive: zipfile.ZipFile) -> bool:
    """Whether the archive, or what is in it by its own list (ODS), is encrypted."""
    if any(one.flag_bits & 1 for one in archive.infolist()):
        return True
    return _LIST in archive.namelist() and b"encryption-data" in archive.read(_LIST)


_LIST = "META-INF/manifest.xml"


def _zipped_kind(name: str, file: BinaryIO) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            if _is_locked(archive):
                raise password_needed(name)
            # Each part is unpacked once: what its directory says of its size may be a lie, or the file cut.
            for part in archive.infolist():
                _refuse_too_large(name, sum(one.file_size for one in archive.infolist()))
                _read_through(archive, part)
            names = set(archive.namelist())
    except _DAMAGED as error:
        raise InputError(
            f"{name} is cut or damaged ({error}); save it again, or copy it again.", reason="file_damaged"
        ) from error
    file.seek(0)
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "content.xml" in names:
        return Kind.ODS
    raise InputError(f"{name} is no spreadsheet; save it as XLSX, ODS or CSV.", reason="file_kind")


def _read_through(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack a part and see that its XML is whole: readers of spreadsheets may hang where it is not."""
    parser = expat.ParserCreate() if part.filename.endswith((".xml", ".rels")) else None
    if parser is not None:
        parser.EntityDeclHandler = refuse_entities
    with archive.open(part) as content:
        while chunk := content.read(_CHUNK):
            if parser is not None:
                parser.Parse(chunk, False)
    if parser is not None and part.file_size:
        parser.Parse(b"", True)


def refuse_entities(*_: object) -> None:
    """An expat handler: no spreadsheet declares entities, which can grow without end."""
    raise ValueError("it declares entities")


def _refuse_too_large(name: str, size: int) -> None:
    if size > LARGEST:
        raise InputError(
            f"{name} has more than {LARGEST // 1024 // 1024} MB unpacked, the most that is read at once; divide it.",
            reason="file_too_large",
        )


def _refuse_open_elsewhere(path: Path) -> None:
    if path.name.startswith(("~$", ".~lock.")):
        raise InputError(
            f"{path} is only the mark of a file that is open; name the file itself.", reason="file_kind"
        )
    for lock in (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")):
        if lock.exists():
            raise InputError(
                f"{path} is open in a spreadsheet program ({lock.name} is beside it), and may not be saved yet: save "
                "and close it there, then run the command again. If nobody has it open, delete that file.",
                reason="file_open",
            )
