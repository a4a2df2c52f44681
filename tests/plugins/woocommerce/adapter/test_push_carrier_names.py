"""A provider's slug is not always that of its name: then what is written is what makes the mail right.

Seen with Advanced Shipment Tracking 3.9.2: under a slug that is none the mail shows that slug and no link.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fbridge.models.fulfillments import Fulfillment, ResolvedCarrier
from fbridge.models.states import Effect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin

DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]

PROVIDERS = {
    "Italy": {
        "BRT Bartolini": {"url": "https://brt.example/%number%"},
        "GLS Italy": {"url": "https://gls.example/%number%", "slug": "gls-italy-express"},
        "SDA": {"url": "https://sda.example/%number%", "slug": "sda-it", "shown_as": "SDA Express Courier"},
    }
}
OWN = "https://own.example/N"


@pytest.fixture
def served(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    return make_sandbox(orders=60, tracking="ast", providers=PROVIDERS)


def due(served: ServedSandbox, desk: Any, count: int) -> list[Any]:
    orders = desk.orders(*served.control.order_ids("processing"))
    return [order for order in orders if any(line.due for line in order.lines)][:count]


def carrier(code: str) -> ResolvedCarrier:
    return ResolvedCarrier(code="X", label="Own name", site_code=code)


@pytest.mark.parametrize(
    ("code", "name", "link"),
    [
        ("brt-bartolini", "BRT Bartolini", "https://brt.example/N"),
        ("gls-italy", "GLS Italy", "https://gls.example/N"),
        ("gls-italy-express", "GLS Italy", "https://gls.example/N"),
        ("sda", "SDA", OWN),
        ("gone-since", "Own name", OWN),
    ],
)
def test_every_mail_shows_a_name_and_a_link(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf, code: str, name: str, link: str
) -> None:
    desk = desk_of(served)
    chunk = [fulfillment_of(one, ["N"], carrier=carrier(code), url=OWN) for one in due(served, desk, 3)]
    receipts = desk.push(*chunk)
    for one in chunk:
        (entry,) = receipts[one.order_id].shipments
        assert (entry.outcome, entry.effects.tracking) == (Outcome.DONE, Effect.DONE)
        (mail,) = served.control.mails(int(one.order_id))
        assert (mail.tracking_numbers, mail.carriers, mail.links) == (("N",), (name,), (link,))


def test_it_is_looked_at_once_for_each_carrier(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    orders = due(served, desk, 12)
    desk.push(*(fulfillment_of(one, ["N"], carrier=carrier("gls-italy"), url=OWN) for one in orders[:6]))
    served.control.forget_requests()
    desk.push(*(fulfillment_of(one, ["N"], carrier=carrier("gls-italy"), url=OWN) for one in orders[6:]))
    asked = [seen.method for seen in served.control.requests()]
    assert asked == ["GET", "POST", "GET"], "whether the plugin is there, and what became of a mail"
    assert {mail.carriers for one in orders for mail in served.control.mails(int(one.remote_id))} == {
        ("GLS Italy",)
    }


def test_the_next_check_knows_it_and_the_plan_says_so(
    served: ServedSandbox, desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    desk = desk_of(served)
    orders = due(served, desk, 3)
    desk.push_one(fulfillment_of(orders[0], ["N"], carrier=carrier("gls-italy"), url=OWN))
    later = desk_of(served)
    wish = fulfillment_of(orders[1], ["N"], carrier=carrier("gls-italy"), url=OWN)
    (preview,) = plugin.preview_push(later.store, [wish])
    (words,) = (words for words in preview.warnings if "gls-italy" in words)
    assert ("GLS Italy" in words, "your own" in words) == (True, False)  # the mail has the plugin's link
    codes = plugin.list_carrier_codes(later.store)
    (told,) = (one for one in codes.codes if one.code == "gls-italy")
    assert "GLS Italy" in told.warning
    assert not next(one for one in codes.codes if one.code == "brt-bartolini").warning
    served.control.forget_requests()
    later.push_one(wish)
    assert [seen.method for seen in served.control.requests()] == ["GET", "GET", "POST", "GET"]


def test_a_slug_that_was_written_before_is_noticed_by_the_check(
    served: ServedSandbox, desk_of: DeskOf
) -> None:
    """As an earlier version, or somebody's own program, left it."""
    (order,) = due(served, desk_of(served), 1)
    row = {"tracking_id": "a" * 32, "tracking_provider": "gls-italy", "tracking_number": "N"}
    served.control.set_trackings(int(order.remote_id), [row])
    served.control.change(int(order.remote_id), status="completed")
    codes = plugin.list_carrier_codes(desk_of(served).store)
    assert [one.code for one in codes.codes if one.warning] == ["gls-italy"]


def test_shipment_tracking_gets_our_own_name_where_it_knows_none(
    make_sandbox: Callable[..., ServedSandbox], desk_of: DeskOf, fulfillment_of: FulfillmentOf
) -> None:
    served = make_sandbox(orders=30, tracking="wst", wst_routes=True)
    desk = desk_of(served)
    (order,) = due(served, desk, 1)
    desk.push_one(fulfillment_of(order, ["N"], carrier=carrier("gone-since"), url=OWN))
    (mail,) = served.control.mails(int(order.remote_id))
    assert (mail.carriers, mail.links) == (("Own name",), (OWN,))
