"""Tokens of the client credentials grant against the emulated store: they end, or are taken away, in the middle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fbridge.errors import CredentialsError, NotSent
from fbridge.models.platforms import OrderQuery
from fbridge.models.states import Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_shopify.reading import raw_pages

MakeSandbox = Callable[..., ServedSandbox]
Make = Callable[..., Any]


def of_app(served: ServedSandbox) -> dict[str, Any]:
    tokens = served.control.tokens
    return {"access_token": None, "client_id": tokens.client_id, "client_secret": tokens.client_secret}


def asked(served: ServedSandbox) -> int:
    return sum("oauth" in request.path for request in served.control.requests())


def shipped(served: ServedSandbox, order_id: str) -> int:
    return len(served.control.order(order_id)["fulfillments"])


def test_a_token_that_is_taken_away_between_reading_and_writing(
    make_sandbox: MakeSandbox, desk_of: Make, fulfillment_of: Make
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, **of_app(served))
    orders = desk.orders(*[served.control.new_order([("CAFFE-MOKA", 1)]) for _ in range(60)])
    served.control.forget_requests()
    served.control.tokens.revoke()
    receipts = desk.push(*[fulfillment_of(order, [order.number]) for order in orders])
    assert {receipt.shipments[0].outcome for receipt in receipts.values()} == {Outcome.DONE}
    assert len(receipts) == 60
    assert {shipped(served, order.remote_id) for order in orders} == {1}
    assert asked(served) == 1, "the threads share the new token"


def test_an_app_that_is_uninstalled_in_the_middle_sends_nothing_more(
    make_sandbox: MakeSandbox, desk_of: Make, fulfillment_of: Make
) -> None:
    served = make_sandbox(orders=0)
    desk = desk_of(served, **of_app(served))
    order = desk.order(served.control.new_order([("CAFFE-MOKA", 1)]))
    served.control.tokens.revoke()
    served.control.tokens.other_organisation = True
    with pytest.raises(NotSent, match="only be used on stores of its own organisation") as stop:
        desk.push_one(fulfillment_of(order, ["N1"]))
    assert isinstance(stop.value.__cause__, CredentialsError)
    assert shipped(served, order.remote_id) == 0


def test_tokens_that_end_while_pages_are_read(make_sandbox: MakeSandbox, store_of: Make) -> None:
    """The store's clock runs away from ours, so each page finds its token over.

    Nothing is read ahead, or the clock would jump in the middle of a page.
    """
    now = [datetime.now(UTC)]
    served = make_sandbox(orders=250, token_seconds=900, clock=lambda: now[0])
    found = set[str]()
    for page in raw_pages(store_of(served, **of_app(served)), OrderQuery()):
        found |= {raw.order["id"] for raw in page.orders}
        now[0] += timedelta(seconds=901)
    assert found == set(served.control.order_ids())


@pytest.mark.parametrize("life", [30, 599, 86_399])
def test_one_token_serves_a_whole_run_however_short_it_lives(
    make_sandbox: MakeSandbox, desk_of: Make, life: int
) -> None:
    served = make_sandbox(orders=0, token_seconds=life)
    desk = desk_of(served, checked=False, **of_app(served))
    for _ in range(5):
        desk.order(served.control.new_order([("CAFFE-MOKA", 1)]))
    assert asked(served) == 1
