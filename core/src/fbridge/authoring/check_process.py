"""``python -m fbridge.authoring.check_process``: loads one plugin and runs its tests of the kit, in its own process.

What a plugin does at import, or in a test, may hang, end the process or print: so this is not done in the process of
the command. What happens is written line by line, as JSON, into a file that :mod:`fbridge.authoring.check` reads.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from fbridge.authoring.must_tests import clause_of, is_must
from fbridge.errors import FbridgeError, PluginError, PluginMissingError
from fbridge.hookspecs import ENTRY_POINT_GROUP
from fbridge.plugin_calls import LoadedPlatform, in_one_line
from fbridge.plugins import installed_platforms, load_platform
from fbridge.sandbox.loading import create_sandbox, installed_sandboxes

_OPTIONS = (
    "-q",
    "--import-mode=importlib",
    "-o",
    "addopts=",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:faulthandler",
)
_NOT_HERE = ("-p", "no:xdist", "-p", "no:randomly")
"""What the author's own settings may ask for, and what would run the tests in other processes or in another order."""
NOT_INSTALLED = "No installed package has this module among its entry points: no other command finds it."
_KIT = "AdapterConformance"

LOADING = 30.0
"""Seconds within which a plugin is there, with all that it imports."""


@dataclass(frozen=True, slots=True)
class Asked:
    """``work`` is a folder for what is written; ``patience`` the seconds that an import or a test may take."""

    name: str
    tests: tuple[str, ...]
    everything: bool
    patience: float
    work: Path


class Record:
    """The file of what happened. Who takes longer than ``patience`` after a line is ended, and it is said where."""

    def __init__(self, asked: Asked) -> None:
        self._file = (asked.work / "events").open("a", encoding="utf-8", buffering=1)
        self._where: IO[str] = (asked.work / "where").open("w", encoding="utf-8")
        self.patience = min(asked.patience, LOADING)

    def write(self, event: str, **told: Any) -> None:
        """Write a line; the time begins anew."""
        self._file.write(json.dumps({"event": event, "patience": self.patience, **told}) + "\n")
        faulthandler.dump_traceback_later(self.patience, exit=True, file=self._where)

    def end(self) -> None:
        """Nothing is waited for any more."""
        faulthandler.cancel_dump_traceback_later()


def main() -> int:
    """Do what the one argument, a JSON object, asks for; return 0 when it was done, whatever came of the plugin."""
    given = json.loads(sys.argv[1])
    asked = Asked(**{**given, "tests": tuple(given["tests"]), "work": Path(given["work"])})
    record = Record(asked)
    try:
        _check(asked, record)
    except PluginError as error:
        missing = isinstance(error, PluginMissingError)
        record.write("broken", cause=str(error), reason=error.reason, missing=missing)
    record.end()
    return 0


def _check(asked: Asked, record: Record) -> None:
    record.write("begins", test="")
    key = _key(asked)
    loaded = load_platform(key)
    module = installed_platforms()[key].module
    notes = [NOT_INSTALLED] if _stands_in(asked) else _notes_on_sandbox(key)
    record.write("loaded", **_described(loaded), notes=notes)
    files = [str(Path(one).resolve()) for one in asked.tests] or [
        str(one) for one in _found_tests(module, key)
    ]
    record.patience = asked.patience
    record.write("files", files=files, folder=str(_project(module) or ""))
    if files:
        options = [*_OPTIONS, *_NOT_HERE, f"--basetemp={asked.work / 'tests'}"]
        code = pytest.main([*options, *files], plugins=[_Kit(asked, record)])
        record.write("ended", code=int(code))


def _key(asked: Asked) -> str:
    """The platform that is meant: by its key, or by its module, which need not be installed."""
    installed = installed_platforms()
    if asked.name in installed:
        return asked.name
    for key, offer in installed.items():
        names = {offer.module, offer.module.partition(".")[0], offer.dist.name if offer.dist else ""}
        if asked.name in names:
            return key
    return _stand_in(asked)


def _stand_in(asked: Asked) -> str:
    """Offer a module that no installed package does. Its faults are then told as those of any plugin."""
    key = asked.name.removesuffix(".plugin").rpartition(".")[2].removeprefix("fbridge_")
    try:
        key = importlib.import_module(asked.name).describe_platform().key
    except ModuleNotFoundError as error:
        if error.name and f"{asked.name}.".startswith(f"{error.name}."):
            raise _missing(asked.name) from error
    except (Exception, SystemExit):  # noqa: BLE001, S110 - it is told when the plugin is loaded
        pass
    info = asked.work / "site" / f"{key}-0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {asked.name}\nVersion: not installed\n", "utf-8"
    )
    (info / "entry_points.txt").write_text(f"[{ENTRY_POINT_GROUP}]\n{key} = {asked.name}\n", "utf-8")
    sys.path.append(str(info.parent))
    return key


