"""Three boxes and one number: somebody is asked, a script is refused with the next step."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def user(ready_user: Any) -> Any:
    """Somebody with S1: three parcels, a number for each."""
    numbers = [word for number in ("B1", "B2", "B3") for word in ("--number", number)]
    ready_user.run("shipment", "create", "1001", "--manifest", "BRT", *numbers)
    return ready_user


def numbers(user: Any) -> list[str]:
    return list(user.json("shipment", "show", "S1")["data"]["numbers"])


def test_a_person_is_asked_and_may_say_no(user: Any) -> None:
    asked = user.run("tracking", "set", "S1", "W1", answers="n\n", code=2)
    assert "W1 will be all that these 3 parcels travel under." in " ".join(asked.output.split())
    assert numbers(user) == ["B1", "B2", "B3"]
    assert "W1" in user.run("tracking", "set", "S1", "W1", answers="y\n").stdout
    assert numbers(user) == ["W1"]
    assert user.json("shipment", "show", "S1")["data"]["parcels"] == 3


def test_a_script_is_refused_with_the_next_step(user: Any) -> None:
    error = user.json("tracking", "set", "S1", "W1", code=2)["error"]
    assert error["reason"] == "fewer_numbers_than_parcels"
    assert "fbridge tracking set S1 W1 --parcels 3" in error["message"]
    assert "fbridge tracking add S1 W1" in error["message"]
    user.run("tracking", "set", "S1", "W1", "--parcels", "3")
    assert numbers(user) == ["W1"]


def test_a_number_is_added_and_reaches_a_store_that_was_told_already(user: Any, shop: Any) -> None:
    user.run("manifest", "ship", "BRT")
    user.run("push", "--yes")
    added = user.json("tracking", "add", "S1", "B4")["data"]
    assert (added["numbers"], added["parcels"]) == (["B1", "B2", "B3", "B4"], 4)
    assert added["push"]["state"] == "ready"
    user.run("push", "--yes")
    assert user.json("shipment", "show", "S1")["data"]["push"]["state"] == "sent"
    (told,) = shop.order(1001)["shipments"]
    assert told["numbers"] == ["B1", "B2", "B3", "B4"]
