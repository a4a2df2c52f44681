"""What every service stands on: the database, the settings, the clock and the user's time zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fbridge.storage.database import Database

if TYPE_CHECKING:
    from fbridge.settings import Settings


def utc_now() -> datetime:
    """The current time, aware UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Context:
    """Shared by all services of one ``Bridge``; the clock can be replaced in tests."""

    database: Database
    settings: Settings
    timezone: ZoneInfo
    now: Callable[[], datetime] = field(default=utc_now)

    @property
    def lock_folder(self) -> Path:
        """Where the locks of this database are: beside a SQLite file, else in the data folder."""
        path = self.database.path
        return (path.parent if path else self.settings.home.data) / "locks"

    def reload_settings(self) -> None:
        """Take over what was changed in the settings files."""
        from fbridge.settings import load_settings

        self.settings = load_settings(self.settings.home, self.settings.environment)

    def local_date(self, moment: datetime) -> date:
        """The date on the user's wall at this moment."""
        return moment.astimezone(self.timezone).date()
