"""What a push leaves to a person: told by its exit code until it is settled, and settled for several at once."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.storage.tables import pushes


def ship(user: Any, *orders: str) -> None:
    user.run("manifest", "add", "BRT", *orders)
    for number in orders:
        user.run("tracking", "set", number, f"T{number}")
    user.run("manifest", "ship", "BRT")


@pytest.fixture
def refused(ready_user: Any, shop: Any) -> Any:
    """A user with two shipments that the store refused, and one that it took."""
    shop.sell(1001, refuses="the licence has expired")
    shop.sell(1002, refuses="the licence has expired")
    shop.sell(1003, payment="paid", method="courier")
    ready_user.run("fetch")
    ship(ready_user, "1001", "1002", "1003")
    ready_user.run("push", "--yes", code=1)
    return ready_user


def test_a_push_fails_as_long_as_anything_needs_a_person(refused: Any) -> None:
    later = refused.run("push", "--yes", code=1)
    assert "There is nothing to tell the stores now." in later.stdout
    assert "Somebody must look at: S1, S2." in later.stdout
    assert refused.json("push", "--yes", code=1)["data"]["needs_person"] == ["S1", "S2"]
    refused.run("shipment", "withdraw", "S1")
    assert "Somebody must look at: S2." in refused.run("push", "--yes", code=1).stdout
    refused.run("shipment", "adopt", "S2")
    assert "look at" not in refused.run("push", "--yes").stdout


def test_what_another_store_or_manifest_needs_fails_no_other_push(refused: Any, shop: Any) -> None:
    refused.add_shop(shop, name="b2b")
    refused.run("push", "b2b", "--yes")
    refused.run("push", "shop", "--yes", code=1)
    shop.sell(1004)
    refused.run("fetch", "shop")
    ship(refused, "1004")
    refused.run("push", "--manifest", "2026-0002", "--yes")
    refused.run("push", "--yes", code=1)


def test_what_needs_attention_fails_a_later_push(ready_user: Any) -> None:
    ship(ready_user, "1001")
    ready_user.run("push", "--yes")
    with ready_user.bridge() as bridge, bridge.context.database.write() as connection:
        connection.execute(sa.update(pushes).values(state="needs_attention", words="two equal parcels"))
    assert "S1" in ready_user.run("push", "--yes", code=1).stdout


def test_several_are_sent_again_with_one_question(refused: Any, shop: Any) -> None:
    for number in (1001, 1002):
        shop.sell(number, refuses="")
    asked = refused.run("push", "--resend", "S1", "--resend", "1002", "--resend", "S1", answers="y\ny\n")
    assert asked.stderr.count("Is it certain that the store does not show S1, 1002, S1?") == 1
    assert "S1, S2 will be sent again." in asked.stderr
    assert [len(shop.order(number)["shipments"]) for number in (1001, 1002, 1003)] == [1, 1, 1]


def test_no_means_none_of_them(refused: Any, shop: Any) -> None:
    refused.run("push", "--resend", "S1", "--resend", "S2", answers="n\n")
    assert refused.json("status", code=1)["data"]["counts"]["refused"] == 2


def test_one_that_cannot_be_sent_again_is_named_and_none_is(refused: Any, shop: Any) -> None:
    for number in (1001, 1002):
        shop.sell(number, refuses="")
    told = refused.run("push", "--yes", "--resend", "S1", "--resend", "S3", "--resend", "S2", code=2).stderr
    assert "S3 is sent; only what is" in told
    assert "Nothing is decided for any." in told
    assert refused.json("status", code=1)["data"]["counts"]["refused"] == 2
    assert "shipments" not in shop.order(1001)
