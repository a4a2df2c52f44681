"""What an app may do at a store, by its access scopes. Pure.

Source: the access scopes of types and mutations in the Admin GraphQL schema.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from fbridge.models.platforms import Capabilities, Finding
from fbridge.models.states import Support

CAPABILITIES = Capabilities(
    partial_shipments=Support.YES,
    several_numbers=Support.YES,
    tracking_update=Support.YES,
    carrier_free_text=Support.YES,
    ship_date=Support.NO,
)
"""Of every Shopify store: no setting or plan changes them."""

OWN_LOCATIONS = "read_merchant_managed_fulfillment_orders"
"""The scope by which an app sees what leaves from the merchant's own locations."""
ALL_ORDERS = "read_all_orders"
"""The scope for orders older than 60 days."""

OTHERS_LOCATIONS = "read_third_party_fulfillment_orders"
"""The one by which it sees what fulfillment services ship."""

ASSIGNED = "read_assigned_fulfillment_orders"
"""The one of an app that is a fulfillment service itself."""

_KINDS = ("merchant_managed", "assigned", "third_party")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One of these scopes is needed for a purpose. ``without`` says what happens else, where one can do without."""

    purpose: str
    any_of: tuple[str, ...]
    without: str = ""


SEES_FULFILLMENT_ORDERS = Need(
    purpose="see fulfillment orders", any_of=tuple(f"read_{kind}_fulfillment_orders" for kind in _KINDS)
)
NEEDS = (
    Need(purpose="read orders", any_of=("read_orders",)),
    SEES_FULFILLMENT_ORDERS,
    Need(
        purpose="report shipments",
        any_of=tuple(f"write_{kind}_fulfillment_orders" for kind in _KINDS),
    ),
    Need(
        purpose="divide fulfillment orders",
        any_of=("write_merchant_managed_fulfillment_orders", "write_third_party_fulfillment_orders"),
        without="after a lost answer, a part of an order that left without a number may need a person",
    ),
    Need(
        purpose="read locations",
        any_of=("read_locations",),
        without="the setting warehouses has to name places as the store does, not by their ids",
    ),
    Need(
        purpose="read orders older than 60 days",
        any_of=(ALL_ORDERS,),
        without="the store leaves them out without a word",
    ),
)


def findings_of(granted: Collection[str]) -> Iterator[Finding]:
    """One finding for each thing that fbridge does, and what is missing for it."""
    for need in NEEDS:
        yield _finding(need, granted)


def may(granted: Collection[str], scope: str) -> bool:
    """Whether a scope is granted; Shopify does not list the reading scope beside the writing one."""
    return scope in granted or scope.replace("read_", "write_", 1) in granted


def may_see_fulfillment_orders(granted: Collection[str]) -> bool:
    """Whether fulfillment orders of any kind are shown."""
    return any(may(granted, scope) for scope in SEES_FULFILLMENT_ORDERS.any_of)


def _finding(need: Need, granted: Collection[str]) -> Finding:
    if any(may(granted, scope) for scope in need.any_of):
        return Finding(name=need.purpose, ok=True, words=f"The app may {need.purpose}.")
    words = f"The app may not {need.purpose}: give it {', or '.join(need.any_of)}, and install it again."
    if need.without:
        words += f" Without it, {need.without}."
    return Finding(name=need.purpose, ok=bool(need.without), words=words)
