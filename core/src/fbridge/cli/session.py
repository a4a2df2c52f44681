"""What one run of the command line shares: the global options and the open ``Bridge``."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fbridge.errors import ConfigError
from fbridge.telemetry_asked import is_asked_for, is_possible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zoneinfo import ZoneInfo

    from fbridge.bridge import Bridge
    from fbridge.cli.when import When
    from fbridge.models.jobs import JobStep
    from fbridge.settings import Home


LOG_FORMATS = ("text", "json")


def home_at(folder: Path | None) -> Home | None:
    """The places in this folder; None for the user's own."""
    if folder is None:
        return None
    from fbridge.settings import find_home

    return find_home({"FBRIDGE_HOME": str(folder)})


def _open_bridge(home: Path | None) -> Bridge:
    from fbridge.bridge import Bridge

    return Bridge.open(home_at(home))


def _stdin_is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


@dataclass
class Session:
    """One run of ``fbridge``. ``interactive`` tells whether there is somebody to ask.

    ``command`` is what was typed, without options; ``is_answering``: a list for programs has begun, without an end.
    ``on_step``: who is told how far it is, where nobody looks at a terminal.
    """

    home: Path | None = None
    json: bool = False
    command: str = ""
    is_answering: bool = False
    quiet: bool = False
    log_format: str = field(default_factory=lambda: os.environ.get("FBRIDGE_LOG_FORMAT") or LOG_FORMATS[0])
    debug: bool = field(default_factory=lambda: os.environ.get("FBRIDGE_DEBUG", "") not in {"", "0"})
    interactive: bool = field(default_factory=_stdin_is_terminal)
    open_bridge: Callable[[Path | None], Bridge] = _open_bridge
    on_step: Callable[[JobStep], None] | None = None
    _at_end: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def bridge(self) -> Bridge:
        """The Python API, opened when a command first needs it."""
        from fbridge.cli.log_file import log_kept_in
        from fbridge.cli.spoken import speak

        bridge = self.open_bridge(self.home)
        self._at_end.callback(bridge.close)
        speak(bridge.context.settings.language)
        self._at_end.enter_context(log_kept_in(bridge.context.settings.home.log))
        if is_asked_for(os.environ):
            self._be_watched(bridge)
        self._at_end.callback(self._tell_listeners, bridge, bridge.context.now())
        return bridge

    def log_where_asked_for(self) -> None:
        """Log to standard error until this run ends, where an option says so."""
        if self.log_format not in LOG_FORMATS:
            raise ConfigError(f"Environment variable FBRIDGE_LOG_FORMAT: must be {' or '.join(LOG_FORMATS)}.")
        as_json = self.log_format == "json"
        if self.debug or as_json:
            from fbridge.cli.log_file import log_to_stderr

            self._at_end.enter_context(log_to_stderr(everything=self.debug, as_json=as_json))

    def _be_watched(self, bridge: Bridge) -> None:
        """Where OpenTelemetry is not installed the variables are meant for other programs."""
        if is_possible():
            from fbridge.telemetry import watched

            self._at_end.enter_context(watched(bridge.context))

    def _tell_listeners(self, bridge: Bridge, begun: datetime) -> None:
        """Unless the command was broken off, or cares for the listeners itself: a later one tells them then."""
        if sys.exc_info()[0] is None and not self.command.startswith("listeners"):
            from fbridge.listeners.after_commands import tell_after_command

            tell_after_command(bridge.context, self.home, begun)

    @property
    def timezone(self) -> ZoneInfo:
        """The user's time zone, for display and for dates that are typed."""
        return self.bridge.context.timezone

    @property
    def looked_at(self) -> bool:
        """Whether a person looks at the answer as it comes: it is shown on a terminal, for people."""
        return not self.json and sys.stdout.isatty()

    @property
    def may_ask(self) -> bool:
        """Whether a question can be answered: a person is there, and the output is not for a program."""
        return self.interactive and not self.json

    def moment(self, when: When | None) -> datetime | None:
        """A typed point in time as aware UTC."""
        return when.moment(datetime.now(UTC), self.timezone) if when else None

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While a list is written for programs, row by row: what goes wrong meanwhile has to end it."""
        self.is_answering = True
        yield
        self.is_answering = False

    def close(self) -> None:
        """Close the bridge and its log, if they were opened."""
        self._at_end.close()


pass_session = click.make_pass_decorator(Session)
