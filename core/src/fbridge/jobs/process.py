"""Starts the process of a job: apart from the program that asks for it, so that it survives that one's end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from threading import Thread
from typing import Any

from fbridge.context import Context
from fbridge.errors import ConfigError


def start_process(context: Context, job_id: str) -> int:
    """Start it, do not wait, and give the id of the process.

    Where to find the database is told through a pipe: an address may hold a password.

    Raises ConfigError where no process can be started.
    """
    home = context.settings.home
    where = {"FBRIDGE_HOME": str(home.config)} if home.config == home.data else {}
    apart: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        flags = ("DETACHED_PROCESS", "CREATE_NEW_PROCESS_GROUP")
        apart = {"creationflags": sum(getattr(subprocess, name, 0) for name in flags)}
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "fbridge.cli.job_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | where,
            **apart,
        )
    except OSError as error:
        raise ConfigError(f"No process can be started on this machine: {error}.") from error
    told = {
        "job": job_id,
        "home": [str(home.config), str(home.data), str(home.log)],
        "database": context.database.url.render_as_string(hide_password=False),
    }
    _tell(process, json.dumps(told).encode())
    Thread(target=process.wait, daemon=True).start()  # else a zombie is left of it
    return process.pid


def _tell(process: subprocess.Popen[bytes], line: bytes) -> None:
    with suppress(OSError):  # it has died: nobody holds its lock then, which tells it
        if process.stdin:
            process.stdin.write(line)
            process.stdin.close()
