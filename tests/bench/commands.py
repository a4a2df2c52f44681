"""Whole commands: fbridge itself, which notes what it asks of a store, and a bare program that asks it again."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.sandbox_process import SandboxProcess


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a program that was run: seconds on the wall, and of the processor."""

    seconds: float
    processor: float


def spent(act: Callable[[], object]) -> Cost:
    """What it took, of the processor what the programs took that it has run and that have ended."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - began, processor)


def run_fbridge(home: Path, *words: str) -> list[dict[str, Any]]:
    """Run one command line in this home; gives the requests that it made of stores."""
    noted = home / "requests.jsonl"
    noted.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.bench.recorded", str(noted), *words]
    environment = os.environ | {"FBRIDGE_HOME": str(home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"fbridge {' '.join(words)} ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in noted.read_text().splitlines()] if noted.exists() else []


def ask_again(store: SandboxProcess, requests: Sequence[dict[str, Any]]) -> None:
    """Make the same requests of this store, by hand (:mod:`tests.bench.by_hand`)."""
    given = {"platform": store.platform, "url": store.url, "settings": store.settings, "requests": requests}
    command = [sys.executable, "-m", "tests.bench.by_hand"]
    subprocess.run(command, input=json.dumps(given), text=True, check=True)
