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

from fbridge.errors import NotFoundError
from fbridge.models.results import Outcome
from fbridge.office.imports.report import ImportReport, RowResult

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

KEPT_SECONDS = 24 * 60 * 60
MOST_ROWS_SHOWN = 200
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_FACTS, _RESULT, _REFUSED = "upload.json", "result.json", "refused"
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
    def refused_folder(self) -> Path:
        """Where its refused rows are written."""
        return self.path.parent / _REFUSED


class Uploads:
    """The files of one office that were handed in."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "uploads"

    def keep(self, file: FileStorage, account: str, kind: str, said: Mapping[str, str]) -> Upload:
        """Keep a file under a name that nobody guesses. What it is called there is only shown, and never a path."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget_old()
        token = secrets.token_urlsafe(16)
        folder = self._folder / token
        folder.mkdir(mode=0o700)
        (folder / _REFUSED).mkdir(mode=0o700)
        shown = re.split(r"[/\\]", file.filename or "")[-1]
        stem, _, ending = secure_filename(shown)[-_LONGEST_NAME:].rpartition(".")
        path = folder / f"{stem or 'file'}{f'.{ending}' if ending and stem else ''}"
        file.save(path)
        name = "".join(one for one in shown if one.isprintable())[:_LONGEST_NAME] or path.name
        upload = Upload(token=token, path=path, account=account, kind=kind, name=name, said=said)
        self._write(upload)
        return upload

    def get(self, token: str, account: str) -> Upload:
        """A file of whoever handed it in. Raises NotFoundError, for a file of somebody else too."""
        folder = self._folder / token
        if _TOKEN.fullmatch(token) and (folder / _FACTS).is_file():
            facts = json.loads((folder / _FACTS).read_text("utf-8"))
            path = folder / facts.pop("file")
            upload = Upload(token=token, path=path, **facts)
            if upload.account == account:
                return upload
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
        (upload.path.parent / _RESULT).write_text(json.dumps(told), "utf-8")

    def result(self, upload: Upload) -> ImportReport | None:
        """What became of a file; None before it was taken."""
        try:
            told: dict[str, Any] = json.loads((upload.path.parent / _RESULT).read_text("utf-8"))
        except OSError:
            return None
        rows = tuple(RowResult(**row | {"outcome": Outcome(row["outcome"])}) for row in told.pop("rows"))
        file = told.pop("refused_file")
        return ImportReport(**told, rows=rows, refused_file=upload.refused_folder / file if file else None)

    def _write(self, upload: Upload) -> None:
        facts = asdict(upload)
        del facts["token"], facts["path"]
        text = json.dumps({**facts, "file": upload.path.name})
        (upload.path.parent / _FACTS).write_text(text, "utf-8")

    def _forget_old(self) -> None:
        for folder in self._folder.iterdir():
            if _TOKEN.fullmatch(folder.name) and folder.stat().st_mtime < time.time() - KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def rows_shown(report: ImportReport) -> tuple[RowResult, ...]:
    """All rows as they stand in the file; of many the refused ones first, and no more than a page holds."""
    if len(report.rows) <= MOST_ROWS_SHOWN:
        return report.rows
    ordered = sorted(report.rows, key=lambda row: row.outcome is not Outcome.REFUSED)
    return tuple(ordered[:MOST_ROWS_SHOWN])
