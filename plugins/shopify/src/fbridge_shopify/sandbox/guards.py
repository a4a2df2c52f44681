"""Access scopes and protected customer data: what is refused field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import default_field_resolver

from fbridge_shopify.sandbox.errors import access_denied, customer_data_denied
from fbridge_shopify.sandbox.viewer import Info, Viewer

Resolve = Callable[..., Any]

FILTERED = frozenset({"Order.fulfillmentOrders", "Fulfillment.fulfillmentOrders"})
"""What the token may not see here is left out without a word."""
PERSONAL = frozenset(
    {
        *(f"Order.{name}" for name in ("email", "phone", "customer", "billingAddress", "shippingAddress")),
        "Order.displayAddress",
        *(
            f"FulfillmentOrderDestination.{name}"
            for name in (
                "firstName",
                "lastName",
                "company",
                "address1",
                "address2",
                "city",
                "zip",
                "phone",
                "email",
            )
        ),
    }
)
"""Level 2 of the protected customer data: names, addresses, telephone, e-mail."""
ORDERS = frozenset({"QueryRoot.orders", "QueryRoot.order", "QueryRoot.orderByIdentifier"})
"""Refused as a whole to an app that is not approved for customer data at all."""


def guarded(field: str, resolve: Resolve | None, needed: Mapping[str, Any] | None) -> Resolve | None:
    """The resolver of a field with what must be checked before; None where nothing is special."""
    answer = resolve or default_field_resolver
    if field in PERSONAL or field in ORDERS:
        answer = _with_customer_data(field, answer)
    if needed is not None and field not in FILTERED:
        answer = _with_scopes(frozenset(needed["any_of"]), needed["text"], answer)
    return None if answer is default_field_resolver else answer


def _with_scopes(scopes: frozenset[str], text: str, answer: Resolve) -> Resolve:
    def resolve(source: Any, info: Info, **args: Any) -> Any:
        viewer: Viewer = info.context
        if viewer.token.reach.isdisjoint(scopes):
            raise access_denied(info.field_name, text)
        return answer(source, info, **args)

    return resolve


def _with_customer_data(field: str, answer: Resolve) -> Resolve:
    personal = field in PERSONAL

    def resolve(source: Any, info: Info, **args: Any) -> Any:
        viewer: Viewer = info.context
        level = viewer.shop.settings.customer_data
        if level == "none" and not personal:
            raise customer_data_denied("access the Order object")
        if level != "all" and personal:
            raise customer_data_denied(f"use the {info.field_name} field")
        return answer(source, info, **args)

    return resolve
