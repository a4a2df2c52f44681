"""Where the ``-o/--output`` of every command goes: a file that is there whole or not at all, or standard output."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TextIO

from fbridge.errors import InputError

STANDARD_OUTPUT = Path("-")

_OWN_ONLY = 0o600
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


@contextmanager
def replaced_file(target: Path) -> Iterator[TextIO]:
    """Write UTF-8 text beside ``target`` and put it in its place at the end; any error leaves the old file.

    A device, a pipe or what a link leads to is never replaced, but written; ``-`` is standard output. A new file is
    the user's alone, another one keeps its mode.

    Raises InputError where the file cannot be written, BrokenPipeError where the reader of a pipe left.
    """
    if target == STANDARD_OUTPUT:
        with _standard_output() as file:
            yield file
        return
    try:
        write: Callable[[Path], AbstractContextManager[TextIO]] = _in_place if _stays(target) else _beside
        with write(target) as file:
            yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror or error}.", reason="file_not_written"
        ) from error


def replaced_bytes(target: Path, content: bytes) -> None:
    """The same for a file whose content is at hand."""
    with replaced_file(target) as file:
        file.flush()
        file.buffer.write(content)


def _stays(target: Path) -> bool:
    return os.path.lexists(target) and (target.is_symlink() or not target.is_file())


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    if sys.stdout.isatty():
        yield sys.stdout
        return
    # UTF-8 whatever the console's encoding: a redirected file is read by a program, and must lose nothing.
    file = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    try:
        yield file
        file.flush()
    finally:
        file.detach()


@contextmanager
def _in_place(target: Path) -> Iterator[TextIO]:
    # A link may lead to nothing yet: what then comes to be is the user's alone too.
    with os.fdopen(os.open(target, _WRITE, _OWN_ONLY), "w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def _beside(target: Path) -> Iterator[TextIO]:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWN_ONLY))
        if target.exists():
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
