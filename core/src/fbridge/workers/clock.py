"""One time for all hosts: that of the database. A host whose own clock is wrong would fetch a store without a pause,
or an hour late, and would not wait until a store has settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import utc_now

_CLOSE = timedelta(seconds=1)


@dataclass(slots=True)
class DatabaseClock:
    """Gives the time as the database had it when it was last asked, and as it has gone on since."""

    ahead: timedelta = timedelta(0)
    """Of this computer's clock; zero where both agree as far as the network can tell."""

    def __call__(self) -> datetime:
        """Aware UTC."""
        return utc_now() + self.ahead

    def set_by(self, connection: Connection) -> None:
        """Ask the database."""
        begun = utc_now()
        there = connection.scalar(sa.select(sa.func.clock_timestamp()))
        took = utc_now() - begun
        ahead = there - begun - took / 2 if there else timedelta(0)
        self.ahead = ahead if abs(ahead) > max(took, _CLOSE) else timedelta(0)
