"""Pressing the tabulator offers what there is, makes nothing, and never shows an error."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete
from tests.core.cli.conftest import FBRIDGE

from fbridge.cli.main import cli
from fbridge.cli.session import Session


def offered(user: Any, typed: str) -> list[str]:
    *before, incomplete = typed.split(" ")
    shell = ShellComplete(cli, {"obj": Session()}, "fbridge", "_FBRIDGE_COMPLETE")
    return [item.value for item in shell.get_completions(before, incomplete)]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("orders show ", ["1003", "1002", "1001"]),
        ("orders show 1002", ["1002"]),
        ("manifest add b", ["BRT"]),
        ("manifest add BRT 1001 10", ["1003", "1002", "1001"]),
        ("manifest show 2026", ["2026-0001"]),
        ("push --manifest ", ["2026-0001", "BRT"]),
        ("push s", ["shop"]),
        ("orders list --store ", ["shop"]),
        ("tracking set s", ["S1"]),
        ("orders list --carrier ", ["BRT"]),
        ("orders list --state par", ["partial"]),
        ("carrier route shop x p", []),
        ("mani", ["manifest"]),
        ("manifest sc", ["scan"]),
    ],
)
def test_what_is_offered(ready_user: Any, typed: str, names: list[str]) -> None:
    ready_user.run("shipment", "create", "1001", "--line", "HAT=1", "--manifest", "BRT")
    assert offered(ready_user, typed) == names


def test_nothing_is_made_and_nothing_is_said(user: Any) -> None:
    assert offered(user, "orders show ") == offered(user, "fetch ") == []
    assert not user.home.exists()
    user.home.mkdir()
    (user.home / "config.toml").write_text("this is no toml [")
    assert offered(user, "fetch ") == []


def path_with_fbridge(folder: Path) -> str:
    program = folder / "bin" / "fbridge"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.join(FBRIDGE)} "$@"\n')
    program.chmod(0o755)
    return f"{program.parent}:{os.environ['PATH']}"


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_with_what_is_printed(ready_user: Any, tmp_path: Path) -> None:
    script = ready_user.run("completion", "bash").stdout
    call = f"{script}\nCOMP_WORDS=(fbridge orders show 100); COMP_CWORD=3; _fbridge_completion fbridge\n"
    environment = ready_user.environment(PATH=path_with_fbridge(tmp_path))
    words = ["bash", "-c", f"{call}echo ${{COMPREPLY[@]}}"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1003", "1002", "1001"], done.stderr
    assert all(ready_user.run("completion", shell).stdout for shell in ("zsh", "fish"))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
def test_fish_completes_with_what_is_printed(ready_user: Any, tmp_path: Path) -> None:
    script = ready_user.run("completion", "fish").stdout
    call = f'{script}\ncomplete -C "fbridge orders show 100"'
    environment = ready_user.environment(XDG_CONFIG_HOME=str(tmp_path), PATH=path_with_fbridge(tmp_path))
    done = subprocess.run(["fish", "-c", call], env=environment, capture_output=True, text=True, check=True)
    found = {line.split("\t")[0] for line in done.stdout.splitlines()}
    assert found == {"1001", "1002", "1003"}, done.stderr
