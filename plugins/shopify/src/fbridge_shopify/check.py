"""Look at a store without sending or changing anything, and say in words what was found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from fbridge.adapterkit.caches import cache_finding
from fbridge.adapterkit.clocks import clock_finding, clock_offset
from fbridge.adapterkit.payloads import mapping, rows, text
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http.urls import is_loopback
from fbridge.models.orders import Order
from fbridge.models.platforms import Finding, Location, Store, StoreReport
from fbridge.models.states import MailBehaviour, OrderStatus
from fbridge_shopify.answers import Answer
from fbridge_shopify.api_versions import end_of
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.detection import (
    CAPABILITIES,
    OWN_LOCATIONS,
    findings_of,
    may,
    may_see_fulfillment_orders,
)
from fbridge_shopify.mapping import FULFILLMENT_ORDERS, UNSEEN, Reading, order_from
from fbridge_shopify.reading import reading_of, store_notices
from fbridge_shopify.schemas import nodes, number_of
from fbridge_shopify.whole_orders import Completion

_LOOKED_AT = 10
_NAMED = 3
_FAULTS = (CredentialsError, RefusedError, UnreachableError)


def report(store: Store) -> StoreReport:
    """What stands in the way and what does not. Raises: UnreachableError where the store cannot be looked at."""
    fault = fault_of_url(store.url)
    if fault:
        return _without_a_look("store URL", fault)
    client = ShopifyClient(store)
    hint = hint_on_url(store.url)
    try:
        about = client.about_store()
    except (CredentialsError, RefusedError) as error:
        return _without_a_look("Admin API", f"{error}{hint}")
    except UnreachableError as error:
        if not hint:
            raise
        return _without_a_look("Admin API", f"{error}{hint}")
    granted = _granted(about)
    places, place_finding = _locations(client, granted)
    offset = clock_offset(about.date, store.now())
    findings = (
        _admin_api(about),
        _version(about, store.settings["api_version"]),
        *findings_of(granted),
        *_orders(client, granted, reading_of(store)),
        place_finding,
        _points(about),
        cache_finding(lambda fresh: client.about_store(fresh=fresh)),
        _mail(),
        clock_finding(offset),
    )
    return StoreReport(
        findings=findings,
        facts=_facts(about, granted, places),
        capabilities=CAPABILITIES,
        clock_offset=offset,
        mail=MailBehaviour.OPTIONAL,
        locations=places,
        notices=store_notices(store),
    )


def _without_a_look(name: str, words: str) -> StoreReport:
    return StoreReport(findings=(Finding(name=name, ok=False, words=words),), mail=MailBehaviour.OPTIONAL)


def _granted(about: Answer) -> frozenset[str]:
    installation = mapping(about.data.get("currentAppInstallation"))
    return frozenset(
        filter(None, (text(one.get("handle")) for one in rows(installation.get("accessScopes"))))
    )


def _admin_api(about: Answer) -> Finding:
    shop = mapping(about.data.get("shop"))
    plan = text(mapping(shop.get("plan")).get("publicDisplayName")) or "not told"
    name, domain = text(shop.get("name")) or "the store", text(shop.get("myshopifyDomain"))
    words = f"Shopify answers for {name} ({domain}, plan {plan})."
    return Finding(name="Admin API", ok=True, words=words)


def _version(about: Answer, asked: str) -> Finding:
    """A version that is no longer supported is answered by another one, without an error."""
    supported = _supported(about)
    served = about.version or (asked if asked in supported or not supported else "another one")
    if served == asked:
        words = f"The Admin API of {asked} answers, as asked; it is served until {end_of(asked):%Y-%m-%d} at least."
        warned = (
            f" Shopify warns of something that is in use here: {about.deprecated}."
            if about.deprecated
            else ""
        )
        return Finding(name="API version", ok=True, words=words + warned)
    words = (
        f"Asked for {asked}, the Admin API of {served} answers: set api_version to one that Shopify supports "
        f"({', '.join(supported) or 'not told'})."
    )
    return Finding(name="API version", ok=True, words=words)


def _supported(about: Answer) -> list[str]:
    versions = rows(about.data.get("publicApiVersions"))
    return sorted(text(version.get("handle")) for version in versions if version.get("supported"))


def _orders(client: ShopifyClient, granted: frozenset[str], reading: Reading) -> Iterator[Finding]:
    """What the newest orders show: customers' names, and where their goods are."""
    if not may(granted, "read_orders"):
        return
    try:
        answer = client.newest_orders(_LOOKED_AT)
    except _FAULTS as error:
        yield Finding(name="orders", ok=False, words=str(error))
        return
    found = rows(nodes(answer.data.get("orders")))
    yield _customer_data(answer, found)
    if may_see_fulfillment_orders(granted):
        # A list that goes on would look like one of which something is left out.
        completion = Completion(client)
        yield _fulfillment_orders([order_from(completion.whole(row), reading) for row in found], granted)


