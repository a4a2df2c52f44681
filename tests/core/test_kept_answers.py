"""An act is done once for its key, whoever asks again, and wherever: there is the act with its answer, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from fbridge import Bridge, InputError, KeptAnswer, Keyed
from fbridge.models.api_tokens import SCOPES
from fbridge.settings import Home

KEYED = Keyed(token="erp", key="k", request="POST /manifests")


@pytest.fixture
def servers(database_url: str, tmp_path: Path) -> Iterator[tuple[Bridge, Bridge]]:
    home = Home(config=tmp_path / "config", data=tmp_path / "data", log=tmp_path / "log")
    with (
        Bridge.open(home, database_url=database_url) as one,
        Bridge.open(home, database_url=database_url) as other,
    ):
        one.carriers.add("BRT", "Bartolini")
        one.api_tokens.add("erp", SCOPES)
        yield one, other


def test_two_servers_that_are_asked_at_once_do_it_once(servers: tuple[Bridge, Bridge]) -> None:
    begun, may_end = Event(), Event()

    def act(bridge: Bridge) -> KeptAnswer:
        number = bridge.manifests.new("BRT").number
        begun.set()
        assert may_end.wait(20)
        return KeptAnswer(status=201, body=number, place="/x")

    with ThreadPoolExecutor(2) as pool:
        one, other = (bridge.kept_answers.in_one_unit for bridge in servers)
        first = pool.submit(one, KEYED, lambda: act(servers[0]))
        assert begun.wait(20)
        second = pool.submit(other, KEYED, lambda: act(servers[1]))
        may_end.set()
        assert first.result() == second.result()
    assert [one.number for one in servers[1].manifests.list()] == [first.result().body]


def test_what_is_refused_changes_nothing_and_a_part_that_fails_is_gone_alone(
    servers: tuple[Bridge, Bridge],
) -> None:
    bridge = servers[0]

    def act(*carriers: str) -> KeptAnswer:
        made = bridge.manifests.new("BRT")
        with pytest.raises(InputError):
            bridge.manifests.ship(made.number)  # it is empty: the rest goes on
        for one in carriers:
            bridge.manifests.new(one)
        return KeptAnswer(status=200, body=made.number)

    with pytest.raises(InputError, match="NONE"):
        bridge.kept_answers.in_one_unit(KEYED, lambda: act("NONE"))
    assert bridge.manifests.list() == ()
    bridge.kept_answers.in_one_unit(KEYED, act)
    assert len(servers[1].manifests.list()) == 1

    def ask_within() -> None:
        with bridge.context.database.one_unit():
            with bridge.context.database.one_unit():
                bridge.manifests.new("BRT")
            bridge.stores.check("shop")

    with pytest.raises(RuntimeError, match="write unit"):
        ask_within()
    assert len(servers[1].manifests.list()) == 1
