"""A command imports only what it needs, so that it starts soon: told by what is imported, not by a clock."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

HEAVY = {
    "alembic",
    "fbridge.http",
    "filelock",
    "httpx",
    "marshmallow",
    "oauthlib",
    "platformdirs",
    "procrastinate",
    "pluggy",
    "pygments",
    "rich",
    "opentelemetry",
    "sqlalchemy",
    "sqlalchemy.dialects.postgresql",
    "tomlkit",
}

PROBE = """
import json, sys
from fbridge.cli.main import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def loaded(user: Any, *words: str) -> set[str]:
    """What a process has imported after this command line."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words],
        env=user.environment(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    names: list[str] = json.loads(done.stderr.splitlines()[-1])
    return set(names)


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("--json", "--help")])
def test_help_and_version_import_nothing_heavy(user: Any, words: tuple[str, ...]) -> None:
    names = loaded(user, *words)
    assert not names & HEAVY
    assert not {name for name in names if name.startswith("fbridge_")}
    commands = {name for name in names if name.startswith("fbridge.cli.")} - {
        "fbridge.cli.main",
        "fbridge.cli.command_classes",
        "fbridge.cli.consoles",
        "fbridge.cli.errors_shown",
        "fbridge.cli.harmless_text",
        "fbridge.cli.session",
        "fbridge.cli.spoken",
    }
    assert not commands, "no command's module is needed to list the commands"


@pytest.mark.parametrize(
    "words",
    [("store", "--help"), ("manifest", "add", "--help"), ("orders", "export", "--help"), ("push", "--help")],
)
def test_help_of_a_command_loads_its_own_module_only(user: Any, words: tuple[str, ...]) -> None:
    names = loaded(user, *words)
    assert not names & HEAVY
    assert f"fbridge.cli.{words[0]}" in names
    assert not names & {"fbridge.cli.fetch", "fbridge.cli.carrier", "fbridge.bridge"}


TABLES = {"rich"}
A_STORE = {"fbridge.http", "httpx", "marshmallow", "pluggy"}


def test_a_command_imports_no_more_than_it_needs(ready_user: Any) -> None:
    ready_user.run("manifest", "add", "BRT", "1001")
    needs = {
        "status": set(),
        "explain 1001": TABLES,
        "orders list": TABLES,
        "shipment list": TABLES,
        "manifest show BRT": TABLES | {"fbridge.http"},
        "carrier list": TABLES | {"fbridge.http"},
        "store list": TABLES | {"fbridge.http"},
        "fetch": A_STORE | {"filelock"},
        "push --plan": A_STORE | TABLES,
    }
    unneeded = {
        words: more
        for words, needed in needs.items()
        if (more := loaded(ready_user, *words.split()) & HEAVY - needed - {"sqlalchemy"})
    }
    assert not unneeded


def test_help_makes_no_files(user: Any) -> None:
    loaded(user, "--help")
    assert not user.home.exists()
