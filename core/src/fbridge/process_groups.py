"""A process that was started in a session of its own (``start_new_session``), and all that it has started."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from subprocess import Popen
from typing import AnyStr


def end_group(process: Popen[AnyStr]) -> None:
    """End the process with what it has started, whatever it is doing; on Windows the process alone."""
    if os.name == "nt":
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
