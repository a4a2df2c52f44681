"""``docs/cli.md`` says what the commands do now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fbridge.cli.main import COMMANDS
from fbridge.exit_codes import ExitCode

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "cli.md"


def test_the_generated_parts_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", "--diff", str(PAGE)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, f"run `make docs`:\n{done.stdout}{done.stderr}"


def test_every_command_and_exit_code_is_there() -> None:
    page = PAGE.read_text("utf-8")
    for name in COMMANDS:
        assert f"\n## fbridge {name}\n" in page
    for code in ExitCode:
        assert f"| {int(code)} | `{code.name}` |" in page
