"""An emulated store at a distance: ``python -m tests.bench.far_store PLATFORM NAME=VALUE...``; ends with its input.

``PUT /__bench__/distance?seconds=0.05&pace=1`` says how much longer each request takes, and how slow the store itself
is (:mod:`fbridge.sandbox.pace`); at first it is near and quick.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from fbridge.sandbox import ServedSandbox
from fbridge.sandbox.__main__ import describe
from fbridge.sandbox.faults import CONTROL_PREFIX
from fbridge.sandbox.loading import create_sandbox
from fbridge.sandbox.pace import Pace

DISTANCE = "/__bench__/distance"


class FarStore:
    """The sandbox of a platform, some way off. The way is no work: waiting threads do not wait for each other."""

    def __init__(self, app: Any, latency: float = 0.0) -> None:
        self.control, self.store_settings = app.control, app.store_settings
        self._app, self._latency = app.wsgi, latency

    def wsgi(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == DISTANCE:
            told = parse_qs(environ["QUERY_STRING"])
            self._latency = float(told["seconds"][0])
            self.control.shop.pace = Pace(float(told["pace"][0]), mail_seconds=0)
            start_response("200 OK", [("content-type", "application/json")])
            return [b"{}"]
        if not path.startswith(CONTROL_PREFIX):
            time.sleep(self._latency)
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer


def main() -> None:
    """Serve until standard input is closed; one line of JSON says where."""
    platform, *options = sys.argv[1:]
    given = {name: json.loads(value) for name, _, value in (one.partition("=") for one in options)}
    with ServedSandbox(FarStore(create_sandbox(platform, **given)), "127.0.0.1", 0) as served:
        print(json.dumps(describe(platform, served)), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
