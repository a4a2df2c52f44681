"""``fbridge office`` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def office_process(home: Path, port: int, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, once it answers, and the address that it tells; killed at the end where it still runs."""
    command = [sys.executable, "-m", "fbridge", "--home", str(home)]
    process = subprocess.Popen(
        [*command, "office", "--port", str(port), *options, "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert told["ok"]
        yield process, told["data"]["url"]
    finally:
        process.kill()
        process.communicate()
