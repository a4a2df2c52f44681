"""Stores side by side: one that never answers holds up nobody, neither at a fetch nor at a push."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.bridge import Bridge
from fbridge.storage import tables
from fbridge.stores import each_store, open_store

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system with named pipes")
LONGEST = 20.0


class Silent:
    """A plain store that takes requests, and answers when it is told to."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.unlink()
        os.mkfifo(file)

    def wait_until_asked(self) -> int:
        """Until somebody reads; the file to close for an answer of nothing."""
        began = time.monotonic()
        while time.monotonic() - began < LONGEST:
            with suppress(OSError):
                return os.open(self.file, os.O_WRONLY | os.O_NONBLOCK)
            time.sleep(0.005)
        raise AssertionError(f"nobody asked {self.file.stem}")

    def answer(self) -> None:
        """Answer with nothing, which is a fault, each time that it is asked from now on."""
        self.file.rename(self.file.with_suffix(".was"))
        self.file.write_text("")
        os.close(os.open(self.file.with_suffix(".was"), os.O_RDWR | os.O_NONBLOCK))


@pytest.fixture
def stores(user: Any, shop: Any) -> Iterator[Callable[..., dict[str, Path]]]:
    """Add stores of these names, each with its own file."""

    def add(*names: str) -> dict[str, Path]:
        files = {name: shop.file.with_name(f"{name}.json") for name in names}
        for name, file in files.items():
            shutil.copy(shop.file, file)
            user.add_shop(type(shop)(file), name=name)
        return files

    return add


def ship_one_of_each(bridge: Bridge, names: list[str]) -> None:
    """An order of each store has left with a number, and its store was not told yet."""
    bridge.fetch()
    bridge.carriers.add("BRT", "Bartolini")
    for name in names:
        bridge.carriers.map(name, "BRT", "bartolini")
    bridge.manifests.add("BRT", [f"{name}:1001" for name in names])
    for name in names:
        bridge.shipments.set_tracking(f"{name}:1001", [f"BX-{name}"])
    bridge.manifests.ship("BRT")


def in_thread(act: Callable[[], Any]) -> Future[Any]:
    pool = ThreadPoolExecutor(1)
    future = pool.submit(act)
    pool.shutdown(wait=False)
    return future


@pytest.mark.slow
def test_more_silent_stores_than_are_fetched_at_once_hold_up_no_other(
    user: Any, stores: Callable[..., dict[str, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(each_store, "STORES_AT_ONCE", 2)
    monkeypatch.setattr(each_store, "SLOW_AFTER", 0.02)
    files = stores("a", "b", "live")
    silent = [Silent(files[name]) for name in ("a", "b")]
    arrived = Event()

    def told(step: Any) -> None:
        if step.store == "live" and step.done:
            arrived.set()

    with user.bridge() as bridge:
        fetched = in_thread(lambda: bridge.fetch(progress=told))
        came = arrived.wait(LONGEST)
        for store in silent:
            store.answer()
        results = {one.store: one for one in fetched.result(LONGEST)}
    assert came, "the live store was not fetched while the others were silent"
    assert results["live"].new == 3
    assert results["a"].error
    assert results["b"].error


@pytest.mark.slow
def test_a_plan_asks_silent_stores_side_by_side_and_the_push_tells_the_others(
    user: Any, stores: Callable[..., dict[str, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their facts are old, so the plan looks at them again; it goes on with what is known."""
    files = stores("a", "b", "live")
    with user.bridge() as bridge:
        ship_one_of_each(bridge, list(files))
    monkeypatch.setattr(open_store, "FACTS_LAST", timedelta(0))
    silent = [Silent(files[name]) for name in ("a", "b")]
    with user.bridge() as bridge, ExitStack() as stack:
        stack.callback(lambda: [store.answer() for store in silent])
        planned = in_thread(bridge.plan)
        asked = [store.wait_until_asked() for store in silent]
        for one in asked:
            os.close(one)
        plan = planned.result(LONGEST)
        assert [store.store for store in plan.stores] == ["a", "b", "live"]
        pushed = in_thread(lambda: bridge.push(plan))
        began = time.monotonic()
        while "BX-live" not in files["live"].read_text() and time.monotonic() - began < LONGEST:
            time.sleep(0.005)
        assert "BX-live" in files["live"].read_text(), "the live store was not told"
        assert not pushed.done()
        stack.close()
        result = pushed.result(LONGEST)
    assert {item.store: item.state for item in result.results} == {"live": "sent"}
    assert {store for store, _ in result.errors} == {"a", "b"}


def test_a_slow_store_gives_its_place_and_what_it_brings_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(each_store, "STORES_AT_ONCE", 2)
    monkeypatch.setattr(each_store, "SLOW_AFTER", 0.02)
    last = Event()

    def work(name: str, _stop: Event) -> str:
        return name if (last.set() if name == "last" else last.wait(LONGEST)) is not False else "held up"

    assert each_store.for_each_store("try", ["first", "second", "last"], work) == ("first", "second", "last")


def test_a_store_that_cannot_be_planned_holds_up_no_other(
    user: Any, stores: Callable[..., dict[str, Path]]
) -> None:
    """Its carrier codes were never listed, and now nobody answers."""
    files = stores("dead", "live")
    with user.bridge() as bridge:
        ship_one_of_each(bridge, list(files))
        with bridge.context.database.write() as connection:
            connection.execute(sa.update(tables.stores).values(codes_at=None))
    files["dead"].write_text("")
    planned = user.json("push", "--plan", code=1)["data"]
    assert [one["store"] for one in planned["stores"]] == ["live"]
    assert [one["store"] for one in planned["unplanned"]] == ["dead"]
    pushed = user.json("push", "--yes", code=1)["data"]
    assert [(item["store"], item["state"]) for item in pushed["results"]] == [("live", "sent")]
    assert [one["store"] for one in pushed["errors"]] == ["dead"]
    assert user.json("push", "dead", "--yes", code=planned["unplanned"][0]["error"]["exit_code"])["error"]
