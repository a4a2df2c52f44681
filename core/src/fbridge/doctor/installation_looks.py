"""Versions, folders and their rights, plugins, the database and its backups: what can be seen without a store."""

from __future__ import annotations

import os
import platform
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from fbridge.doctor.looks import Look
from fbridge.installation import extra_command
from fbridge.models.platforms import CONTRACT_VERSION
from fbridge.plugins import describe_all
from fbridge.settings import Home, Settings
from fbridge.settings.private_file import readable_by_others
from fbridge.storage.check import DatabaseReport
from fbridge.storage.maintenance import Maintenance
from fbridge.storage.version import HEAD_REVISION
from fbridge.telemetry_asked import is_asked_for, is_possible

LONGEST_WITHOUT_BACKUP = timedelta(days=7)
_LIBRARIES = ("click", "httpx", "SQLAlchemy", "marshmallow", "pluggy")


def looks_at_versions() -> Iterator[Look]:
    """What a bug report has to name."""
    parts = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}", platform.platform()]
    parts += [f"{name} {version(name)}" for name in _LIBRARIES]
    yield Look(about="fbridge", name="version", ok=True, words=f"{version('fbridge')}; {', '.join(parts)}")


def looks_at_telemetry() -> Iterator[Look]:
    """Nothing where nobody asks for it; the variables may be meant for other programs."""
    if not is_asked_for(os.environ):
        return
    if is_possible():
        yield Look(about="fbridge", name="telemetry", ok=True, words="OpenTelemetry is told what is done")
        return
    words = "OTEL_ variables ask for metrics and traces, and OpenTelemetry is not installed"
    yield Look(about="fbridge", name="telemetry", ok=False, words=words, next_step=extra_command("otel"))


def looks_at_paths(home: Home) -> Iterator[Look]:
    """Where everything is, whether it can be written, and whether others can read the credentials."""
    for name, folder in (("settings", home.config), ("data", home.data), ("log", home.log)):
        if not folder.exists():
            words, ok = f"{folder} is not there yet; the first command makes it", True
        elif not os.access(folder, os.W_OK | os.X_OK):
            words, ok = f"{folder} cannot be written by this user; give it the right to", False
        else:
            words, ok = f"{folder} (rights {stat.S_IMODE(folder.stat().st_mode):o})", True
        yield Look(about="folders", name=name, ok=ok, words=words)
    for file in (home.secrets_file, home.config_file):
        if file.exists() and file == home.secrets_file and readable_by_others(file):
            words = f"{file} can be read by others; take that right away: chmod 600 {file}"
            yield Look(about="folders", name=file.name, ok=False, words=words)


def looks_at_plugins() -> Iterator[Look]:
    """Each installed platform, whether it works, and the contract that it was built for."""
    found = describe_all()
    for one in found:
        contract = f", contract {one.platform.contract}" if one.platform else ""
        words = one.cause or one.ageing or f"{one.package}{contract}"
        step = "" if one.ok else "fbridge platforms"
        yield Look(about="plugins", name=one.key, ok=one.ok, words=words, next_step=step)
    if not found:
        words = f"no platform plugin is installed (this fbridge has contract {CONTRACT_VERSION})"
        yield Look(about="plugins", name="none", ok=False, words=words, next_step="fbridge platforms")


def looks_at_database(home: Home, settings: Settings) -> tuple[tuple[Look, ...], bool]:
    """The database, its schema and its backups; and whether it can be opened without being changed."""
    maintenance = Maintenance(url=settings.database, records=home.config)
    report = maintenance.check()
    looks = [*_soundness(report), _schema(report)]
    if maintenance.file is not None and report.schema:
        looks.append(_backups(maintenance.file))
    return tuple(looks), report.schema == HEAD_REVISION and report.sound


def _soundness(report: DatabaseReport) -> Iterator[Look]:
    for problem in report.problems:
        new = problem.reason == "no_database"
        step = "" if new else "fbridge db check"
        yield Look(about="database", name=problem.reason, ok=new, words=problem.words, next_step=step)
    if report.sound:
        room = f", {_mebibytes(report.size)}, {_mebibytes(report.free)} free" if report.size else ""
        yield Look(about="database", name="sound", ok=True, words=f"{report.database} is sound{room}")


def _schema(report: DatabaseReport) -> Look:
    if report.schema in (None, HEAD_REVISION):
        words = f"schema {report.schema or 'none yet'}; this fbridge has {HEAD_REVISION}"
        return Look(about="database", name="schema", ok=True, words=words)
    words = f"schema {report.schema}, and this fbridge has {HEAD_REVISION}: it is brought up to date"
    return Look(about="database", name="schema", ok=False, words=words, next_step="fbridge db upgrade")


def _backups(file: Path) -> Look:
    """Those that fbridge itself names, beside the database."""
    made = [one.stat().st_mtime for one in file.parent.glob(f"{file.stem}-*T*Z{file.suffix}")]
    if not made:
        words = f"there is no backup beside {file}; one that is kept elsewhere is not seen"
        return Look(about="database", name="backups", ok=False, words=words, next_step="fbridge db backup")
    newest = datetime.fromtimestamp(max(made), UTC)
    old = datetime.now(UTC) - newest > LONGEST_WITHOUT_BACKUP
    words = f"{len(made)} beside it, the newest of {newest:%Y-%m-%d %H:%M} UTC"
    step = "fbridge db backup" if old else ""
    return Look(about="database", name="backups", ok=not old, words=words, next_step=step)


def _mebibytes(size: int | None) -> str:
    return f"{(size or 0) / 2**20:.1f} MiB"
