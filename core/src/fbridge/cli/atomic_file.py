"""A file that is there whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from fbridge.errors import InputError


@contextmanager
def replaced_file(target: Path) -> Iterator[TextIO]:
    """Write UTF-8 text beside ``target`` and put it in its place at the end; any error leaves the old file.

    Raises InputError where the file cannot be written.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        try:
            with part.open("w", encoding="utf-8", newline="") as file:
                yield file
            part.replace(target)
        except OSError as error:
            raise InputError(
                f"{target} cannot be written: {error.strerror or error}.", reason="file_not_written"
            ) from error
    finally:
        part.unlink(missing_ok=True)
