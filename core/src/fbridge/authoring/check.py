"""Checks one plugin: it is loaded, the kit is run, and a report card is made of what came of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fbridge.authoring.card import KitResult, Mark, ReportCard, by_clause
from fbridge.errors import InputError, PluginError, PluginMissingError
from fbridge.installation import extra_command
from fbridge.process_groups import end_group

PATIENCE = 120.0
_NEEDED = ("pytest", "waitress", "werkzeug")
_IN_A_TRACE = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+) in (?P<function>\S+)')


@dataclass(frozen=True, slots=True)
class _Ran:
    """What a process wrote: its events, where it hung, its output, and how it ended."""

    events: tuple[dict[str, Any], ...]
    where: str
    output: str
    code: int

    def told(self, event: str) -> Iterator[dict[str, Any]]:
        """The lines of this kind."""
        return (one for one in self.events if one["event"] == event)

    def one(self, event: str) -> dict[str, Any] | None:
        """The last line of this kind."""
        return next((one for one in reversed(self.events) if one["event"] == event), None)


def check_plugin(
    name: str, *, tests: Sequence[Path] = (), everything: bool = False, patience: float = PATIENCE
) -> ReportCard:
    """Load the plugin of this platform, or in this module, and run its tests of the kit.

    ``tests`` are files or folders with subclasses of ``AdapterConformance``; without them they are looked for beside
    the plugin. ``everything``: the whole kit and not only what every plugin must pass first of all. ``patience`` is
    the seconds that one test may take.

    Raises: PluginMissingError (no such plugin, or the kit is not installed), PluginError (it cannot be used, with the
    cause), InputError (there are no tests).
    """
    _need_the_kit()
    for path in tests:
        if not path.exists():
            raise InputError(f"There are no tests at {path}.", reason="no_kit_tests")
    with tempfile.TemporaryDirectory(prefix="fbridge-check-", ignore_cleanup_errors=True) as work:
        asked = {
            "name": name,
            "tests": [str(path) for path in tests],
            "everything": everything,
            "patience": patience,
            "work": work,
        }
        ran = _run(asked, Path(work))
    return _card(name, ran)


def _need_the_kit() -> None:
    for module in _NEEDED:
        if find_spec(module) is None:
            command = extra_command("testing")
            raise PluginMissingError(f"Checking a plugin needs one more package ({module}); run: {command}")


def _run(asked: dict[str, Any], work: Path) -> _Ran:
    command = [sys.executable, "-u", "-m", "fbridge.authoring.check_process", json.dumps(asked)]
    output = work / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "FBRIDGE_LANG": "en", "PYTEST_ADDOPTS": ""},
            start_new_session=True,
        )
        try:
            code = process.wait()
        finally:
            end_group(process)  # with all that the tests have started
    events = work / "events"
    lines = events.read_text("utf-8").splitlines() if events.exists() else []
    where = work / "where"
    return _Ran(
        events=tuple(json.loads(line) for line in lines),
        where=where.read_text("utf-8", errors="replace") if where.exists() else "",
        output=output.read_text("utf-8", errors="replace"),
        code=code,
    )


def _card(name: str, ran: _Ran) -> ReportCard:
    if broken := ran.one("broken"):
        kind = PluginMissingError if broken["missing"] else PluginError
        raise kind(broken["cause"], reason=broken["reason"])
    loaded, files = ran.one("loaded"), ran.one("files")
    if loaded is None or files is None:
        raise PluginError(f'The plugin "{name}" is broken: {_end_at_import(ran)}')
    if uncollected := ran.one("uncollected"):
        raise PluginError(
            f"The tests of {loaded['platform']} cannot be read ({uncollected['file']}): {uncollected['why']}"
        )
    collected = ran.one("collected")
    if not files["files"] or not (collected and collected["tests"]):
        raise _no_tests(loaded["platform"], files)
    return _made(ran, loaded, files)


def _no_tests(platform: str, files: dict[str, Any]) -> InputError:
    looked = ", ".join(files["files"]) or (f"{files['folder']}/tests" if files["folder"] else "")
    where = f" in {looked}" if looked else ": it is not known where its project is"
    return InputError(
        f"The plugin {platform} can be loaded, but no tests of the kit were found{where}. "
        "Subclass AdapterConformance (docs/plugin-tutorial.md), or say where they are: "
        f"fbridge plugin check {platform} --tests FOLDER",
        reason="no_kit_tests",
    )


def _made(ran: _Ran, loaded: dict[str, Any], files: dict[str, Any]) -> ReportCard:
    results = {}
    for one in ran.told("ends"):
        if one["test"] not in results or one["result"] == Mark.FAILED:
            results[one["test"]] = KitResult(test=one["test"], result=Mark(one["result"]), why=one["why"])
    stopped = ""
    if ran.one("ended") is None:
        last = ran.one("begins") or {"test": ""}
        stopped = f"{last['test']} {_ended_by(ran)}"
        results[last["test"]] = KitResult(test=last["test"], result=Mark.FAILED, why=stopped)
    for name in (ran.one("collected") or {"tests": ()})["tests"]:
        results.setdefault(name, KitResult(test=name, result=Mark.NOT_RUN))
    return ReportCard(
        platform=loaded["platform"],
        distribution=loaded["distribution"],
        contract=loaded["contract"],
        files=tuple(files["files"]),
        clauses=by_clause(list(results.values())),
        stopped=stopped,
        notes=tuple(loaded["notes"]),
    )


def _end_at_import(ran: _Ran) -> str:
    if ran.events:
        return f"its import {_ended_by(ran)}"
    said = ran.output.strip().rpartition("\n")[2]
    return f"it could not be looked at: {said or f'the process ended with {ran.code}'}"


def _ended_by(ran: _Ran) -> str:
    """``hangs ...``, or ``ends the whole process ...``."""
    if ran.where:
        place, patience = _place(ran.where), ran.events[-1]["patience"]
        return f"hangs: nothing came of it for {patience:g} s{f', at {place}' if place else ''}"
    return f"ends the whole process (with {ran.code})"


def _place(trace: str) -> str:
    """The innermost place that is neither Python's nor fbridge's nor of a library."""
    ours = str(Path(__file__).resolve().parents[1])
    foreign = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), ours, "<frozen")
    for found in _IN_A_TRACE.finditer(trace):
        if not found["file"].startswith(foreign):
            return f"{Path(found['file']).name} line {found['line']}, in {found['function']}"
    return ""
