"""``python -m tests.real``: ship the orders that the environment names, where it says; exit 1 on a fault."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from fbridge.bridge import Bridge
from fbridge.errors import FbridgeError
from fbridge.settings import Home
from fbridge.storage.database import open_database
from tests.real.named import NotNamedError, named_stores
from tests.real.walk import BrokenError, Walk


def main() -> int:
    """Walk through every store that is named; what one does to the others is nothing."""
    try:
        stores = list(named_stores(os.environ, datetime.now(UTC).date()))
    except NotNamedError as error:
        print(error, file=sys.stderr)
        return 2
    broken = 0
    for real in stores:
        with tempfile.TemporaryDirectory(prefix="fbridge-real-") as folder:
            home = Home(config=Path(folder), data=Path(folder), log=Path(folder))
            home.create()
            open_database(f"sqlite:///{home.database_file}").close()
            try:
                with Bridge.open(home) as bridge:
                    Walk(bridge, real, print).go()
            except (BrokenError, FbridgeError) as error:
                print(f"{real.platform}: {error}", file=sys.stderr)
                broken += 1
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
