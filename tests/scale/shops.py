"""Many emulated stores at a distance: ``python -m tests.scale.shops PLATFORM COUNT SECONDS NAME=VALUE...``.

All are in one process. One line of JSON says where they are; they end with its input.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack

from fbridge.sandbox import ServedSandbox
from fbridge.sandbox.__main__ import describe
from fbridge.sandbox.loading import create_sandbox
from tests.bench.far_store import FarStore


def main() -> None:
    """Serve until standard input is closed."""
    platform, count, seconds, *options = sys.argv[1:]
    given = {name: json.loads(value) for name, _, value in (one.partition("=") for one in options)}
    with ExitStack() as stack:
        served = []
        for number in range(int(count)):
            store = FarStore(create_sandbox(platform, **given, seed=number + 1), latency=float(seconds))
            served.append(stack.enter_context(ServedSandbox(store, "127.0.0.1", 0)))
        print(json.dumps([describe(platform, one) for one in served]), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
