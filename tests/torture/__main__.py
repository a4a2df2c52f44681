"""``python -m tests.torture --kills 300``: print the account; exit 1 where a promise was broken."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.torture.run import Torture


def main() -> int:
    """Run and account."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--shipments", type=int, default=400)
    parser.add_argument("--database", help="SQLAlchemy URL of an empty PostgreSQL database (default: SQLite)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fbridge-torture-") as folder:
        torture = Torture(
            Path(folder),
            seed=given.seed,
            kills=given.kills,
            shipments=given.shipments,
            database=given.database,
        )
        account = torture.run()
    print(account)
    for promise in ("lost", "doubled", "second_mails", "disagreements"):
        if broken := getattr(account, promise):
            print(f"{promise}: {', '.join(broken)}")
    return 0 if account.clean else 1


sys.exit(main())
