"""The best hand-made run: the requests of a push made again on its twin store, side by side as they were, by a bare
client. What it spares is all that makes a push safe: plan, ledger, and looking at what the answers say.

``python -m tests.bench.by_hand`` with the store and the requests as JSON on standard input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx

from tests.bench.measured import auth_of

MOST_AT_ONCE = 8


def main() -> None:
    """Make each request once all have ended that had ended before it began."""
    given = json.load(sys.stdin)
    auth = auth_of(given)
    requests = sorted(given["requests"], key=lambda one: one["began"])
    running: list[tuple[float, Future[None]]] = []
    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(MOST_AT_ONCE) as pool:

        def ask(request: Mapping[str, Any]) -> None:
            url, signature = auth.sign(request["method"], given["url"] + request["path"])
            headers = {**request["headers"], **signature}
            content = request["content"].encode() or None
            answer = client.request(request["method"], url, headers=headers, content=content)
            if answer.status_code != request["status"]:
                raise SystemExit(f"{request['path']}: {answer.status_code} {answer.text[:200]}")

        for request in requests:
            for ended, future in running:
                if ended <= request["began"]:
                    future.result()
            running.append((request["ended"], pool.submit(ask, request)))
        for _, future in running:
            future.result()


main()
