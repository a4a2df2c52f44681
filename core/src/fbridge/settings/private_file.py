"""Files that only their user may read, written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fbridge.errors import BusyError, ConfigError
from fbridge.settings.paths import make_private_folder

LOCK_WAIT_SECONDS = 10.0


def write_private(path: Path, text: str) -> None:
    """Replace the file by ``text`` at one stroke: who is killed meanwhile leaves the old file.

    Raises: ConfigError.
    """
    # A settings file may be a link into a repository of dotfiles; the link stays.
    target = path.resolve()
    make_private_folder(target.parent)
    try:
        _replace(target, text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror}); nothing was changed.") from error


def _replace(target: Path, text: str) -> None:
    # mkstemp makes it readable by its owner alone, before anything stands in it.
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def readable_by_others(path: Path) -> bool:
    """Whether other users of this machine may read the file (known on POSIX only)."""
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRGRP | stat.S_IROTH))


@contextmanager
def editing_alone(folder: Path) -> Iterator[None]:
    """Hold the settings of this folder: read, change and write within, and no other edit is lost.

    Raises: BusyError, ConfigError.
    """
    from filelock import FileLock, Timeout

    make_private_folder(folder)
    try:
        with FileLock(folder / ".settings.lock", timeout=LOCK_WAIT_SECONDS, mode=0o600):
            yield
    except Timeout:
        raise BusyError(f"{folder}: another fbridge is changing the settings; try again.") from None