def _missing(name: str) -> PluginMissingError:
    """As of any platform that is not there; and no module either."""
    try:
        load_platform(name)
    except PluginMissingError as error:
        hint = "one that you write is found once its package is installed: pip install -e FOLDER"
        return PluginMissingError(f"{error} Nor is there a module {name}: {hint}")
    raise AssertionError(f"{name} is installed")


def _stands_in(asked: Asked) -> bool:
    return (asked.work / "site").exists()


def _described(loaded: LoadedPlatform) -> dict[str, Any]:
    platform = loaded.platform
    return {"platform": platform.key, "distribution": loaded.distribution, "contract": platform.contract}


def _notes_on_sandbox(key: str) -> list[str]:
    """What keeps the demo and ``sandbox serve`` from this platform; the kit's own tests may do without."""
    if key not in installed_sandboxes():
        return [f"{key} offers no sandbox (entry point fbridge.sandboxes), so it has no demo."]
    try:
        app = create_sandbox(key, pace=0)
    except FbridgeError as error:
        return [str(error)]
    except Exception as error:  # noqa: BLE001 - a plugin's own code may raise anything
        return [f"The sandbox of {key} cannot be made: {in_one_line(error)}"]
    missing = [name for name in ("wsgi", "control", "shopkeeper", "store_settings") if not hasattr(app, name)]
    return (
        [f"The sandbox of {key} has no {', '.join(missing)} (fbridge.sandbox.SandboxApp)."] if missing else []
    )


def _project(module: str) -> Path | None:
    """The folder of the project that a module is in."""
    file = getattr(sys.modules.get(module), "__file__", None)
    folders = Path(file).resolve().parents if file else ()
    return next((folder for folder in folders if (folder / "pyproject.toml").is_file()), None)


def _found_tests(module: str, key: str) -> Iterator[Path]:
    """Files beside the plugin that subclass the kit and name the plugin; or those beside the whole repository."""
    project = _project(module)
    for folder in (project, *project.parents) if project else ():
        found = [one for one in _of_kit(folder / "tests") if _is_about(one, folder, module, key)]
        if found:
            yield from found
            return
        if (folder / ".git").exists():
            return


def _of_kit(folder: Path) -> list[Path]:
    files = sorted({*folder.rglob("test_*.py"), *folder.rglob("*_test.py")})
    return [one for one in files if _KIT in one.read_text("utf-8", errors="replace")]


def _is_about(file: Path, folder: Path, module: str, key: str) -> bool:
    package = module.partition(".")[0]
    return key in file.relative_to(folder).parts or package in file.read_text("utf-8", errors="replace")


class _Kit:
    """The part of pytest that chooses the tests and writes down what came of them."""

    def __init__(self, asked: Asked, record: Record) -> None:
        self._everything = asked.everything
        self._record = record

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave what is not asked for."""
        wanted = [item for item in items if self._is_wanted(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
        items[:] = wanted
        self._record.write("collected", tests=[item.name for item in wanted])

    def _is_wanted(self, item: pytest.Item) -> bool:
        from fbridge.testing import (
            AdapterConformance,
        )  # not sooner: pytest makes its assertions tell their values

        owner = getattr(item, "cls", None)
        is_kit = isinstance(owner, type) and issubclass(owner, AdapterConformance) and clause_of(item.name)
        return bool(is_kit) and (self._everything or is_must(item.name))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be imported."""
        if report.failed:
            self._record.write("uncollected", file=report.nodeid, why=_last_line(str(report.longrepr)))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Before each test."""
        self._record.write("begins", test=nodeid.rpartition("::")[2])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """After each of its three parts; the first that did not pass is what counts."""
        if report.when == "call" or not report.passed:
            name = report.nodeid.rpartition("::")[2]
            self._record.write("ends", test=name, result=report.outcome, why=_why(report))


def _why(report: pytest.TestReport) -> str:
    if report.skipped and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    said = str(crash.message) if crash else str(report.longrepr or "")
    return said.removeprefix("AssertionError: ").removeprefix("Failed: ")


def _last_line(text: str) -> str:
    lines = [line.removeprefix("E").strip() for line in text.splitlines() if line.startswith("E ")]
    return lines[-1] if lines else text.strip().rpartition("\n")[2]


if __name__ == "__main__":
    ended_with = main()
    sys.stdout.flush()
    os._exit(ended_with)  # threads of a plugin keep no process alive
