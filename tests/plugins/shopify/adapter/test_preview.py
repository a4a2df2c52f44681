"""What the plan shows before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.models.fulfillments import Preview, ResolvedCarrier
from fbridge.models.orders import Order
from fbridge.models.states import MailEffect, OrderStatus
from fbridge_shopify import plugin
from fbridge_shopify.mapping import RawOrder, order_from

Make = Callable[..., Any]
LINE = "gid://shopify/LineItem/11"
ROME, TURIN = "gid://shopify/Location/31", "gid://shopify/Location/32"
UNKNOWN = ResolvedCarrier(code="FER", label="Fercam")


@pytest.fixture
def order(raw_order_of: Make) -> Order:
    """Three pieces, at one location; without ``adapter_data``, as a plan gets it."""
    made = order_from(RawOrder(order=raw_order_of()))
    assert isinstance(made, Order)
    return replace(made, adapter_data={})


def at(order: Order, **places: int) -> Order:
    locations = tuple((ROME if name == "rome" else TURIN, pieces) for name, pieces in places.items())
    return replace(order, lines=(replace(order.lines[0], locations=locations),))


def previewed(fulfillment: Any) -> Preview:
    (preview,) = plugin.preview_push(None, [fulfillment])  # type: ignore[arg-type]
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
