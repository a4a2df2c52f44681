"""``python -m tests.bench.recorded FILE push ...``: fbridge itself, which notes what it asks of stores, and when."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from fbridge.cli.main import main
from fbridge.http.client import StoreHttp


def record(into: Path) -> None:
    """Write each request as a line: in this sequence, and side by side, another program can make them again."""
    exchange = StoreHttp._exchange

    def noted(http: StoreHttp, call: Any, *more: Any) -> Any:
        began = time.perf_counter()
        response = exchange(http, call, *more)
        line = {
            "method": call.method,
            "path": call.url.removeprefix(http.base_url),
            "headers": dict(call.headers),
            "content": call.content.decode(),
            "began": began,
            "ended": time.perf_counter(),
            "status": response.status,
            "received": len(response.content),
        }
        with into.open("a") as file:
            file.write(json.dumps(line) + "\n")
        return response

    StoreHttp._exchange = noted  # type: ignore[method-assign]


record(Path(sys.argv.pop(1)))
main()
