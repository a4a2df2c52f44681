"""A state means what the merchant says, else what the platform itself tells, else nothing."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from fbridge.adapterkit.order_states import Meaning, SeenState, meaning_of, states_finding
from fbridge.models.orders import UNKNOWN_STATUS
from fbridge.models.setting_fields import STATE_LISTS, StateLists
from fbridge.models.states import OrderStatus, PaymentKind

PAID, COD, UNPAID = PaymentKind.PAID, PaymentKind.COD, PaymentKind.UNPAID


class OwnLists(StateLists):
    state_prefix = "wc-"

    def state_of_push(self, data: Any) -> str:
        return "completed"


def lists(**given: Any) -> Any:
    return OwnLists().load(given)


@pytest.mark.parametrize(
    ("name", "status", "payments"),
    [
        ("ready_states", OrderStatus.OPEN, {PAID: PAID, UNPAID: PAID, COD: COD}),
        ("unpaid_states", OrderStatus.OPEN, {PAID: UNPAID, UNPAID: UNPAID, COD: COD}),
        ("on_hold_states", OrderStatus.ON_HOLD, {PAID: PAID, UNPAID: UNPAID, COD: COD}),
        ("shipped_states", OrderStatus.CLOSED, {PAID: PAID, UNPAID: UNPAID, COD: COD}),
        ("cancelled_states", OrderStatus.CANCELLED, {PAID: PAID, UNPAID: UNPAID, COD: COD}),
    ],
)
def test_each_list_has_its_meaning(
    name: str, status: OrderStatus, payments: dict[PaymentKind, PaymentKind]
) -> None:
    means = meaning_of(["Delivered "], Meaning.UNKNOWN, lists(**{name: ["wc-delivered"]}))
    assert (means.status, means.doubt("Delivered")) == (status, None)
    assert {told: means.payment(told) for told in payments} == payments


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("Ready to ship", "ready-to-ship"),
        ("ready_to_ship", "Ready  to ship"),
        ("WC-Delivered", "delivered"),
        ("gia\u0300 spedito", "gi\u00e0-spedito"),
    ],
)
def test_a_state_is_known_by_the_name_that_people_copy(named: str, shown: str) -> None:
    """The shop shows a name where the platform has a code, and each has its own way between words."""
    means = meaning_of([shown], Meaning.UNKNOWN, lists(shipped_states=[named]))
    assert means.status is OrderStatus.CLOSED


def test_the_platforms_own_meaning_says_nothing_of_the_payment_that_it_told() -> None:
    means = meaning_of(["pending"], Meaning.UNPAID, lists())
    assert (means.status, means.payment(PAID)) == (OrderStatus.OPEN, PAID)


def test_what_nothing_explains_is_open_and_doubtful_and_names_all_settings() -> None:
    means = meaning_of(["fraud-review"], Meaning.UNKNOWN, lists(ready_states="picking"))
    doubt = means.doubt("fraud-review")
    assert means.status is OrderStatus.OPEN
    assert doubt is not None
    assert doubt.code == UNKNOWN_STATUS
    assert all(name in doubt.words for name in STATE_LISTS)


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        (
            {"shipped_states": "delivered", "ready_states": " Delivered"},
            "ready_states",
            "stands in shipped_states",
        ),
        ({"on_hold_states": "x", "cancelled_states": "wc-x"}, "cancelled_states", "stands in on_hold_states"),
        ({"on_hold_states": "completed"}, "on_hold_states", "a push sets"),
        ({"unpaid_states": [""]}, "unpaid_states", "names of states"),
    ],
)
def test_a_state_in_two_lists_is_an_error_that_names_both(
    given: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        lists(**given)
    assert list(caught.value.normalized_messages()) == [field]
    assert words in str(caught.value)


def test_the_check_tells_every_state_in_use_and_how_to_say_otherwise() -> None:
    seen = [
        SeenState(label="processing", words=("processing",), own=Meaning.READY, orders=12),
        SeenState(label="delivered", words=("delivered",), own=Meaning.UNKNOWN, orders=3),
        SeenState(label="lost", words=("lost",), own=Meaning.UNKNOWN, orders=0),
        SeenState(label="failed", words=("failed",), own=Meaning.CANCELLED, orders=0),
    ]
    found = states_finding(seen, lists(shipped_states="delivered"))
    assert found.ok
    assert found.words.startswith(
        "Goods may leave: processing (12 orders); has left: delivered (3 orders, by the settings); "
        "not known, so never ready and never written over: lost. To say otherwise, name a state in ready_states, "
    )
    assert "failed" not in found.words


def test_the_check_finds_slips_of_the_pen() -> None:
    seen = [SeenState(label="4 Spedito", words=("4", "Spedito"), own=Meaning.SHIPPED)]
    two = states_finding(seen, {"shipped_states": ["4"], "on_hold_states": ["spedito"]}, end="4 Spedito")
    assert not two.ok
    assert "named in on_hold_states and shipped_states" in two.words
    assert "A push sets the state 4 Spedito" in two.words
    gone = states_finding(seen, {"ready_states": ["5"]})
    assert not gone.ok
    assert "does not have: 5" in gone.words
    assert states_finding(seen, {"ready_states": ["5"]}, complete=False).ok
