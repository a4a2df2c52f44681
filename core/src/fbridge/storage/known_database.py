"""The record that a database was there: without it a lost one would look like a first start, "at rest"."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

RECORD = "last-database.json"


def last_used(folder: Path, database: Path) -> datetime | None:
    """When this database was last opened, as far as the folder's record tells of it (aware UTC)."""
    try:
        record = folder / RECORD
        known = json.loads(record.read_text("utf-8"))["database"]
        return datetime.fromtimestamp(record.stat().st_mtime, UTC) if known == str(database) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_use(folder: Path, database: Path) -> None:
    """Record that the database is there. A folder that cannot be written to stops no work."""
    record = folder / RECORD
    with suppress(OSError):
        if last_used(folder, database) is not None:
            os.utime(record)
            return
        part = folder / f".{RECORD}.{os.getpid()}"
        part.write_text(json.dumps({"database": str(database)}) + "\n", "utf-8")
        part.replace(record)
