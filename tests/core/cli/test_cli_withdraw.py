"""``fbridge shipment withdraw`` after a push: the plan, the question, scripts, and what cannot be done."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.plugin_calls import LoadedPlatform


def pushed(user: Any, shop: Any) -> str:
    shop.sell(1001)
    user.run("manifest", "add", "BRT", "1001")
    user.run("tracking", "set", "1001", "T1")
    user.run("manifest", "ship", "BRT")
    (item,) = user.json("push", "--yes")["data"]["results"]
    return str(item["shipment"])


def change(shop: Any, **changes: Any) -> None:
    kept = {name: value for name, value in shop.order(1001).items() if name != "number"}
    shop.sell(1001, **(kept | changes))


def test_it_is_shown_and_asked_about_before_the_store_hears_of_it(ready_user: Any, shop: Any) -> None:
    user, label = ready_user, pushed(ready_user, shop)
    nobody = user.run("shipment", "withdraw", label, code=2)
    assert "say --yes, or --plan" in nobody.output
    no = user.run("shipment", "withdraw", label, answers="n\n")
    for told in ("T1 is taken off", "the shop tells the customer", "2 of HAT", "Nothing was taken back"):
        assert told in no.output
    assert len(shop.order(1001)["shipments"]) == 1
    done = user.run("shipment", "withdraw", label, answers="y\n")
    assert "withdrawn" in done.output
    assert shop.order(1001)["shipments"] == []
    assert "withdrawn already" in user.run("shipment", "withdraw", label, "--yes", code=2).output
    user.run("manifest", "add", "BRT", "1001")  # its goods are free


def test_a_script_takes_back_what_it_has_seen_and_goes_on_after_a_lost_answer(
    ready_user: Any, shop: Any
) -> None:
    user, label = ready_user, pushed(ready_user, shop)
    told = user.json("shipment", "withdraw", label, "--plan")["data"]
    assert told["plan"]["steps"] == ["T1 is taken off"]
    fingerprint = told["fingerprint"]
    assert "plan has changed" in user.run("shipment", "withdraw", label, "--only-if", "0" * 12, code=2).output
    change(shop, answer="never")
    user.run("shipment", "withdraw", label, "--only-if", fingerprint, code=6)
    (item,) = user.json("status")["data"]["items"]
    assert (item["state"], item["next_step"]) == ("undoing", f"fbridge shipment withdraw {label}")
    again = user.run("shipment", "withdraw", label, "--yes")
    assert "withdrawn" in again.output


def test_what_the_store_refuses_is_told_in_its_words(ready_user: Any, shop: Any) -> None:
    user, label = ready_user, pushed(ready_user, shop)
    change(shop, refuses="The courier has it.")
    assert "The courier has it." in user.run("shipment", "withdraw", label, "--yes", code=5).output
    assert user.json("shipment", "show", label)["data"]["push"]["state"] == "sent"


def test_where_no_plugin_can_do_it_the_shops_own_pages_are_named_and_then_it_lets_go(
    ready_user: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, label = ready_user, pushed(ready_user, shop)
    monkeypatch.setattr(LoadedPlatform, "takes_back", False)
    for words in (("--plan",), ("--yes",)):
        told = user.run("shipment", "withdraw", label, *words, code=2 if words == ("--yes",) else 0).output
        assert "shop's own pages" in " ".join(told.split())
    change(shop, status="open", shipments=[], created_at="2099-11-27T09:30:00+00:00")
    assert "withdrawn" in user.run("shipment", "withdraw", label, "--yes").output


def test_what_no_store_knows_is_withdrawn_at_once(ready_user: Any, shop: Any) -> None:
    shop.sell(1001)
    ready_user.run("manifest", "add", "BRT", "1001")
    ready_user.run("manifest", "remove", "BRT", "S1")
    assert "leave the options away" in ready_user.run("shipment", "withdraw", "S1", "--plan", code=2).output
    assert "withdrawn" in ready_user.run("shipment", "withdraw", "S1").output
