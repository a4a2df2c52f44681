"""Adding and removing stores: private, whole or not at all, and nothing of others lost."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, fields

from fbridge.errors import BusyError, ConfigError, InputError, NotFoundError
from fbridge.models.secrets import Secret
from fbridge.settings import (
    Home,
    UnmappedCarrier,
    WithoutTracking,
    add_store,
    load_settings,
    preview_store,
    private_file,
    remove_store,
    resolve_store,
)

VALUES: dict[str, Any] = {
    "platform": "woocommerce",
    "url": "https://shop.example",
    "orders_from": date(2026, 11, 1),
    "accept_mail": True,
    "consumer_key": Secret("ck_1"),
    "consumer_secret": "cs_1",
}


class Options(Schema):
    consumer_key = fields.String(required=True, metadata={"secret": True})
    consumer_secret = fields.String(required=True, metadata={"secret": True})
    tracking = fields.String(load_default="auto")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    folder = tmp_path / "fbridge"
    return Home(config=folder, data=folder, log=folder / "log")


def add(home: Home, name: str = "shop", environment: dict[str, str] | None = None, **values: Any) -> None:
    add_store(load_settings(home, environment or {}), name, VALUES | values, Options)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_added_store_is_read_back(home: Home) -> None:
    add(
        home,
        settle=timedelta(seconds=90),
        without_tracking=WithoutTracking(timedelta(hours=18)),
        unmapped_carrier=UnmappedCarrier.SEND,
        warehouses={"main": "12"},
        tracking=None,
    )
    store = resolve_store(load_settings(home, {}), "shop", Options)
    assert (store.url, store.orders_from, store.accept_mail) == (
        "https://shop.example",
        date(2026, 11, 1),
        True,
    )
    assert (store.settle, store.without_tracking.patience) == (timedelta(seconds=90), timedelta(hours=18))
    assert (store.unmapped_carrier, store.warehouses) == ("send", {"main": "12"})
    assert store.options["consumer_key"].reveal() == "ck_1"


def test_credentials_are_kept_apart(home: Home) -> None:
    add(home)
    assert "ck_1" not in home.config_file.read_text("utf-8")
    assert "cs_1" not in home.config_file.read_text("utf-8")
    assert home.secrets_file.read_text("utf-8") == (
        '[stores.shop]\nconsumer_key = "ck_1"\nconsumer_secret = "cs_1"\n'
    )


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_files_are_private_whatever_the_umask(home: Home) -> None:
    before = os.umask(0)
    try:
        add(home)
    finally:
        os.umask(before)
    assert (mode(home.config_file), mode(home.secrets_file), mode(home.config)) == (0o600, 0o600, 0o700)


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_secrets_are_private_before_anything_stands_in_them(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(descriptor: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))

    monkeypatch.setattr(os, "fsync", look)
    before = os.umask(0)
    try:
        add(home)
    finally:
        os.umask(before)
    assert set(seen) == {0o600, 0o700}


def test_what_the_environment_gives_is_used_and_not_written(home: Home) -> None:
    environment = {"FBRIDGE_SHOP_CONSUMER_KEY": "ck_env", "FBRIDGE_SHOP_CONSUMER_SECRET": "cs_env"}
    add(home, environment=environment, consumer_key=None, consumer_secret=None)
    assert not home.secrets_file.exists()
    assert "_env" not in home.config_file.read_text("utf-8")
    with pytest.raises(ConfigError, match="is missing"):
        resolve_store(load_settings(home, {}), "shop", Options)
    store = resolve_store(load_settings(home, environment), "shop", Options)
    assert store.options["consumer_key"].reveal() == "ck_env"


def test_comments_and_order_of_others_are_kept(home: Home) -> None:
    home.config.mkdir()
    written = (
        '# ours\ntimezone = "Europe/Rome"  # office\n\n[stores.first]\n# the old one\nplatform = "x"\n'
        'url = "https://first.example"\norders_from = 2026-01-01\n'
    )
    home.config_file.write_text(written, "utf-8")
    add(home)
    assert home.config_file.read_text("utf-8").startswith(written)
    remove_store(load_settings(home, {}), "shop")
    assert home.config_file.read_text("utf-8").strip() == written.strip()


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_linked_settings_file_stays_a_link(home: Home, tmp_path: Path) -> None:
    dotfile = tmp_path / "dotfiles.toml"
    dotfile.write_text("exchange_days = 5\n", "utf-8")
    home.config.mkdir()
    home.config_file.symlink_to(dotfile)
    add(home)
    assert home.config_file.is_symlink()
    assert "[stores.shop]" in dotfile.read_text("utf-8")


@pytest.mark.parametrize("name", ["", "Shop", "-shop", "my shop", "shop.it", "a" * 33, "è"])
def test_a_name_that_is_none_is_refused(home: Home, name: str) -> None:
    with pytest.raises(InputError, match="cannot be a store"):
        add(home, name)
    assert not home.config_file.exists()


def test_a_name_is_taken_once(home: Home) -> None:
    add(home, "my-shop")
    before = home.config_file.read_bytes(), home.secrets_file.read_bytes()
    with pytest.raises(InputError, match='There is a store "my-shop" already'):
        add(home, "my-shop", consumer_key="other")
    with pytest.raises(InputError, match="environment variables would be the same"):
        add(home, "my_shop")
    assert (home.config_file.read_bytes(), home.secrets_file.read_bytes()) == before


def test_a_name_taken_meanwhile_is_refused(home: Home) -> None:
    settings = load_settings(home, {})
    add_store(settings, "shop", VALUES, Options)
    with pytest.raises(InputError, match='There is a store "shop" already'):
        add_store(settings, "shop", VALUES | {"consumer_key": "other"}, Options)
    assert "ck_1" in home.secrets_file.read_text("utf-8")


def test_inline_tables_are_kept_beside_new_ones(home: Home) -> None:
    home.config.mkdir()
    odd = '[stores]\na = {platform = "x", url = "https://a.b", orders_from = 2026-01-01}\n'
    home.config_file.write_text(odd, "utf-8")
    add(home)
    assert sorted(load_settings(home, {}).stores) == ["a", "shop"]


def test_a_wrong_value_writes_nothing(home: Home) -> None:
    with pytest.raises(ConfigError, match='store "shop", field "timeout": must be a number'):
        add(home, timeout="soon")
    with pytest.raises(ConfigError, match='store "shop", field "url": must be a web address'):
        add(home, url="shop")
    assert not home.config_file.exists()
    assert not home.secrets_file.exists()


def test_a_preview_checks_and_writes_nothing(home: Home) -> None:
    settings = load_settings(home, {})
    assert preview_store(settings, "shop", VALUES, Options).url == "https://shop.example"
    with pytest.raises(ConfigError):
        preview_store(settings, "shop", VALUES | {"url": "x"}, Options)
    assert not home.config.exists()


def test_a_removed_store_leaves_nothing_of_itself_and_all_of_others(home: Home) -> None:
    add(home, "one")
    add(home, "two", consumer_key="ck_two")
    remove_store(load_settings(home, {}), "one")
    settings = load_settings(home, {})
    assert list(settings.stores) == ["two"]
    assert "one" not in home.secrets_file.read_text("utf-8")
    assert resolve_store(settings, "two", Options).options["consumer_key"].reveal() == "ck_two"
    with pytest.raises(NotFoundError, match='Did you mean "two"'):
        remove_store(settings, "tow")


def test_edits_at_once_are_all_kept(home: Home) -> None:
    names = [f"shop{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: add(home, name), names))
    settings = load_settings(home, {})
    assert sorted(settings.stores) == sorted(names)
    assert all(settings.store(name).secrets for name in names)


ADDING = """
    import sys
    from fbridge.settings import add_store, find_home, load_settings
    from marshmallow import Schema
    for number in range(int(sys.argv[2])):
        add_store(load_settings(find_home()), f"{sys.argv[1]}{number}",
                  {"platform": "x", "url": "https://a.b", "orders_from": "2026-01-01"}, Schema)
        print("added", flush=True)
"""


def adding(home: Home, prefix: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(ADDING), prefix, str(count)],
        env=os.environ | {"FBRIDGE_HOME": str(home.config)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_lose_no_edit(home: Home) -> None:
    writers = [adding(home, prefix, 8) for prefix in "ab"]
    for writer in writers:
        writer.communicate(timeout=60)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert len(load_settings(home, {}).stores) == 16


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_killed_writer_leaves_a_whole_file_and_no_lock(home: Home) -> None:
    with adding(home, "a", 500) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(3)]
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read()  # not communicate(), which passes over what readline() has read ahead
    done = len(told) + rest.count("added")
    assert done <= len(load_settings(home, {}).stores) <= done + 1
    add(home)
    assert "shop" in load_settings(home, {}).stores


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(home, "one")
    before = home.config_file.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        ConfigError, match=r"cannot be written \(No space left on device\); nothing was changed"
    ):
        add(home, "two")
    assert home.config_file.read_bytes() == before
    assert [path.name for path in home.config.iterdir() if path.name.endswith(".tmp")] == []


def test_a_held_lock_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_file, "LOCK_WAIT_SECONDS", 0.05)
    with private_file.editing_alone(home.config), pytest.raises(BusyError, match="another fbridge"):
        add(home)
