"""Files that were handed in on the page, until they are taken: each in a folder of its own, for its user alone."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.utils import secure_filename

from fbridge.errors import InputError, NotFoundError
from fbridge.models.results import Outcome
from fbridge.office.imports.report import ImportReport, RowResult

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

KEPT_SECONDS = 24 * 60 * 60
MOST_KEPT = 20
"""Of one account: nobody fills the disk with them."""
MOST_ROWS_SHOWN = 200
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_FACTS, _RESULT = "upload.json", "result.json"
_FILE, _REFUSED = "file", "refused"
"""Folders: what is called by others stands beside nothing of ours."""
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that somebody handed in. ``said`` is what the form says of it, ``name`` what it was called there."""

    token: str
    path: Path
    account: str
    kind: str
    name: str
    said: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """What is kept of it."""
        return self.path.parent.parent

    @property
    def refused_folder(self) -> Path:
        """Where its refused rows are written."""
        return self.folder / _REFUSED


class Uploads:
    """The files of one office that were handed in."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "uploads"

    def keep(self, file: FileStorage, account: str, kind: str, said: Mapping[str, str]) -> Upload:
        """Keep a file under a name that nobody guesses. What it is called there is only shown, and never a path."""
        self.forget_old()
        self._forget_many(account)
        shown = re.split(r"[/\\]", file.filename or "")[-1]
        stem, _, ending = secure_filename(shown)[-_LONGEST_NAME:].rpartition(".")
        own = f"{stem or 'file'}{f'.{ending}' if ending and stem else ''}"
        name = "".join(one for one in shown if one.isprintable())[:_LONGEST_NAME] or own
        token = secrets.token_urlsafe(16)
        upload = Upload(
            token=token,
            path=self._folder / token / _FILE / own,
            account=account,
            kind=kind,
            name=name,
            said=said,
        )
        try:
            for folder in (upload.path.parent, upload.refused_folder):
                folder.mkdir(parents=True)
            for folder in (self._folder, upload.folder):
                folder.chmod(0o700)
            file.save(upload.path)
            self._write(upload)
        except OSError as error:
            shutil.rmtree(upload.folder, ignore_errors=True)
            raise InputError(
                f"The file cannot be kept here: {error.strerror or error}.", reason="file_not_written"
            ) from error
        return upload

    def forget_old(self) -> None:
        """Remove what nobody has asked for within a day: it names customers."""
        for folder in filter(_is_old, self._folders()):
            shutil.rmtree(folder, ignore_errors=True)

    def _forget_many(self, account: str) -> None:
        own = [folder for folder in self._folders() if _facts(folder).get("account") == account]
        for folder in sorted(own, key=_time_of, reverse=True)[MOST_KEPT - 1 :]:
            shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        there = self._folder.iterdir() if self._folder.is_dir() else ()
        return [folder for folder in there if _TOKEN.fullmatch(folder.name)]

    def get(self, token: str, account: str) -> Upload:
        """A file of whoever handed it in. Raises NotFoundError, for a file of somebody else too."""
        folder = self._folder / token
        facts = _facts(folder) if _TOKEN.fullmatch(token) and not _is_old(folder) else {}
        if facts and facts["account"] == account:
            path = folder / _FILE / facts.pop("file")
            return Upload(token=token, path=path, **facts)
        raise NotFoundError(
            "There is no such file any more; hand it in again: one is kept for a day.",
            reason="unknown_upload",
        )

    def say(self, upload: Upload, said: Mapping[str, str]) -> None:
        """Keep what is said of a file in place of what was said before."""
        self._write(replace(upload, said=said))

    def keep_result(self, upload: Upload, report: ImportReport) -> None:
        """Keep what became of a file that was taken, as far as it is shown."""
        told = {
            **asdict(replace(report, rows=rows_shown(report))),
            "refused_file": report.refused_file.name if report.refused_file else None,
        }
        (upload.folder / _RESULT).write_text(json.dumps(told), "utf-8")

    def result(self, upload: Upload) -> ImportReport | None:
        """What became of a file; None before it was taken."""
        try:
            told: dict[str, Any] = json.loads((upload.folder / _RESULT).read_text("utf-8"))
        except OSError:
            return None
        rows = tuple(RowResult(**row | {"outcome": Outcome(row["outcome"])}) for row in told.pop("rows"))
        file = told.pop("refused_file")
        return ImportReport(
            **told, rows=rows, refused_file=upload.refused_folder / Path(file).name if file else None
        )

    def _write(self, upload: Upload) -> None:
        facts = asdict(upload)
        del facts["token"], facts["path"]
        text = json.dumps({**facts, "file": upload.path.name})
        (upload.folder / _FACTS).write_text(text, "utf-8")


def _facts(folder: Path) -> dict[str, Any]:
    """What is known of a file; nothing where it is gone, or was never wholly kept."""
    try:
        facts: dict[str, Any] = json.loads((folder / _FACTS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return facts


def _time_of(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # somebody else has removed it just now
        return 0.0


def _is_old(folder: Path) -> bool:
    return _time_of(folder) < time.time() - KEPT_SECONDS


def rows_shown(report: ImportReport) -> tuple[RowResult, ...]:
    """All rows as they stand in the file; of many the refused ones first, and no more than a page holds."""
    if len(report.rows) <= MOST_ROWS_SHOWN:
        return report.rows
    ordered = sorted(report.rows, key=lambda row: row.outcome is not Outcome.REFUSED)
    return tuple(ordered[:MOST_ROWS_SHOWN])
