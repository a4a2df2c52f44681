"""Setting up: platforms, stores, carriers, the database, the sandbox."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.installed_packages import write_dist_info

SECRET = "k3y-of-the-st0re"


def test_platforms(user: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_dist_info(tmp_path, "fbridge-sick", {"fbridge.platforms": {"sick": "fbridge_sick"}})
    monkeypatch.syspath_prepend(str(tmp_path))
    shown = user.run("platforms").stdout
    assert "fbridge-plain 1.0" in shown
    assert 'The plugin "sick" (fbridge-sick 1.0) is broken' in shown
    told = {one["key"]: one for one in user.json("platforms", "--check", code=4)["data"]}
    assert (told["plain"]["ok"], told["plain"]["mail"], told["sick"]["ok"]) == (True, "always", False)


def test_add_a_store_by_options(user: Any, shop: Any) -> None:
    added = user.add_shop(shop)
    assert "this key" not in added.output
    assert "it may write" in added.stdout
    assert "Next: fbridge fetch shop" in added.stderr
    info = user.json("store", "show", "shop")["data"]
    assert (info["platform"], info["url"]) == ("plain", "https://shop.example")
    assert info["settings"]["orders_from"] == "2026-11-01"
    assert "right" not in json.dumps(info), "credentials are dots"
    assert "never" in user.run("store", "list").stdout


def test_two_things_have_no_silent_default(user: Any, shop: Any) -> None:
    words = (
        "store",
        "add",
        "shop",
        "--platform",
        "plain",
        "--url",
        "https://shop.example",
        "--set",
        f"file={shop.file}",
    )
    said = user.run(*words, "--set", "key=right", code=2).stderr
    assert "--orders-from DATE" in said
    assert "--accept-mail or --no-accept-mail" in said
    assert "--platform PLATFORM" in user.run("store", "add", "shop", code=2).stderr
    assert user.json("store", "list")["items"] == []


def test_a_person_is_asked_for_what_is_missing(user: Any, shop: Any) -> None:
    answers = f"plain\nhttps://shop.example\n{shop.file}\n{SECRET}\nnever\n2026-11-01\nmaybe\nn\n"
    asked = user.run("store", "add", "shop", answers=answers)
    assert "Key of the store" in asked.stderr
    assert "'never' is not a date" in asked.stderr
    assert SECRET not in asked.output
    settings = user.json("store", "show", "shop")["data"]["settings"]
    assert (settings["accept_mail"], settings["file"]) == (False, str(shop.file))
    assert SECRET in (user.home / "secrets.toml").read_text("utf-8")
    assert SECRET not in (user.home / "config.toml").read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
def test_a_terminal_does_not_show_what_is_typed_as_a_secret(user: Any, shop: Any) -> None:
    import pty

    leader, follower = pty.openpty()
    words = [
        "store",
        "add",
        "shop",
        "--platform",
        "plain",
        "--url",
        "https://shop.example",
        "--set",
        f"file={shop.file}",
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", "from fbridge.cli.main import main; main()", *words],
        env=user.environment(TERM="xterm", NO_COLOR="1"),
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    seen = b""
    for question, answer in ((b"Key of", SECRET), (b"From which date", "2026-11-01"), (b"shop's mail?", "y")):
        while question not in seen:
            seen += os.read(leader, 1024)
        os.write(leader, f"{answer}\n".encode())
    seen += read_to_end(leader)
    assert process.wait(30) == 0, seen
    assert SECRET.encode() not in seen
    assert b"Next: fbridge fetch shop" in seen
    assert b"\x1b[3" not in seen, "no colours where NO_COLOR is set"


def read_to_end(leader: int) -> bytes:
    """What a terminal shows until its process is gone."""
    seen = b""
    try:
        while more := os.read(leader, 1024):
            seen += more
    except OSError:
        pass  # Linux says so when the other side is closed
    finally:
        os.close(leader)
    return seen


def test_a_secret_from_the_environment(user: Any, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", SECRET)
    words = (
        "store",
        "add",
        "shop",
        "--platform",
        "plain",
        "--url",
        "https://shop.example",
        "--set",
        f"file={shop.file}",
    )
    more = ("--orders-from", "today", "--no-accept-mail", "--secret-from-env")
    assert "NO_SUCH_KEY" in user.run(*words, *more, "key=NO_SUCH_KEY", code=2).stderr
    user.run(*words, *more, "key=SHOP_KEY")
    assert SECRET in (user.home / "secrets.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("key", "code", "said"), [("wrong", 3, "does not know this key"), ("read-only", 3, "only read")]
)
def test_failing_credentials_save_nothing(user: Any, shop: Any, key: str, code: int, said: str) -> None:
    refused = user.add_shop(shop, "--set", f"file={shop.file}", "--set", f"key={key}", code=code)
    assert said in refused.stderr
    assert user.json("store", "list")["items"] == []
    assert not (user.home / "secrets.toml").exists()


def test_a_store_out_of_reach_is_saved_on_request_only(user: Any, shop: Any) -> None:
    shop.file.unlink()
    user.add_shop(shop, code=6)
    assert user.json("store", "list")["items"] == []
    user.add_shop(shop, "--no-check")
    assert [one["name"] for one in user.json("store", "list")["items"]] == ["shop"]
    assert "does not answer" in user.run("store", "check", "shop", code=6).stderr


def test_a_person_may_keep_a_store_that_fails_its_check(user: Any, shop: Any) -> None:
    words = (
        "store",
        "add",
        "shop",
        "--platform",
        "plain",
        "--url",
        "https://shop.example",
        "--set",
        f"file={shop.file}",
    )
    rest = ("--set", "key=wrong", "--orders-from", "2026-11-01", "--accept-mail")
    user.run(*words, *rest, answers="n\n", code=3)
    assert user.json("store", "list")["items"] == []
    user.run(*words, *rest, answers="y\n")
    assert [one["name"] for one in user.json("store", "list")["items"]] == ["shop"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("shop", "--platform", "plane"), 4, 'Did you mean "plain"'),
        (("shop", "--platform", "nowhere"), 4, 'There is no plugin for the platform "nowhere"'),
    ],
)
def test_an_unknown_platform_is_named_before_any_question(
    user: Any, words: tuple[str, ...], code: int, said: str
) -> None:
    refused = user.run("store", "add", *words, answers="", code=code)
    assert said in refused.stderr
    assert "Address" not in refused.stderr


def test_a_store_twice_and_a_bad_address(user: Any, shop: Any) -> None:
    user.add_shop(shop)
    assert "already" in user.add_shop(shop, code=2).stderr
    asked = user.run("store", "add", "shop", answers="", code=2).stderr
    assert "already" in asked
    assert "Platform" not in asked, "a name that is taken is told before any question"
    bad = (
        "store",
        "add",
        "b2b",
        "--platform",
        "plain",
        "--url",
        "shop",
        "--set",
        f"file={shop.file}",
        "--set",
        "key=right",
    )
    assert "web address" in user.run(*bad, "--orders-from", "today", "--accept-mail", code=3).stderr


def test_removing_a_store_is_asked(user: Any, shop: Any) -> None:
    user.add_shop(shop)
    assert "--yes" in user.run("store", "remove", "shop", code=2).stderr
    user.run("store", "remove", "shop", answers="n\n")
    user.run("store", "check", "shop")
    user.run("store", "remove", "shop", answers="y\n")
    assert "There is no store" in user.run("store", "check", "shop", code=2).stderr


def test_fetch_says_what_it_brought_and_what_it_left_out(user: Any, shop: Any) -> None:
    shop.sell(1004, broken=True)
    user.add_shop(shop)
    fetched = user.run("fetch", code=1)
    assert "order 1004 was left out: it has no lines" in fetched.stderr
    item = user.json("fetch", "shop", code=1)["items"][0]
    assert (item["store"], item["new"], item["rejected"][0]["number"]) == ("shop", 0, "1004")
    assert "There is no store" in user.run("fetch", "shopp", code=2).stderr


def test_fetch_of_several_stores_reports_each(user: Any, shop: Any, tmp_path: Path) -> None:
    user.add_shop(shop)
    away = tmp_path / "away.json"
    user.add_shop(shop, "--no-check", "--set", f"file={away}", "--set", "key=right", name="b2b")
    partly = user.run("fetch", code=1)
    assert "does not answer" in partly.stdout
    alone = user.json("fetch", "b2b", code=6)["items"][0]
    assert alone["error"] == {
        "reason": "unreachable",
        "message": 'The store "b2b" does not answer.',
        "exit_code": 6,
    }


def test_carriers(user: Any, shop: Any) -> None:
    user.add_shop(shop)
    user.run("fetch")
    assert "nobody yet" in user.run("carrier", "coverage").stdout
    user.run("carrier", "add", "gls", "GLS", "--tracking-url", "https://gls.example/{number}")
    suggested = user.json("carrier", "suggest", "shop")
    assert suggested["next"] == "fbridge carrier map shop GLS gls_it"
    user.run(*suggested["next"].split()[1:])
    assert "It takes no others." in user.run("carrier", "codes", "shop").stdout
    assert "gls_it" in user.run("carrier", "map", "shop", "GLS", "gls-it", code=2).stderr
    gap = user.json("carrier", "coverage")["next"]
    assert gap == "fbridge carrier route shop courier CARRIER"
    user.run(*gap.replace("CARRIER", "GLS").split()[1:])
    user.run("carrier", "route", "shop", "express", "pickup")
    assert user.json("carrier", "coverage")["next"] == "fbridge orders list --ready"
    assert [row["site_code"] for row in user.json("carrier", "map")["items"]] == ["gls_it"]
    assert len(user.json("carrier", "route", "shop")["items"]) == 2
    assert "stays" in user.run("carrier", "remove", "GLS", code=2).stderr
    user.run("carrier", "unmap", "shop", "GLS")
    user.run("carrier", "unroute", "shop", "courier")
    user.run("carrier", "remove", "GLS")
    assert "There is no carrier yet" in user.run("carrier", "list").stdout


def test_half_a_mapping_is_refused(user: Any, shop: Any) -> None:
    assert "SITE_CODE" in user.run("carrier", "map", "shop", "BRT", code=2).stderr
    assert "pickup" in user.run("carrier", "route", "shop", "courier", code=2).stderr


def test_the_database_is_backed_up(ready_user: Any, tmp_path: Path) -> None:
    assert "up to date" in ready_user.run("db", "upgrade").stdout
    made = Path(ready_user.json("db", "backup", str(tmp_path / "copy.db"))["data"]["file"])
    assert made.read_bytes().startswith(b"SQLite format 3")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "fbridge.db").write_bytes(made.read_bytes())
    restored = ready_user.json("orders", "list", "--home", str(tmp_path / "other"), code=2)
    assert "--home" in restored["error"]["message"], "a global option that stands before the command"
    listed = ready_user.json("--home", str(tmp_path / "other"), "orders", "list")
    assert len(listed["items"]) == 3


def test_a_broken_settings_file_is_named(user: Any) -> None:
    user.home.mkdir()
    (user.home / "config.toml").write_text("stores = [", "utf-8")
    assert "config.toml" in user.run("status", code=3).stderr


def test_a_shell_can_complete(user: Any) -> None:
    done = user.process(
        _FBRIDGE_COMPLETE="bash_complete", COMP_WORDS="fbridge man", COMP_CWORD="1", PYTHONWARNINGS="error"
    )
    assert b"manifest" in done.stdout


def test_the_sandbox_of_an_unknown_platform(user: Any) -> None:
    assert "no sandbox for nowhere" in user.run("sandbox", "serve", "nowhere", code=4).stderr


def test_next_steps_are_commands_that_exist(ready_user: Any) -> None:
    for words in (
        ("store", "list"),
        ("carrier", "list"),
        ("orders", "list"),
        ("manifest", "list"),
        ("status",),
    ):
        step = shlex.split(ready_user.json(*words)["next"] or "fbridge status")
        group = step[1:2] if len(step) == 2 or step[2].isupper() else step[1:3]
        assert ready_user.run(*group, "--help").exit_code == 0
    assert ready_user.run("orders", "list", "-q").stderr == ""


def test_a_new_plugin_is_asked_for_its_shape(user: Any, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    result = user.run(
        "plugin", "new", "medusa", "--folder", str(folder), "--mail", "never", answers="y\nno\n\nn\nbearer\n"
    )
    assert "fbridge-medusa was written to" in result.stdout
    plugin = (folder / "src" / "fbridge_medusa" / "plugin.py").read_text("utf-8")
    assert "partial_shipments=Support.YES" in plugin
    assert "several_numbers=Support.NO" in plugin
    assert "mail=MailBehaviour.NEVER" in plugin
    assert "Bearer" in (folder / "src" / "fbridge_medusa" / "client.py").read_text("utf-8")
    again = user.run("plugin", "new", "medusa", "--folder", str(folder), code=2)
    assert "nothing is overwritten" in again.stderr
