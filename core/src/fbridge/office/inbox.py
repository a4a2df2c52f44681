"""``inbox run``: takes the files that were put into a folder, one shot for a scheduler.

The folder holds ``shipments/`` and ``tracking/``; in each a folder of a map's name holds the files of that source.
What was taken whole goes to ``done/``, what has refused rows or cannot be read to ``errors/``, reports to ``out/``.
A run that is killed is gone on with by the next: the same file again changes nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from filelock import FileLock, Timeout

from fbridge.errors import BusyError, ConfigError, InputError
from fbridge.office.imports.maps import ImportMap, Maps
from fbridge.office.imports.report import ImportReport
from fbridge.office.imports.shipments import ShipmentOptions, import_shipments
from fbridge.office.imports.tracking import TrackingOptions, import_tracking

if TYPE_CHECKING:
    from fbridge.bridge import Bridge

KINDS = ("shipments", "tracking")
InboxOutcome = Literal["done", "errors", "left"]
DONE: Final = "done"
ERRORS: Final = "errors"
LEFT: Final = "left"
_NO_FILES = (".", "~$")
_NOT_WHOLE = (".part", ".tmp", ".filepart", ".crdownload")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxOptions:
    """How the files are taken: each kind's options, and how many seconds a file has to stay as it is."""

    shipments: ShipmentOptions
    tracking: TrackingOptions
    settle: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxResult:
    """What became of one file: ``done``, ``errors`` or ``left`` for the next run; a stable reason and a sentence."""

    file: str
    kind: str
    map: str
    outcome: InboxOutcome
    reason: str
    words: str
    moved_to: Path | None = None
    reports: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    kind: str
    map: str


Told = Callable[[ImportReport], Mapping[str, str]]
"""From a report to texts by the ending of their file: ``.json``, ``.txt``."""


def run_inbox(
    bridge: Bridge,
    folder: Path,
    options: InboxOptions,
    told: Told,
    wait: Callable[[float], None] = time.sleep,
) -> tuple[InboxResult, ...]:
    """Take each file that is whole; one bad file stops no other.

    Raises InputError where there is no such folder, BusyError where another run is at work in it.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", reason="no_folder")
    for name in (*KINDS, DONE, ERRORS, "out"):
        (folder / name).mkdir(exist_ok=True)
    try:
        with FileLock(folder / ".inbox.lock", timeout=0):
            inbox = _Inbox(bridge, folder, options, told)
            return tuple(inbox.take(file) for file in _whole_files(folder, options.settle, wait))
    except Timeout:
        raise BusyError(f"The files in {folder} are being taken by another run; try again later.") from None


def _whole_files(folder: Path, settle: float, wait: Callable[[float], None]) -> list[_File]:
    """The files that nobody writes any more: as they were some seconds ago. Shipments first, the oldest first."""
    before = {file: _state(file.path) for file in _files(folder)}
    if before:
        wait(settle)
    whole = [file for file in _files(folder) if before.get(file) == _state(file.path) is not None]
    return sorted(whole, key=lambda file: (KINDS.index(file.kind), _state(file.path), file.path.name))


def _files(folder: Path) -> Iterator[_File]:
    for kind in KINDS:
        for path in sorted((folder / kind).iterdir()):
            if path.is_dir() and not path.name.startswith("."):
                yield from (
                    _File(inner, kind, path.name) for inner in sorted(path.iterdir()) if _is_file(inner)
                )
            elif _is_file(path):
                yield _File(path, kind, "")


def _is_file(path: Path) -> bool:
    named = not path.name.startswith(_NO_FILES) and not path.name.lower().endswith(_NOT_WHOLE)
    return named and path.is_file() and not path.is_symlink()


def _state(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size


class _Inbox:
    def __init__(self, bridge: Bridge, folder: Path, options: InboxOptions, told: Told) -> None:
        self._bridge, self._folder, self._options, self._told = bridge, folder, options, told
        self._maps = Maps(bridge.context.settings.home.maps)

    def take(self, file: _File) -> InboxResult:
        """Import one file and put it where it belongs."""
        if self._was_done(file):
            return self._moved(file, DONE, "done_before", "It was taken whole before.")
        try:
            report = self._import(file)
        except (InputError, ConfigError) as error:
            if error.reason == "file_open":
                return self._result(file, LEFT, error.reason, str(error))
            texts = {".txt": f"{file.path.name}: {error}\n"}
            return self._moved(file, ERRORS, error.reason, str(error), self._write(file, texts))
        reports = self._write(file, self._told(report))
        words = ", ".join(
            f"{count} {name.replace('_', ' ')}" for name, count in report.counts.items() if count
        )
        if report.ok:
            return self._moved(file, DONE, "taken", f"{words or 'no row'}.", reports)
        return self._moved(
            file, ERRORS, "rows_refused", f"{words}; the refused rows: {report.refused_file}", reports
        )

    def _import(self, file: _File) -> ImportReport:
        folder, saved = self._folder / ERRORS, self._maps.get(file.map) if file.map else ImportMap()
        if file.kind == "tracking":
            tracking = replace(self._options.tracking, map=saved, refused_folder=folder)
            return import_tracking(self._bridge, file.path, tracking)
        shipments = replace(self._options.shipments, map=saved, refused_folder=folder)
        return import_shipments(self._bridge, file.path, shipments)

    def _was_done(self, file: _File) -> bool:
        """Whether the same content was taken whole: those with refused rows are never among the done."""
        folder = self._folder / DONE / file.kind / file.map
        size = file.path.stat().st_size
        alike = [path for path in folder.glob("*") if path.is_file() and path.stat().st_size == size]
        return bool(alike) and _digest(file.path) in {_digest(path) for path in alike}

    def _write(self, file: _File, texts: Mapping[str, str]) -> tuple[Path, ...]:
        paths = []
        for ending, text in texts.items():
            path = _free(self._folder / "out" / f"{file.path.name}.report{ending}")
            path.write_text(text, "utf-8")
            paths.append(path)
        return tuple(paths)

    def _moved(
        self, file: _File, to: InboxOutcome, reason: str, words: str, reports: Sequence[Path] = ()
    ) -> InboxResult:
        folder = self._folder / to / file.kind / file.map
        folder.mkdir(parents=True, exist_ok=True)
        target = _free(folder / file.path.name)
        file.path.replace(target)
        return replace(self._result(file, to, reason, words), moved_to=target, reports=tuple(reports))

    def _result(self, file: _File, outcome: InboxOutcome, reason: str, words: str) -> InboxResult:
        name = file.path.relative_to(self._folder).as_posix()
        return InboxResult(
            file=name, kind=file.kind, map=file.map, outcome=outcome, reason=reason, words=words
        )


def _free(path: Path) -> Path:
    """A name that is not taken: files of the same name come each evening."""
    number, target = 1, path
    while target.exists():
        number += 1
        target = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return target


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
