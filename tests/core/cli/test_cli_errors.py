"""Every outcome is a sentence and an exit code; programs get both as JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
import pytest
from click.testing import CliRunner

from fbridge import __version__
from fbridge.cli.main import COMMANDS, cli
from fbridge.cli.session import Session
from fbridge.errors import (
    BusyError,
    ConfigError,
    CredentialsError,
    FbridgeError,
    InputError,
    NotFoundError,
    PluginMissingError,
    RefusedError,
    StorageError,
    UnreachableError,
)
from fbridge.exit_codes import ExitCode


def invoke(error: BaseException, *words: str, debug: bool = False) -> Any:
    """Type ``status`` (or these words) where opening fbridge fails with this error."""

    def fail(_home: Path | None) -> NoReturn:
        raise error

    session = Session(open_bridge=fail, debug=debug, interactive=False)
    return CliRunner().invoke(cli, list(words) or ["status"], obj=session, prog_name="fbridge")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("The command is wrong."), 2),
        (NotFoundError("There is no such thing."), 2),
        (ConfigError("A setting is wrong."), 3),
        (CredentialsError("The key is wrong."), 3),
        (StorageError("The disk is full."), 3),
        (PluginMissingError("Install the plugin."), 4),
        (RefusedError("The store says no."), 5),
        (UnreachableError("Try again later."), 6),
        (BusyError("Another fbridge works."), 7),
    ],
)
def test_an_expected_error_is_its_sentence_and_its_code(error: FbridgeError, code: int) -> None:
    result = invoke(error)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", f"{error}\n")
    told = json.loads(invoke(error, "status", "--json").stdout)
    assert told == {
        "schema": 1,
        "command": told["command"],
        "ok": False,
        "next": None,
        "error": {"reason": error.reason, "message": str(error), "exit_code": code},
    }


def test_store_words_in_an_error_cannot_drive_the_terminal() -> None:
    assert invoke(RefusedError("It says \x1b[2J.")).stderr == "It says \\x1b[2J.\n"


def test_a_bug_says_so_and_keeps_its_traceback_for_debug() -> None:
    result = invoke(KeyError("lost"))
    assert result.exit_code == ExitCode.BUG
    assert "This is a bug in fbridge (KeyError: 'lost')" in result.stderr
    assert "--debug" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Traceback" in invoke(KeyError("lost"), "status", "--debug").stderr
    assert "Traceback" in invoke(KeyError("lost"), "--debug", "status").stderr


def test_debug_can_be_set_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FBRIDGE_DEBUG", "1")
    assert Session().debug
    monkeypatch.setenv("FBRIDGE_DEBUG", "0")
    assert not Session().debug


def test_an_interruption_says_that_what_was_done_is_kept() -> None:
    result = invoke(KeyboardInterrupt())
    assert result.exit_code == ExitCode.INTERRUPTED
    assert "What was done is kept" in result.stderr
    told = json.loads(invoke(KeyboardInterrupt(), "status", "--json").stdout)
    assert told["error"]["exit_code"] == 130


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("psh",), "No such command: 'psh'. Did you mean 'push'?"),
        (("manifest", "shp"), "Did you mean 'ship'"),
        (("orders", "list", "--redy"), "--ready"),
        (("store", "frobnicate"), "No such command: 'frobnicate'."),
        (("orders", "list", "--since", "soon"), "'soon' is not a date: write 2026-11-01"),
        (("manifest", "add", "BRT"), "or take all that are on no manifest: --all"),
        (("shipment", "create", "1", "--line", "HAT"), "'HAT' is not SKU=QUANTITY"),
        (("shipment", "create", "1", "--cod", "5", "--no-cod"), "either --cod or --no-cod"),
    ],
)
def test_a_wrong_command_line_is_explained(user: Any, words: tuple[str, ...], said: str) -> None:
    assert said in user.run(*words, code=2).stderr
    error = user.json(*words, code=2)["error"]
    assert said in error["message"]
    assert error["reason"] == "usage"


def test_a_bare_group_shows_its_commands(user: Any) -> None:
    assert "leave-behind" in user.run("manifest", code=2).stderr


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("-h", "--help"),
        ("help", "--help"),
        ("version", "--version"),
        ("push -h", "push --help"),
        ("help push", "push --help"),
        ("help orders list", "orders list --help"),
        ("orders help list", "orders list --help"),
        ("orders help", "orders --help"),
        ("orders ls", "orders list"),
        ("push --dry-run", "push --plan"),
    ],
)
def test_what_other_programs_call_it_leads_to_the_same(ready_user: Any, words: str, same: str) -> None:
    assert ready_user.run(*words.split()).stdout == ready_user.run(*same.split()).stdout


def test_dry_run_is_never_ignored(ready_user: Any) -> None:
    for words in ("manifest ship BRT", "fetch", "purge", "evening"):
        assert "--dry-run" in ready_user.run(*words.split(), "--dry-run", code=2).stderr
    for words in ("ls", "orders version"):
        ready_user.run(*words.split(), code=2)


def test_a_fetch_that_failed_tells_it_on_stderr_and_what_to_look_at(ready_user: Any, shop: Any) -> None:
    shop.file.write_text("no JSON")
    result = ready_user.runner.invoke(cli, ["fetch"], obj=Session(interactive=False), prog_name="fbridge")
    assert result.exit_code not in {0, 70}
    assert "shop: " in result.stderr
    assert "Next: fbridge store check shop" in result.stderr


def test_version(user: Any) -> None:
    assert user.run("--version").stdout == f"fbridge {__version__}\n"


def test_every_command_is_there_and_has_help(user: Any) -> None:
    listed = user.run("--help").stdout
    for name, (_, short_help) in COMMANDS.items():
        assert short_help in listed
        assert f"Usage: fbridge {name} " in user.run(name, "--help").stdout


def test_a_reader_that_leaves_is_no_failure(user: Any, shop: Any) -> None:
    for number in range(2000, 2400):
        shop.sell(number)
    user.add_shop(shop)
    user.run("fetch")
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from fbridge.cli.main import main; main()",
            "orders",
            "export",
            "--format",
            "ndjson",
        ],
        env=user.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"{")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
@pytest.mark.usefixtures("_ctrl_c_reaches_children")
@pytest.mark.timeout(600)
def test_ctrl_c_leaves_a_store_that_is_silent(user: Any, shop: Any) -> None:
    user.add_shop(shop)
    shop.file.unlink()
    os.mkfifo(shop.file)  # and nobody writes, not even an end
    with (
        subprocess.Popen(
            [sys.executable, "-c", "from fbridge.cli.main import main; main()", "fetch"],
            env=user.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
        shop.file.open("w"),
    ):
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"What was done is kept" in said
    assert b"Traceback" not in said
    user.run("status")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
@pytest.mark.usefixtures("_ctrl_c_reaches_children")
@pytest.mark.timeout(600)
def test_ctrl_c_ends_with_130_and_a_sentence(user: Any, shop: Any) -> None:
    user.add_shop(shop)
    shop.file.unlink()
    os.mkfifo(shop.file)  # a store that never answers
    with (
        subprocess.Popen(
            [sys.executable, "-c", "from fbridge.cli.main import main; main()", "store", "check", "shop"],
            env=user.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
        shop.file.open("w"),
    ):  # opens when the process reads, so it waits for the store now
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=300)
    assert process.returncode == 130
    assert b"What was done is kept" in said
    assert b"Traceback" not in said


def test_dash_h_asks_for_help_in_whatever_context_a_command_was_looked_at_first(user: Any) -> None:
    from fbridge.cli.evening import evening

    evening.get_params(click.Context(evening))
    assert "Usage: fbridge evening" in user.run("evening", "-h").stdout


@pytest.mark.parametrize("words", ["orders show", "explain", "manifest add BRT", "tracking set"])
def test_a_number_that_the_shell_took_for_a_comment_is_explained(user: Any, words: str) -> None:
    assert "type 1001 for #1001" in user.run(*words.split(), code=2).stderr
