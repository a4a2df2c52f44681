"""Listeners are told after each command, and by a server after an act, by a process of its own that may go on."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from fbridge.context import Context
from fbridge.errors import FbridgeError
from fbridge.listeners.positions import first_untold, is_due, load_positions

if TYPE_CHECKING:
    from subprocess import Popen

log = logging.getLogger("fbridge.listeners")
WAIT = 2.0
"""Seconds that a command waits for its listeners; what takes longer goes on without it."""


def tell_after_command(context: Context, home: Path | None, begun: datetime) -> None:
    """Start telling the listeners where there is something to tell; ``begun`` (aware) is when the command was.

    Where nothing is installed this costs one look at a small table. Raises nothing that fbridge expects: what is not
    told now is told after a later command.
    """
    try:
        _find_new(context, begun)
        process = _begin(home) if _is_anything_due(context) else None
    except FbridgeError as error:
        log.warning("Listeners are told later: %s", error)
        return
    if process is not None:
        from subprocess import TimeoutExpired

        with suppress(TimeoutExpired, KeyboardInterrupt):
            process.wait(WAIT)


def tell_after_act(context: Context) -> None:
    """As :func:`tell_after_command`, for a server, which keeps nobody waiting for it."""
    home = context.settings.home
    try:
        process = (
            _begin(home.config if home.config == home.data else None) if _is_anything_due(context) else None
        )
    except FbridgeError as error:
        log.warning("Listeners are told later: %s", error)
        return
    if process is not None:
        Thread(target=process.wait, daemon=True).start()  # else a zombie is left of it


def _find_new(context: Context, begun: datetime) -> None:
    """Where this process has looked already for what is installed; else that would take longer than the command."""
    if "fbridge.plugins" in sys.modules:
        from fbridge.plugins import packages_were_searched

        if packages_were_searched():
            from fbridge.listeners.listeners import Listeners

            Listeners(context).find_new(begun)


def _is_anything_due(context: Context) -> bool:
    with context.database.read() as connection:
        found = [one for one in load_positions(connection).values() if is_due(one, context.now())]
        return any(first_untold(connection, one.after) for one in found)


def _begin(home: Path | None) -> Popen[bytes] | None:
    import subprocess  # most commands have nobody to tell

    where = {"FBRIDGE_HOME": str(home)} if home else {}
    apart: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        apart = {"creationflags": getattr(subprocess, "DETACHED_PROCESS", 0)}
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "fbridge", "listeners", "run", "--due", "--quiet"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | where,
            **apart,
        )
    except OSError as error:
        log.warning("Listeners are told later: %s", error)
        return None