def _customer_data(answer: Answer, rows: Sequence[Mapping[str, Any]]) -> Finding:
    name = "customer data"
    if any(error.protects_customers for error in answer.errors):
        words = (
            "Shopify withholds customers' names and addresses from this app, so orders come without them: ask for "
            "access to protected customer data in the app's API access settings. All else works without them."
        )
        return Finding(name=name, ok=True, words=words)
    if rows and not any(row.get("shippingAddress") or row.get("email") for row in rows):
        words = f"The newest {len(rows)} orders show no address; the store's plan may keep them from the app."
        return Finding(name=name, ok=True, words=words)
    return Finding(name=name, ok=True, words="Names and addresses are given.")


def _fulfillment_orders(orders: Sequence[Any], granted: frozenset[str]) -> Finding:
    """The store leaves out without a word what the app may not see: an own location's only without its scope."""
    name = "fulfillment orders"
    unfinished = [order for order in orders if isinstance(order, Order) and _has_to_leave(order)]
    unseen = [order.number for order in unfinished if order.adapter_data[UNSEEN]]
    if unseen and may(granted, OWN_LOCATIONS):
        words = (
            f"Shown for your own locations. Some goods of {_some(unseen)} are not among them, so a fulfillment "
            "service ships them: they are shown as kept back, and left alone."
        )
        return Finding(name=name, ok=True, words=words)
    if unseen:
        words = (
            f"Goods of {_some(unseen)} have to leave, and the store does not show this app from where. It lacks a "
            "scope: read_merchant_managed_fulfillment_orders for your own locations, "
            "read_third_party_fulfillment_orders for fulfillment services, read_assigned_fulfillment_orders where it "
            "is one itself."
        )
        return Finding(name=name, ok=False, words=words)
    words = f"Shown for all of the {len(unfinished)} unfinished ones among the newest orders."
    words = words if unfinished else "No unfinished order to look at."
    return Finding(name=name, ok=True, words=words + _services(unfinished))


def _services(orders: Sequence[Order]) -> str:
    """Who ships goods of these orders himself, in words; "" where nobody does."""
    rows = (row for order in orders for row in order.adapter_data[FULFILLMENT_ORDERS])
    names = sorted({row["service"] for row in rows if row["service"]})
    if not names:
        return ""
    return (
        f" Goods at {', '.join(names)} are a fulfillment service's, which ships them itself; where that is a "
        "warehouse of yours, name it in the setting own_services."
    )


def _some(numbers: Sequence[str]) -> str:
    more = len(numbers) - _NAMED
    return ", ".join(numbers[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _has_to_leave(order: Order) -> bool:
    return order.status is not OrderStatus.CANCELLED and any(line.remaining for line in order.lines)


def _locations(client: ShopifyClient, granted: frozenset[str]) -> tuple[tuple[Location, ...], Finding]:
    name = "locations"
    if not may(granted, "read_locations"):
        return (), Finding(name=name, ok=True, words="Not told: the app may not read locations.")
    try:
        places = tuple(_all_locations(client))
    except FbridgeError as error:
        return (), Finding(name=name, ok=False, words=str(error))
    told = ", ".join(place.label for place in places) or "none"
    return places, Finding(name=name, ok=True, words=f"Goods leave from {told}.")


def _all_locations(client: ShopifyClient) -> Iterator[Location]:
    after = None
    while True:
        answer = client.locations(after)
        for place in rows(answer.nodes("locations")):
            if place_id := number_of(text(place.get("id"))):
                yield Location(id=place_id, label=text(place.get("name")) or place_id)
        page = answer.page_info("locations")
        if not page["hasNextPage"] or page["endCursor"] in (None, after):
            return
        after = page["endCursor"]


def _points(about: Answer) -> Finding:
    status = about.throttle
    if status is None:
        return Finding(name="rate limit", ok=True, words="Not told.")
    words = f"{status.maximum:g} points, {status.restore_rate:g} restored a second."
    return Finding(name="rate limit", ok=True, words=words)


def _mail() -> Finding:
    words = (
        "Where mails are accepted, Shopify mails the customer for each fulfillment that a push asks it to. "
        "Whether the shop has that notification switched on cannot be read."
    )
    return Finding(name="mail", ok=True, words=words)


def _facts(about: Answer, granted: frozenset[str], places: Sequence[Location]) -> dict[str, Any]:
    status = about.throttle
    return {
        "api_version": about.version,
        "scopes": sorted(granted),
        "locations": {place.id: place.label for place in places},
        "bucket": status.maximum if status else None,
        "restore_rate": status.restore_rate if status else None,
    }


_OWN = ".myshopify.com"
_IN_ADMIN = re.compile(r"/store/([\w-]+)")
_WHERE = f" The store's URL has to be its {_OWN[1:]} address: its admin shows it under Settings > Domains."


def fault_of_url(url: str) -> str:
    """What is wrong with a URL that names the store and is the address of its admin; "" where nothing is."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    found = _IN_ADMIN.match(parts.path) if host == "admin.shopify.com" else None
    name = found[1] if found else host.removesuffix(_OWN)
    if found or (host.endswith(_OWN) and parts.path.strip("/")):
        return f"{url} is the address of the store's admin; set the store's url to https://{name}{_OWN}."
    return ""


def hint_on_url(url: str) -> str:
    """What to add where a URL that is none of Shopify's own did not answer; "" for those that are."""
    host = urlsplit(url).hostname or ""
    return "" if host.endswith(_OWN) or is_loopback(host) else _WHERE
