"""Who may see what of the emulated store: tokens, scopes, versions, protected customer data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fbridge_shopify.sandbox.settings import ALL_SCOPES

GRANT = "/admin/oauth/access_token"
WRONG_TOKEN = {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
SHOP = "{ shop { name } }"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def shop(sandbox: Any, client_of: Any) -> Any:
    return client_of(sandbox)


def grant(shop: Any, **fields: str) -> Any:
    tokens = shop.served.control.tokens
    form = {
        "grant_type": "client_credentials",
        "client_id": tokens.client_id,
        "client_secret": tokens.client_secret,
    }
    return shop.http.post(GRANT, data=form | fields)


def with_scopes(shop: Any, *scopes: str) -> Any:
    shop.token = shop.served.control.new_token(scopes)
    return shop


def test_a_wrong_token_is_401_with_a_plain_sentence(shop):
    shop.token = "shpat_wrong"
    answer = shop(SHOP)
    assert (answer.status_code, answer.json()) == (401, WRONG_TOKEN)


def test_client_credentials_give_a_token_for_24_hours(make_sandbox, client_of):
    clock = Clock()
    shop = client_of(make_sandbox(orders=0, clock=clock))
    given = grant(shop).json()
    assert given["expires_in"] == 86_399
    assert set(given["scope"].split(",")) == set(ALL_SCOPES)
    shop.token = given["access_token"]
    assert shop(SHOP).status_code == 200
    clock.now += timedelta(seconds=86_399)
    assert (shop(SHOP).status_code, shop(SHOP).json()) == (401, WRONG_TOKEN)


def test_granted_tokens_can_be_revoked_and_the_permanent_one_outlawed(shop):
    permanent, shop.token = shop.token, grant(shop).json()["access_token"]
    shop.served.control.tokens.revoke()
    assert shop(SHOP).status_code == 401
    shop.token = permanent
    assert shop(SHOP).status_code == 200
    shop.served.control.outlaw_permanent_tokens()
    answer = shop(SHOP)
    assert answer.status_code == 403
    assert answer.json()["errors"].startswith("[API] Non-expiring access tokens are no longer accepted")


def test_grants_that_are_refused_say_why(shop):
    assert grant(shop, client_id="x").json()["error"] == "application_cannot_be_found"
    assert grant(shop, client_secret="x").json()["error"] == "invalid_client"
    assert grant(shop, grant_type="password").json()["error"] == "unsupported_grant_type"
    shop.served.control.tokens.other_organisation = True
    refused = grant(shop)
    assert (refused.status_code, refused.json()["error"]) == (400, "shop_not_permitted")


@pytest.mark.parametrize("status", [402, 403, 423])
def test_a_shop_that_is_shut_answers_nothing_else(shop, status):
    shop.served.control.shut(status)
    answer = shop(SHOP)
    assert answer.status_code == status
    assert isinstance(answer.json()["errors"], str)
    shop.served.control.shut(None)
    assert shop(SHOP).status_code == 200


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("2026-01", "2026-01"),
        ("2026-04", "2026-04"),
        ("2026-07", "2026-07"),
        ("2026-10", "2026-10"),
        ("2025-01", "2026-01"),
    ],
)
def test_a_version_that_is_not_supported_is_served_by_the_oldest_that_is(shop, asked, served):
    shop.version = asked
    answer = shop("{ orders(first: 1) { nodes { id } } publicApiVersions { handle supported } }")
    assert answer.headers["X-Shopify-API-Version"] == served
    assert {"handle": served, "supported": True} in answer.json()["data"]["publicApiVersions"]


def test_versions_differ_in_their_schema(shop):
    document = "{ orders(first: 1) { nodes { cartToken } } }"
    shop.version = "2026-04"
    assert shop.errors(document)[0]["extensions"]["code"] == "undefinedField"
    shop.version = "2026-07"
    shop.data(document)
    values = '{ __type(name: "OrderDisplayFulfillmentStatus") { enumValues { name } } }'
    new = {"name": "FULFILLMENT_NOT_REQUIRED"}
    assert new not in shop.data(values)["enumValues"]
    shop.version = "2026-10"
    assert new in shop.data(values)["enumValues"]


def test_a_scope_that_is_missing_is_named(shop):
    answer = with_scopes(shop, "read_locations")("{ shop { name } orders(first: 1) { nodes { id } } }").json()
    (error,) = answer["errors"]
    assert error["message"].startswith(
        "Access denied for orders field. Required access: `read_orders` access scope"
    )
    assert error["path"] == ["orders"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert error["extensions"]["documentation"] == "https://shopify.dev/api/usage/access-scopes"
    assert "`read_orders`" in error["extensions"]["requiredAccess"]


def test_shipping_needs_the_right_to_write(shop):
    control = shop.served.control
    order = control.new_order([("OLIO-EVO-1L", 1)])
    part = control.order(order)["fulfillmentOrders"][0]["id"]
    with_scopes(shop, "read_orders", "read_merchant_managed_fulfillment_orders")
    answer = shop(
        "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { userErrors { message } } }",
        f={"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part}]},
    ).json()
    assert answer["data"] == {"fulfillmentCreate": None}
    assert "write_merchant_managed_fulfillment_orders" in answer["errors"][0]["message"]
    assert control.order(order)["displayFulfillmentStatus"] == "UNFULFILLED"


def test_customers_and_locations_have_scopes_of_their_own(shop):
    with_scopes(shop, "read_orders", "read_merchant_managed_fulfillment_orders")
    answer = shop(
        '{ orders(first: 1, query: "fulfillment_status:unshipped") { nodes { name customer { id } '
        "fulfillmentOrders(first: 1) { nodes { assignedLocation { name location { id } } } } } } }"
    ).json()
    (order,) = answer["data"]["orders"]["nodes"]
    assert order["name"]
    assert order["customer"] is None
    assert order["fulfillmentOrders"]["nodes"][0]["assignedLocation"]["location"] is None
    assert {error["path"][-1] for error in answer["errors"]} == {"customer", "location"}


def test_fulfillment_orders_of_a_kind_that_may_not_be_seen_are_left_out_without_a_word(shop):
    control = shop.served.control
    order = control.new_order([("OLIO-EVO-1L", 1), ("BOX-REGALO", 1)])
    ask = "query($id: ID!) { order(id: $id) { fulfillmentOrders(first: 5) { nodes { id } } } }"
    assert len(shop.data(ask, id=order)["fulfillmentOrders"]["nodes"]) == 2
    with_scopes(shop, "read_orders", "read_merchant_managed_fulfillment_orders")
    assert len(shop.data(ask, id=order)["fulfillmentOrders"]["nodes"]) == 1
    with_scopes(shop, "read_orders")
    assert shop.data(ask, id=order)["fulfillmentOrders"]["nodes"] == []


def test_without_read_all_orders_the_last_60_days_are_shown(make_sandbox, client_of):
    clock = Clock()
    shop = client_of(make_sandbox(orders=0, clock=clock))
    old = shop.served.control.new_order([("OLIO-EVO-1L", 1)])
    clock.now += timedelta(days=61)
    new = shop.served.control.new_order([("OLIO-EVO-1L", 1)])
    ask = "query($id: ID!) { orders(first: 9) { nodes { id } } order(id: $id) { id } node(id: $id) { id } }"
    everything = {"orders": {"nodes": [{"id": old}, {"id": new}]}, "order": {"id": old}, "node": {"id": old}}
    assert shop.data(ask, id=old) == everything
    with_scopes(shop, "read_orders")
    assert shop.data(ask, id=old) == {"orders": {"nodes": [{"id": new}]}, "order": None, "node": None}


def test_the_token_s_own_scopes_can_be_asked_for(shop):
    with_scopes(shop, "read_orders", "read_locations")
    scopes = shop.data("{ currentAppInstallation { accessScopes { handle } } }")["accessScopes"]
    assert scopes == [{"handle": "read_locations"}, {"handle": "read_orders"}]


def test_names_and_addresses_are_null_where_the_app_is_not_approved_for_them(make_sandbox, client_of):
    shop = client_of(make_sandbox(orders=1, customer_data="no_names"))
    answer = shop(
        "{ orders(first: 1) { nodes { name email shippingAddress { city } customer { id } } } }"
    ).json()
    (order,) = answer["data"]["orders"]["nodes"]
    assert order == {"name": "#1001", "email": None, "shippingAddress": None, "customer": None}
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"ACCESS_DENIED"}
    assert all("/docs/apps/launch/protected-customer-data" in error["message"] for error in answer["errors"])


def test_orders_are_refused_as_a_whole_where_the_app_is_approved_for_no_customer_data(
    make_sandbox, client_of
):
    shop = client_of(make_sandbox(orders=1, customer_data="none"))
    answer = shop("{ shop { name } orders(first: 1) { nodes { name } } }").json()
    assert answer["data"] is None
    assert answer["errors"][0]["message"].startswith("This app is not approved to access the Order object.")


def test_an_option_that_is_none_of_the_choices_is_refused(make_sandbox):
    with pytest.raises(ValueError, match="customer_data is 'some', not one of all, no_names, none"):
        make_sandbox(customer_data="some")
