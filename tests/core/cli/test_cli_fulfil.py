"""One call for programs: an order is shipped and its store is told; the same call again tells nothing twice."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import fbridge
from fbridge import fulfil as fulfilling

DOCUMENT = ("--document", "ERP//125/2026")


def held(shop: Any, number: int) -> tuple[list[Any], int]:
    order = shop.order(number)
    return [one["numbers"] for one in order.get("shipments", [])], order.get("mails", 0)


@pytest.mark.parametrize("document", [DOCUMENT, ()])
def test_the_same_call_gives_the_same_answer(ready_user: Any, shop: Any, document: tuple[str, ...]) -> None:
    call = ("fulfil", "1001", "--carrier", "BRT", "--number", "T1", "--number", "T2", *document)
    first, second = ready_user.json(*call)["data"], ready_user.json(*call)["data"]
    assert first["shipment"] == second["shipment"]
    assert first["shipment"]["push"]["state"] == "sent"
    assert (first["pushed"]["state"], second["pushed"]) == ("sent", None)
    assert held(shop, 1001) == ([["T1", "T2"]], 1)


def prepare(user: Any, order: str, document: str, *lines: str) -> str:
    more = [word for line in lines for word in ("--line", line)]
    made = user.json("shipment", "create", order, "--carrier", "BRT", "--document", document, *more)
    return str(made["data"]["label"])


def test_what_an_import_has_prepared_is_taken_up(ready_user: Any, shop: Any) -> None:
    prepared = prepare(ready_user, "1001", "ERP//7/2026")
    for _ in range(2):
        told = ready_user.json("fulfil", "1001", "--number", "T1")["data"]
        assert (told["shipment"]["label"], told["shipment"]["document"]["number"]) == (prepared, "7")
    assert held(shop, 1001) == ([["T1"]], 1)
    assert "is in S1" in ready_user.run("fulfil", "1001", "--number", "T2", code=2).stderr
    assert ready_user.json("fulfil", "1001")["data"]["shipment"]["label"] == prepared


def test_of_several_that_are_prepared_one_is_to_be_named(ready_user: Any, shop: Any) -> None:
    first, second = (
        prepare(ready_user, "1001", "ERP//7/2026", "HAT=2"),
        prepare(ready_user, "1001", "ERP//8/2026", "SCARF=1"),
    )
    told = ready_user.json("fulfil", "1001", "--number", "T1", code=2)["error"]
    assert told["reason"] == "several_prepared"
    assert first in told["message"]
    ready_user.run("fulfil", "1001", "--line", "SCARF=1", "--number", "T2")
    assert ready_user.json("fulfil", "1001", "--number", "T2")["data"]["shipment"]["label"] == second
    assert ready_user.json("fulfil", "1001", "--number", "T1")["data"]["shipment"]["label"] == first
    assert held(shop, 1001)[0] == [["T2"], ["T1"]]


def test_nobody_elses_parcels_leave_with_it(ready_user: Any, shop: Any) -> None:
    ready_user.run("manifest", "add", "BRT", "1002")
    ready_user.run("fulfil", "1001", "--number", "T1")
    assert (held(shop, 1001), held(shop, 1002)) == (([["T1"]], 1), ([], 0))
    refused = ready_user.json("fulfil", "1003", "--no-push")["data"]["shipment"]
    assert refused["push"]["state"] == "ready"
    ready_user.run("manifest", "add", "BRT", "1002")
    said = ready_user.run("shipment", "create", "1002", code=2)
    assert "is in S1" in said.stderr
    ready_user.run("shipment", "external", "--carrier", "BRT", "--name", "Rosa", "--manifest", "BRT")
    told = ready_user.json("fulfil", "1002", code=2)["error"]
    assert told["reason"] == "manifest_of_others"
    assert "fbridge manifest ship 2026-0001" in told["message"]


def test_lines_leave_one_call_after_another(ready_user: Any, shop: Any) -> None:
    for line in ("HAT=2", "SCARF=1"):
        ready_user.run("fulfil", "shop:1001", "--line", line, "--number", f"T{line[0]}")
        ready_user.run("fulfil", "shop:1001", "--line", line, "--number", f"T{line[0]}")
    assert held(shop, 1001)[0] == [["TH"], ["TS"]]
    assert "is left to ship" in ready_user.run("fulfil", "1001", "--line", "HAT=1", code=2).stderr


def test_what_may_not_leave_stays_and_the_same_call_tries_again(ready_user: Any, shop: Any) -> None:
    shop.sell(1001, status="cancelled")
    told = ready_user.json("fulfil", "1001", "--number", "T1", code=1)
    assert [one["reason"] for one in told["data"]["stopped"]] == ["order_cancelled"]
    assert told["data"]["shipment"]["shipped_at"] is None
    assert held(shop, 1001) == ([], 0)
    shop.sell(1001, status="open")
    assert ready_user.json("fulfil", "1001", "--number", "T1")["data"]["pushed"]["state"] == "sent"


def test_a_call_that_shipped_only_is_told_by_the_next(ready_user: Any, shop: Any) -> None:
    ready_user.run("fulfil", "1001", "--number", "T1", "--no-push")
    assert held(shop, 1001) == ([], 0)
    assert ready_user.json("fulfil", "1001", "--number", "T1")["data"]["pushed"]["state"] == "sent"
    assert held(shop, 1001) == ([["T1"]], 1)


def test_a_lost_answer_is_looked_up_by_the_same_call(ready_user: Any, shop: Any) -> None:
    shop.sell(1001, answer="never")
    ready_user.run("fulfil", "1001", "--number", "T1", code=1)
    ready_user.run("fulfil", "1001", "--number", "T1")
    assert held(shop, 1001) == ([["T1"]], 1)


def test_what_a_script_needs_is_in_one_place(ready_user: Any) -> None:
    assert all(getattr(fbridge, name) for name in fbridge.__all__)
    with ready_user.bridge() as bridge:
        (order,) = bridge.orders.list(fbridge.OrderFilter(limit=1))
        done = bridge.fulfil(order.number, numbers=["T1"], document=fbridge.Document(number="7", year=2026))
        assert done.shipment.push.state == "sent"
        with pytest.raises(fbridge.NotFoundError):
            bridge.orders.get("nothing")
    with pytest.raises(AttributeError, match="no attribute 'Brigde'"):
        fbridge.Brigde  # noqa: B018 - misspelt on purpose


@pytest.mark.parametrize("step", [pytest.param("_own_manifest", marks=pytest.mark.slow), "ship_manifest"])
def test_the_same_call_that_is_ahead_counts(
    ready_user: Any, shop: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    really = getattr(fulfilling, step)

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(fulfilling, step, really)
        ready_user.run("fulfil", "1001", "--number", "T1", *DOCUMENT)
        return really(*given)

    monkeypatch.setattr(fulfilling, step, overtaken)
    done = ready_user.json("fulfil", "1001", "--number", "T1", *DOCUMENT)["data"]
    assert (done["shipment"]["push"]["state"], done["pushed"]) == ("sent", None)
    assert held(shop, 1001) == ([["T1"]], 1)


def test_two_calls_at_once_tell_the_store_once(ready_user: Any, shop: Any) -> None:
    failed: list[BaseException] = []

    def call() -> None:
        try:
            with ready_user.bridge() as bridge:
                bridge.fulfil("1001", numbers=["T1"])
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    calls = [threading.Thread(target=call) for _ in range(2)]
    for one in calls:
        one.start()
    for one in calls:
        one.join()
    assert failed == []
    ready_user.run("fulfil", "1001", "--number", "T1")
    assert held(shop, 1001) == ([["T1"]], 1)
    assert len(ready_user.json("shipment", "list")["items"]) == 1
