"""``python -m tests.torture --platform prestashop --kills 300``: print the account, exit 1 on a broken promise."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.torture.platforms import PLATFORMS
from tests.torture.run import Torture


def main() -> int:
    """Run and account."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--platform", choices=sorted(PLATFORMS), default="woocommerce")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="a setting of the plugin; may be repeated",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--shipments", type=int, default=400)
    parser.add_argument("--database", help="SQLAlchemy URL of an empty PostgreSQL database (default: SQLite)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fbridge-torture-") as folder:
        torture = Torture(
            Path(folder),
            platform=given.platform,
            settings=dict(setting.split("=", 1) for setting in given.set),
            seed=given.seed,
            kills=given.kills,
            shipments=given.shipments,
            database=given.database,
            tell=lambda words: print(words, file=sys.stderr, end="\r", flush=True),
        )
        account = torture.run()
    print(account)
    for promise in ("lost", "doubled", "second_mails", "disagreements"):
        if broken := getattr(account, promise):
            print(f"{promise}: {', '.join(broken)}")
    return 0 if account.clean else 1


sys.exit(main())
