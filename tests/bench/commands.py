"""Whole commands: fbridge itself, which notes what it asks of a store, and a bare program that asks it again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.sandbox_process import SandboxProcess


def run_fbridge(home: Path, *words: str) -> list[dict[str, Any]]:
    """Run one command line in this home; gives the requests that it made of stores."""
    noted = home / "requests.jsonl"
    noted.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.bench.recorded", str(noted), *words]
    subprocess.run(
        command, env=os.environ | {"FBRIDGE_HOME": str(home)}, check=True, stdout=subprocess.DEVNULL
    )
    return [json.loads(line) for line in noted.read_text().splitlines()] if noted.exists() else []


def ask_again(store: SandboxProcess, requests: Sequence[dict[str, Any]]) -> None:
    """Make the same requests of this store, by hand (:mod:`tests.bench.by_hand`)."""
    given = {"platform": store.platform, "url": store.url, "settings": store.settings, "requests": requests}
    command = [sys.executable, "-m", "tests.bench.by_hand"]
    subprocess.run(command, input=json.dumps(given), text=True, check=True)
