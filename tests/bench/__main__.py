"""``python -m tests.bench``: print every ratio. ``python -m bench start fetch`` runs only those."""

from __future__ import annotations

import sys

from tests.bench import fetching, importing, pushing, rate_limit, real_pace, sizes, starting

BENCHES = {
    "size": sizes.run,
    "start": starting.run,
    "fetch": fetching.run,
    "push": pushing.run,
    "rate": rate_limit.run,
    "files": importing.run,
    "pace": real_pace.run,
}


def main() -> None:
    """Run the named benchmarks, or all."""
    for name in sys.argv[1:] or BENCHES:
        for line in BENCHES[name]():
            print(line, flush=True)


main()
