"""A mail that did not leave, told to who typed ``push``, and asked for again by one command."""

from __future__ import annotations

from typing import Any


def unmailed(user: Any, shop: Any, number: int, **changes: Any) -> str:
    """Push an order whose mail does not leave; gives the shipment."""
    shop.sell(number, **({"loses_mails": True} | changes))
    user.run("manifest", "add", "BRT", str(number))
    user.run("tracking", "set", str(number), f"T{number}")
    user.run("manifest", "ship", "BRT")
    (item,) = user.json("push", "--yes", code=1)["data"]["results"]
    assert item["state"] == "sent"
    return str(item["shipment"])


def test_push_status_and_explain_tell_it_and_one_command_mends_it(ready_user: Any, shop: Any) -> None:
    user, label = ready_user, unmailed(ready_user, shop, 1001)
    status = user.json("status", code=1)["data"]
    (item,) = status["items"]
    assert (item["state"], item["reason"], item["overdue"]) == ("sent", "mail_not_sent", True)
    assert (status["missing_mails"]["count"], item["next_step"]) == (1, f"fbridge push --mail-again {label}")
    told = user.run("status", code=1).stdout
    assert "Mails to customers that did not leave, or may not have: 1, the oldest for" in told
    assert "at rest" not in told
    assert user.json("push", "--yes", code=1)["data"]["needs_person"] == [label]
    plan = user.json("push", "--mail-again", label, "--plan")["data"]
    assert [entry["asking"] for entry in plan["mails"]] == ["freely"]
    (asked,) = user.json("push", "--mail-again", label, "--only-if", plan["fingerprint"])["data"]["results"]
    assert (asked["mail"], asked["reason"], shop.order(1001)["mails"]) == ("sent", "mailed", 1)
    assert "Everything is at rest." in user.run("status").stdout
    (asked,) = user.json("push", "--mail-again", label, "--yes")["data"]["results"]
    assert (asked["reason"], shop.order(1001)["mails"]) == ("mailed_already", 1)


def test_a_possible_second_mail_needs_a_person_and_yes_is_not_enough(ready_user: Any, shop: Any) -> None:
    user, label = ready_user, unmailed(ready_user, shop, 1001, loses_mails=False, answer="never")
    assert user.json("status", code=1)["data"]["items"][0]["reason"] == "mail_in_doubt"
    (asked,) = user.json("push", "--mail-again", label, "--yes", code=1)["data"]["results"]
    assert (asked["reason"], shop.order(1001)["mails"]) == ("mail_may_have_left", 1)
    question = user.run("push", "--mail-again", label, answers="n\n", code=1)
    assert "may have the mail already" in question.output
    assert shop.order(1001)["mails"] == 1
    user.run("push", "--mail-again", label, "--yes", "--even-if-mailed")
    assert shop.order(1001)["mails"] == 2


def test_a_person_sets_it_at_rest(ready_user: Any, shop: Any) -> None:
    user, label = ready_user, unmailed(ready_user, shop, 1001)
    assert "shipment mailed" in user.run("explain", label).output
    user.run("shipment", "mailed", label)
    assert "Everything is at rest." in user.run("status").stdout
    assert "told otherwise" in user.run("explain", label).stdout
    assert "No mail of S1 is missing" in user.run("shipment", "mailed", label, code=2).output


def test_it_is_asked_for_alone(ready_user: Any) -> None:
    for words in (("--mail-again", "S1", "--manifest", "M1"), ("--even-if-mailed",)):
        assert "--mail-again" in ready_user.run("push", "--yes", *words, code=2).output


def test_several_follow_one_after_another(ready_user: Any, shop: Any) -> None:
    """As after an evening on which the shop's mail server was down."""
    shop.sell(1002, loses_mails=True)
    ready_user.run("fetch")
    labels = [unmailed(ready_user, shop, order) for order in (1001, 1002)]
    plan = ready_user.run("push", "--mail-again", *labels, "--plan")
    assert f"fbridge push --mail-again {' '.join(labels)} --only-if" in plan.output
    asked = ready_user.json("push", "--yes", "--mail-again", *labels)["data"]["results"]
    assert [entry["mail"] for entry in asked] == ["sent", "sent"]
    assert [shop.order(order)["mails"] for order in (1001, 1002)] == [1, 1]
    assert "no shipment" in ready_user.run("push", "--yes", "--mail-again", *labels, "shop", code=2).output
