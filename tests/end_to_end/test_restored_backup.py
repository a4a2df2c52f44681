"""A backup is put back in the middle of an evening, and the first push after that is killed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.torture.platforms import WooCommerce
from tests.torture.shop import Shop, open_shop, ship_some, shop_process

from fbridge.bridge import Bridge
from fbridge.models.states import PushState
from fbridge.settings import Home
from fbridge.storage.database import open_database

pytestmark = pytest.mark.slow

BEFORE, IN_BACKUP, SINCE = 5, 30, 5


class Evening:
    """An office whose orders are sent before the backup, in it, and since."""

    def __init__(self, folder: Path, shop: Shop, database: str | None) -> None:
        self.home, self.shop = Home(config=folder, data=folder, log=folder / "log"), shop
        self.environment = {**os.environ, "FBRIDGE_HOME": str(folder)}
        self.use(database)

    def use(self, database: str | None) -> None:
        """Work with this database from now on; None is the file in the home."""
        self.database = database
        if database:
            self.environment["FBRIDGE_DATABASE"] = database

    def open(self) -> Bridge:
        return Bridge.open(self.home, database_url=self.database)

    def push_and_kill(self, *, reads: int) -> None:
        """A push of its own process, killed when it has asked the store some things."""
        before = len(self.shop.control("requests"))
        push = subprocess.Popen(
            [sys.executable, "-m", "fbridge", "push", "--yes"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while len(self.shop.control("requests")) < before + reads and push.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        push.kill()
        push.wait(timeout=30)

    def push_until_quiet(self) -> None:
        for _ in range(5):
            with self.open() as bridge:
                result = bridge.push()
                assert not result.errors
                if set(bridge.status().counts) <= {PushState.SENT, PushState.NEEDS_ATTENTION}:
                    return
            time.sleep(1)
        raise AssertionError("it never came to rest")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def evening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Evening]:
    count = BEFORE + IN_BACKUP + SINCE
    with shop_process("woocommerce", orders=4 * count) as shop:
        if request.param == "sqlite":
            yield Evening(tmp_path, shop, None)
            return
        server: Any = request.getfixturevalue("postgres_server")
        drop = [f"DROP DATABASE IF EXISTS {name}" for name in ("branch", "kept")]
        server.execute(*drop, "CREATE DATABASE branch")
        open_database(server.url("branch")).close()
        evening = Evening(tmp_path, shop, server.url("branch"))
        yield evening
        server.execute(*drop)


def keep(evening: Evening, request: pytest.FixtureRequest) -> Any:
    """Keep the database as it is; gives what puts it back."""
    if evening.database is None:
        file = evening.home.data / "copy" / "backup.db"
        file.parent.mkdir()
        with evening.open() as bridge:
            bridge.backup(file)
        return lambda: Bridge.maintenance(evening.home).restore(file)
    server: Any = request.getfixturevalue("postgres_server")
    server.execute("CREATE DATABASE kept TEMPLATE branch")

    def put_back() -> None:
        evening.use(server.url("kept"))

    return put_back


def test_nothing_is_doubled_and_nothing_is_lost(evening: Evening, request: pytest.FixtureRequest) -> None:
    with evening.open() as bridge:
        open_shop(bridge, evening.shop, WooCommerce(), settle="1s")
        sent = ship_some(bridge, BEFORE)
        bridge.push()
        sent += ship_some(bridge, IN_BACKUP)
    put_back = keep(evening, request)
    with evening.open() as bridge:
        bridge.push()
        since = ship_some(bridge, SINCE)
        bridge.push()
    shown = {key: WooCommerce().shown(evening.shop.control, key) for key in (*sent, *since)}
    mails = len(evening.shop.control("mails"))
    assert mails == BEFORE + IN_BACKUP + SINCE
    put_back()
    evening.push_and_kill(reads=1)
    evening.push_and_kill(reads=3)
    with evening.open() as bridge:
        again = ship_some(bridge, SINCE)
        assert sorted(again) == sorted(since), "the office makes again what the lost database had made"
    evening.push_and_kill(reads=2)
    evening.push_until_quiet()
    assert {key: WooCommerce().shown(evening.shop.control, key) for key in shown} == shown
    assert len(evening.shop.control("mails")) == mails
    with evening.open() as bridge:
        new = ship_some(bridge, 2)
        bridge.push()
        assert all(WooCommerce().shown(evening.shop.control, key).shipped for key in new)
        assert len(evening.shop.control("mails")) == mails + 2


def test_a_new_computer_with_a_copied_home_sends_nothing_again(tmp_path: Path) -> None:
    with shop_process("woocommerce", orders=40) as shop:
        old = Evening(tmp_path / "old", shop, None)
        with old.open() as bridge:
            open_shop(bridge, shop, WooCommerce(), settle="1s")
            ship_some(bridge, BEFORE)
            bridge.push()
            ship_some(bridge, SINCE)
        new = tmp_path / "new"
        new.mkdir()
        for name in ("config.toml", "secrets.toml", "fbridge.db"):
            shutil.copy2(tmp_path / "old" / name, new / name)
        with old.open() as bridge:
            bridge.push()
        mails = len(shop.control("mails"))
        moved = Evening(new, shop, None)
        moved.push_and_kill(reads=1)
        moved.push_until_quiet()
        assert len(shop.control("mails")) == mails == BEFORE + SINCE
