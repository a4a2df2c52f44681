"""A file that is there whole, or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from fbridge.errors import InputError

_OWN_ONLY = 0o600


@contextmanager
def replaced_file(target: Path) -> Iterator[TextIO]:
    """Write UTF-8 text beside ``target`` and put it in its place at the end; any error leaves the old file.

    A device, a pipe or what a link leads to is never replaced, but written. A new file is the user's alone, another
    one keeps its mode.

    Raises InputError where the file cannot be written.
    """
    try:
        if target.exists() and not (target.is_file() and not target.is_symlink()):
            with target.open("w", encoding="utf-8", newline="") as file:
                yield file
            return
        with _beside(target) as part:
            with part.open("w", encoding="utf-8", newline="") as file:
                yield file
            part.replace(target)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror or error}.", reason="file_not_written"
        ) from error


def replaced_bytes(target: Path, content: bytes) -> None:
    """The same for a file whose content is at hand."""
    with replaced_file(target) as file:
        file.flush()
        file.buffer.write(content)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWN_ONLY))
        if target.exists():
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        yield part
    finally:
        part.unlink(missing_ok=True)
