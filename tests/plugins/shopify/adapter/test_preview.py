"""What the plan shows before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.models.fulfillments import (
    Fulfillment,
    FulfillmentShipment,
    Item,
    Preview,
    ResolvedCarrier,
    TrackingNumber,
)
from fbridge.models.orders import Order
from fbridge.models.platforms import Store
from fbridge.models.states import MailEffect, OrderStatus
from fbridge_shopify import plugin
from fbridge_shopify.mapping import RawOrder, order_from
from fbridge_shopify.push import begin

Make = Callable[..., Any]
LINE = "11"
ROME, TURIN = "31", "32"
UNKNOWN = ResolvedCarrier(code="FER", label="Fercam")
STORE = Store(
    "prova", "https://prova.myshopify.com", {}, cast(Any, None), {"locations": {"31": "Roma", "32": "Torino"}}
)


def mapped(raw: dict[str, Any]) -> Order:
    made = order_from(RawOrder(order=raw))
    assert isinstance(made, Order)
    return made


@pytest.fixture
def order(raw_order_of: Make) -> Order:
    """Three pieces, at one location; without ``adapter_data``, as a plan gets it."""
    return replace(mapped(raw_order_of()), adapter_data={})


def at(order: Order, **places: int) -> Order:
    locations = tuple((ROME if name == "rome" else TURIN, pieces) for name, pieces in places.items())
    return replace(order, lines=(replace(order.lines[0], locations=locations),))


def previewed(fulfillment: Any) -> Preview:
    (preview,) = plugin.preview_push(STORE, [fulfillment])
    assert isinstance(preview, Preview)
    return preview


def test_each_new_fulfillment_is_a_mail(order: Order, fulfillment_of: Make) -> None:
    assert previewed(fulfillment_of(order, ["N1"])).mails == ("Shipping confirmation",)
    assert previewed(fulfillment_of(order, ["N1"], notify=False)).mails == ()
    assert previewed(fulfillment_of(order, ["N1"], mail=MailEffect.SENT)).mails == ()


def test_two_locations_are_two_mails_and_a_warning(order: Order, fulfillment_of: Make) -> None:
    preview = previewed(fulfillment_of(at(order, rome=2, turin=1), ["N1"], url="https://x.example"))
    assert preview.mails == ("Shipping confirmation",) * 2
    (warning,) = preview.warnings
    assert "2 locations" in warning
    assert "2 mails" in warning


@pytest.mark.parametrize(("location", "mails"), [(TURIN, 1), (ROME, 1), (None, 1)])
def test_what_one_location_has_is_one_mail(
    order: Order, fulfillment_of: Make, location: str | None, mails: int
) -> None:
    one = fulfillment_of(
        at(order, rome=2, turin=1), ["N1"], items=[(LINE, 1)], location=location, url="https://x.example"
    )
    preview = previewed(one)
    assert (len(preview.mails), preview.warnings) == (mails, ())


@pytest.mark.parametrize(
    ("location", "warned"),
    [(None, False), ("31", False), ("gid://shopify/Location/31", False), ("Roma", False), ("99", True)],
)
def test_a_location_that_the_store_has_not_is_warned_of(
    order: Order, fulfillment_of: Make, location: str | None, warned: bool
) -> None:
    preview = previewed(fulfillment_of(order, ["N1"], location=location))
    assert any("It has 31 (Roma), 32 (Torino)" in warning for warning in preview.warnings) is warned


def test_an_equal_choice_of_locations_is_made_as_in_the_push(
    raw_order_of: Make, line_of: Make, fulfillment_order_of: Make, shipment_of: Make
) -> None:
    """Two of the three pieces are in Rome: after the first shipment took one, the second needs both places."""
    order = mapped(
        raw_order_of(
            fulfillment_orders=[
                fulfillment_order_of([("11", 2)], location="31"),
                fulfillment_order_of([("11", 1)], location="32"),
            ]
        )
    )
    shipments = tuple(
        shipment_of(order, [name], items=[(LINE, n)], name=name) for name, n in [("N1", 1), ("N2", 2)]
    )
    preview = previewed(Fulfillment(order=order, shipments=shipments, completes_order=True, notify=True))
    assert len(preview.mails) == 3
    assert "2 x MOKA-3 are at 2 locations" in preview.warnings[0]


PLACES_OF_LINES = st.dictionaries(
    st.tuples(st.sampled_from(["31", "32", "33"]), st.sampled_from(["1", "2", "3"])),
    st.integers(1, 3),
    min_size=1,
)


KEPT_BACK: dict[str, dict[str, Any]] = {
    "on hold": {"status": "ON_HOLD", "supportedActions": [{"action": "RELEASE_HOLD"}]},
    "collected": {"deliveryMethod": {"methodType": "PICK_UP"}},
}


@given(kept=PLACES_OF_LINES, data=st.data())
def test_the_plan_shows_the_mails_and_places_of_the_push(
    raw_order_of: Make,
    line_of: Make,
    fulfillment_order_of: Make,
    kept: dict[tuple[str, str], int],
    data: st.DataObject,
) -> None:
    """Those of what the store keeps back at some place are none of them."""
    left = {line: sum(n for (_, one), n in kept.items() if one == line) for _, line in kept}
    lines = [
        line_of(id=line, quantity=n, currentQuantity=n, unfulfilledQuantity=n) for line, n in left.items()
    ]
    goods = []
    for place in data.draw(st.permutations(sorted({place for place, _ in kept}))):
        pieces = [(line, n) for (one, line), n in kept.items() if one == place]
        why = KEPT_BACK.get(data.draw(st.sampled_from(["", "", *KEPT_BACK])), {})
        left = {line: n - (dict(pieces).get(line, 0) if why else 0) for line, n in left.items()}
        goods.append(
            fulfillment_order_of(pieces, location=place, id=f"gid://shopify/FulfillmentOrder/{place}", **why)
        )
        for node in goods[-1]["lineItems"]["nodes"]:
            node["id"] += place
    shipments = []
    for name in ("N1", "N2"):
        items = {line: data.draw(st.integers(0, n)) for line, n in left.items()}
        left = {line: n - items[line] for line, n in left.items()}
        if any(items.values()):
            location = data.draw(st.sampled_from([None, "31", "33"]))
            shipments.append(numbered(name, items, location))
    order = mapped(raw_order_of(lines=lines, fulfillment_orders=goods))
    fulfillment = Fulfillment(order=order, shipments=tuple(shipments), completes_order=False, notify=True)
    planned = begin(fulfillment, may_split=True).steps
    preview = previewed(fulfillment)
    assert len(preview.mails) == len(planned)
    assert all(step.notify for step in planned)
    groups = [
        one
        for step in planned
        for one in step.mutation.arguments["fulfillment"]["lineItemsByFulfillmentOrder"]
    ]
    taken_from = {one["fulfillmentOrderId"].rpartition("/")[2] for one in groups}
    assert set(preview.places) == {f"location {place}" for place in taken_from}


def numbered(name: str, items: dict[str, int], location: str | None) -> FulfillmentShipment:
    return FulfillmentShipment(
        id=name,
        revision=1,
        items=tuple(Item(line_id=line, quantity=n) for line, n in items.items() if n),
        tracking=(TrackingNumber(number=name),),
        shipped_at=datetime(2026, 11, 23, tzinfo=UTC),
        location=location,
    )


def test_a_late_number_is_an_update_where_no_mail_went(order: Order, fulfillment_of: Make) -> None:
    known = {"revision": 2, "acknowledged": 1}
    assert previewed(fulfillment_of(order, ["N1"], **known)).mails == ("Shipping update",)
    assert previewed(fulfillment_of(order, ["N1"], **known, mail=MailEffect.SENT)).mails == ()
    same = fulfillment_of(order, ["N1"], **known, acknowledged_numbers=("N1",))
    assert previewed(same).mails == ()


@pytest.mark.parametrize(
    ("carrier", "url", "warned"),
    [
        (UNKNOWN, "", True),
        (UNKNOWN, "https://fercam.example/N1", False),
        (ResolvedCarrier(code="BRT", label="whatever", site_code="BRT"), "", False),
        (ResolvedCarrier(code="BRT", label="brt"), "", True),
    ],
)
def test_a_parcel_without_a_link_is_warned_of(
    order: Order, fulfillment_of: Make, carrier: ResolvedCarrier, url: str, warned: bool
) -> None:
    preview = previewed(fulfillment_of(order, ["N1"], carrier=carrier, url=url))
    assert any("no link" in warning for warning in preview.warnings) is warned


def test_a_cancelled_order_is_refused(order: Order, fulfillment_of: Make) -> None:
    preview = previewed(fulfillment_of(replace(order, status=OrderStatus.CANCELLED), ["N1"]))
    assert (preview.mails, bool(preview.refused)) == ((), True)
