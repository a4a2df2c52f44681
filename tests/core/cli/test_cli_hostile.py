"""Whatever is typed, and wherever the answer goes: a sentence and an exit code, never a traceback."""

from __future__ import annotations

import os
import random
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from tests.core.cli.conftest import FBRIDGE

from fbridge.cli.main import cli
from fbridge.cli.session import Session

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell and devices as Unix has them")

HOSTILE = (
    "99999999999999999999", "9223372036854775808", "-1", "0", "", "nan", "1e999", "٣", "ünï\u202ecode \U0001f600",
    "a\0b", "\udcff", "\x1b[2J", "%s{}'\"--", "x" * 5000, "/", "..", "/dev/null/x", "missing/file", "a=b", "=",
    "1/2/3/4", "//1/", "shop:id=", "#1001", "0001-01-01", "9999-12-31", "2026-02-30", "99999d", "1001", "S1", "shop",
    "BRT",
)  # fmt: skip
WAIT = {"demo", "sandbox"}  # they serve until they are stopped
LIKELY = {"order": "1001", "store": "shop", "carrier": "BRT", "shipment": "S1"}


def command_tree(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that lead to it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    with click.Context(command, obj=Session()) as context:
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner and name not in WAIT:
                yield from command_tree(inner, *path, name)


def hostile_lines() -> Iterator[list[str]]:
    """Each option and each argument with each of the values, beside likely arguments."""
    for path, command in command_tree(cli):
        arguments = [one for one in command.params if isinstance(one, click.Argument)]
        likely = [LIKELY.get((one.name or "").rstrip("s"), "1001") for one in arguments]
        for value in HOSTILE:
            for place in range(len(arguments)):
                yield [*path, "--", *likely[:place], value, *likely[place + 1 :]]
            for option in command.params:
                if isinstance(option, click.Option) and not option.is_flag:
                    yield [*path, f"{option.opts[-1]}={value}", "--", *likely]


def assert_all_explained(user: Any, lines: list[list[str]]) -> None:
    bad = []
    for line in lines:
        result = user.runner.invoke(cli, line, obj=Session(interactive=False), prog_name="fbridge")
        if result.exit_code not in range(8) or "Traceback" in result.output:
            bad.append((line, result.exit_code, result.output[:200]))
    assert not bad


def test_hostile_values_are_refused_in_words(
    ready_user: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = list(hostile_lines())
    assert len(lines) > 3000
    assert_all_explained(ready_user, random.Random(14).sample(lines, 120))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_hostile_value_everywhere(
    ready_user: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inside" / "it").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "inside" / "it")
    assert_all_explained(ready_user, list(hostile_lines()))


@pytest.mark.parametrize(
    "words",
    [
        ("orders", "list", "--limit", "99999999999999999999"),
        ("shipment", "list", "--limit", "9223372036854775808"),
        ("manifest", "list", "--limit", "2147483648"),
        ("orders", "export", "-o", ""),
        ("orders", "export", "-o", "a\0b"),
        ("shipment", "import", "/"),
    ],
)
def test_a_value_that_nothing_can_hold_is_a_usage_error(ready_user: Any, words: tuple[str, ...]) -> None:
    ready_user.run(*words, code=2)


def shell(user: Any, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Let a shell run ``fbridge LINE``, with its redirections."""
    script = f'"$PYTHON" -c "{FBRIDGE[2]}" {line}'
    return subprocess.run(
        ["/bin/sh", "-c", script],
        env=user.environment(PYTHON=sys.executable, **environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("orders list >/dev/full", 3, "cannot be written: No space left on device"),
        ("orders list --json >/dev/full", 3, "cannot be written: No space left on device"),
        ("pusch 2>/dev/full", 2, ""),
        ("orders list >&-", 0, ""),
        pytest.param("--help >/dev/full", 3, "No space left", marks=pytest.mark.slow),
        pytest.param("orders export >/dev/full 2>/dev/full", 3, "", marks=pytest.mark.slow),
        pytest.param("orders list --json >&-", 0, "", marks=pytest.mark.slow),
        pytest.param("orders list <&- 2>&- >/dev/null", 0, "", marks=pytest.mark.slow),
    ],
)
def test_an_answer_that_has_no_place(ready_user: Any, line: str, code: int, said: str) -> None:
    done = shell(ready_user, line)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


def test_a_log_without_room_stops_no_work(ready_user: Any) -> None:
    log = ready_user.home / "log" / "fbridge.log"
    log.unlink(missing_ok=True)
    log.symlink_to("/dev/full")
    ready_user.json("fetch")
    done = shell(ready_user, "fetch")
    assert (done.returncode, "Logging error" in done.stderr) == (0, False)


def test_authorities_that_are_not_there_are_named(user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from fbridge.errors import ConfigError
    from fbridge.http.authorities import known_authorities

    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/authorities.pem")
    with pytest.raises(ConfigError, match=r"SSL_CERT_FILE=/nowhere/authorities\.pem"):
        known_authorities()


def test_a_secret_with_a_line_break_is_refused_before_it_is_kept(user: Any, shop: Any) -> None:
    result = user.add_shop(shop, "--set", f"file={shop.file}", "--set", "key=rig\nht", code=3)
    assert 'field "key": holds a line break' in result.stderr
    assert "rig" not in result.output
    assert not (user.home / "secrets.toml").exists()


def test_output_goes_where_it_was_sent_and_replaces_no_link(ready_user: Any, tmp_path: Path) -> None:
    whole = ready_user.run("orders", "export").stdout
    assert ready_user.run("orders", "export", "-o", "-").stdout == whole

    plain, link, kept = tmp_path / "plain.csv", tmp_path / "link.csv", tmp_path / "kept.csv"
    for name, leads_to in ((link, "kept.csv"), (tmp_path / "new.csv", "made.csv")):
        name.symlink_to(leads_to)
    kept.write_text("old and much longer than nothing\n" * 200)
    for name in (plain, link, tmp_path / "new.csv"):
        ready_user.run("orders", "export", "-o", str(name))
        assert name.read_bytes().decode() == whole.replace("\n", "\r\n").replace("\r\r", "\r")
    assert link.is_symlink()
    assert stat.S_IMODE(plain.stat().st_mode) == stat.S_IMODE((tmp_path / "made.csv").stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*.part"))


def test_a_device_and_a_pipe_are_written_never_replaced(ready_user: Any, tmp_path: Path) -> None:
    device = tmp_path / "full"
    device.symlink_to("/dev/full")
    assert "No space left" in ready_user.run("orders", "export", "-o", "/dev/full", code=2).stderr
    assert "No space left" in ready_user.run("orders", "export", "-o", str(device), code=2).stderr
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        ready_user.run("orders", "export", "-o", str(pipe))
        assert reader.stdout is not None
        assert b"1001" in reader.stdout.read()
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_paper_can_go_to_standard_output(ready_user: Any) -> None:
    pytest.importorskip("fpdf")
    ready_user.run("manifest", "add", "BRT", "1001")
    assert ready_user.run("manifest", "print", "BRT", "-o", "-").stdout_bytes.startswith(b"%PDF")
    ready_user.run("manifest", "print", "BRT", "-o", "-", "--json", code=2)
