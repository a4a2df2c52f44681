"""``python -m tests.torture``: torture every platform on both databases; exit 1 on a broken promise.

``--platform``, ``--database`` and ``--kills`` choose a part of it; ``--schedules N`` walks through N schedules of the
toy platform instead.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.torture.platforms import PLATFORMS
from tests.torture.run import PROMISES, Account, Torture

ALL = "all"
KILLS = 1000
"""Of all parts together."""

DATABASES = ("sqlite", "postgresql")


def main() -> int:
    """Run and account."""
    given = _arguments()
    if given.schedules:
        return _walk(given.schedules)
    platforms = sorted(PLATFORMS) if given.platform == ALL else [given.platform]
    databases = DATABASES if given.database == ALL else (given.database,)
    parts = [(platform, database) for platform in platforms for database in databases]
    kills = -(-given.kills // len(parts))
    accounts = []
    for at, (platform, database) in enumerate(parts):
        account = _torture(given, platform, database, kills=kills, seed=given.seed + at)
        accounts.append(account)
        print(f"{platform} on {database.partition(':')[0]}: {account}", flush=True)
        for promise in PROMISES:
            if broken := getattr(account, promise):
                print(f"{promise}: {'; '.join(broken)}", flush=True)
    print(f"{sum(account.kills for account in accounts)} kills in all")
    return 0 if all(account.clean for account in accounts) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--platform", choices=[ALL, *sorted(PLATFORMS)], default=ALL)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="a setting of the plugin; may be repeated",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=KILLS, help="in all parts together")
    parser.add_argument("--shipments", type=int, default=100, help="in each part")
    parser.add_argument(
        "--database",
        default=ALL,
        help="sqlite, postgresql (a server of its own is started), or the SQLAlchemy URL of an empty PostgreSQL "
        "database",
    )
    parser.add_argument("--no-people", action="store_true", help="nobody acts while pushes run")
    parser.add_argument("--schedules", type=int, default=0, help="so many walks of the state machine")
    return parser.parse_args()


def _torture(given: argparse.Namespace, platform: str, database: str, *, kills: int, seed: int) -> Account:
    with tempfile.TemporaryDirectory(prefix="fbridge-torture-") as folder, _database(database) as url:
        return Torture(
            Path(folder),
            platform=platform,
            settings=dict(setting.split("=", 1) for setting in given.set),
            seed=seed,
            kills=kills,
            shipments=given.shipments,
            database=url,
            people=not given.no_people,
            tell=lambda words: print(words, file=sys.stderr, end="\r", flush=True),
        ).run()


@contextmanager
def _database(named: str) -> Iterator[str | None]:
    """The URL: None for an SQLite file of its own."""
    with ExitStack() as stack:
        if named == "postgresql":
            from tests.conftest import running_postgres

            yield stack.enter_context(running_postgres()).url("office")
        else:
            yield None if named == "sqlite" else named


def _walk(count: int) -> int:
    """By pytest, for it installs the toy platform."""
    os.environ["FBRIDGE_SCHEDULES"] = str(count)
    return int(
        pytest.main(["-q", "-p", "no:cacheprovider", "--timeout=0", "tests/people/test_any_schedule.py"])
    )


sys.exit(main())
