"""A push that is killed: a real process, SIGKILL, at a moment when the store is at work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 300.0
SECONDS_BETWEEN_LOOKS = 0.02


def kill_a_push(home: Path, mails: Callable[[], int]) -> int:
    """Start ``fbridge push --yes`` and kill it once the store has mailed somebody; how many mails were out."""
    command = [sys.executable, "-m", "fbridge", "push", "--yes"]
    environment = {**os.environ, "FBRIDGE_HOME": str(home)}
    with subprocess.Popen(  # noqa: S603 - our own command, with our own arguments
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        give_up = time.monotonic() + PATIENCE
        while not mails() and process.poll() is None and time.monotonic() < give_up:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        process.kill()
    return mails()
