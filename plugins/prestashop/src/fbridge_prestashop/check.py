"""Look at a store without sending or changing anything, and say in words what was found and what the key lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from fbridge.adapterkit.caches import cache_finding
from fbridge.adapterkit.clocks import clock_finding, clock_offset
from fbridge.adapterkit.order_states import SeenState, states_finding
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response
from fbridge.models.platforms import Finding, Store, StoreReport
from fbridge.models.states import MailBehaviour
from fbridge_prestashop.answers import KEYS_PAGE, error_of, no_api, saw_no_key, server_time, version_of
from fbridge_prestashop.client import PrestaShopClient
from fbridge_prestashop.detection import carriers_of, refreshed
from fbridge_prestashop.mails import IN_TRANSIT_MAIL, SHIPPED_MAIL
from fbridge_prestashop.plugin import CAPABILITIES
from fbridge_prestashop.run_memory import memory_of
from fbridge_prestashop.settings import CustomerMail
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_facts import (
    CANCELED,
    DELIVERED,
    FAILED,
    REFUNDED,
    SEVERAL_SHOPS,
    SHIPPING,
    ShopFacts,
    codes_by_id,
)
from fbridge_prestashop.xml_bodies import Permissions, permissions_in

OLDEST = (1, 7, 1)
_ROLES = {
    "Shipped": SHIPPING,
    "Delivered": DELIVERED,
    "Cancelled": CANCELED,
    "Refunded": REFUNDED,
    "Payment error": FAILED,
}
_CODES = "[id,iso_code]"


def report(store: Store) -> StoreReport:
    """What stands in the way and what does not. Raises: UnreachableError where the store cannot be looked at."""
    client = PrestaShopClient(store)
    response = client.root()
    offset = clock_offset(server_time(response), store.now())
    permissions = permissions_in(response.xml) if response.ok else None
    if permissions is None:
        words = _why_not(client, response)
        finding = Finding(name="Webservice", ok=False, words=words)
        return StoreReport(findings=(finding,), clock_offset=offset, mail=MailBehaviour.OPTIONAL)
    facts = ShopFacts(version=version_of(response)).allowing(permissions)
    findings = [_webservice(response, permissions), *findings_of(permissions, facts, store.settings)]
    if all(finding.ok for finding in findings):
        facts, looked = _look(store, client, facts, permissions)
        findings += looked
        findings.append(cache_finding(lambda fresh: client.newest_order(fresh=fresh)))
    memory_of(store).facts = facts if facts.states else None
    return StoreReport(
        findings=(*findings, clock_finding(offset)),
        facts=facts.to_json(),
        capabilities=CAPABILITIES,
        clock_offset=offset,
        mail=MailBehaviour.OPTIONAL,
    )


def _why_not(client: PrestaShopClient, response: Response) -> str:
    if saw_no_key(response) and client.loses_the_header():
        return (
            "The web server keeps the Authorization header from PrestaShop: let it hand the header on to PHP, or set "
            'credentials_in = "query" for this store.'
        )
    return str(no_api(response) if response.ok else error_of(response))


def _webservice(response: Response, permissions: Permissions) -> Finding:
    version = version_of(response)
    name = permissions.shop_name or "the shop"
    parts = tuple(int(part) for part in version.split(".") if part.isdigit())
    if parts and parts < OLDEST:
        words = f"PrestaShop {version} answers for {name}; fbridge needs 1.7.1 or newer."
        return Finding(name="Webservice", ok=False, words=words)
    words = f"PrestaShop {version or '(version not told)'} answers for {name}."
    return Finding(name="Webservice", ok=True, words=words)


def _look(
    store: Store, client: PrestaShopClient, facts: ShopFacts, permissions: Permissions
) -> tuple[ShopFacts, list[Finding]]:
    """Read what the key may read."""
    try:
        seen = replace(
            refreshed(store, client, facts),
            carriers=carriers_of(client),
            currencies=codes_by_id(client.all_rows("currencies", _CODES)),
            countries=codes_by_id(client.all_rows("countries", _CODES)),
            provinces=codes_by_id(client.all_rows("states", _CODES)),
        )
        languages = _languages(client, permissions)
    except (CredentialsError, RefusedError, UnreachableError) as error:
        return facts, [Finding(name="shop", ok=False, words=str(error))]
    shop = Shop(store.settings, seen)
    findings = (
        _zone(shop),
        *_shops(shop),
        languages,
        _roles(shop),
        _states(shop),
        _carriers(shop),
        _tracking(seen),
        _mail(shop),
    )
    return seen, list(findings)


def _languages(client: PrestaShopClient, permissions: Permissions) -> Finding:
    if not permissions.may("get", "languages"):
        return Finding(name="languages", ok=True, words="Not told: the key may not read languages.")
    codes = codes_by_id(client.all_rows("languages", _CODES)).values()
    return Finding(name="languages", ok=True, words=f"The shop speaks {', '.join(codes) or 'none'}.")


def _zone(shop: Shop) -> Finding:
    return _told(
        "time zone",
        lambda: (
            f"The shop's times are those of {shop.zone}"
            + (" (by the setting timezone)." if shop.settings.get("timezone") else ".")
        ),
    )


def _shops(shop: Shop) -> Iterator[Finding]:
    """Which of several shops is read, and what each has for itself."""
    named, own_values = shop.settings.get("id_shop"), shop.known.own_values
    if shop.known.configuration.get(SEVERAL_SHOPS) != "1":
        return
    own = (
        f"{owner}: {', '.join(f'{name} = {value}' for name, value in values.items())}"
        for owner, values in sorted(own_values.items())
    )
    which = {None: "the shop of this URL", "all": "all shops, each order by its own"}.get(
        named, f"shop {named}"
    )
    words = f"Several shops; orders are those of {which}."
    words += "" if named else " Set id_shop to a shop's number, or to all, to say otherwise."
    words += f" Own values: {'; '.join(own)}." if own_values else ""
    yield Finding(name="shops", ok=True, words=words)


def _told(name: str, words: Callable[[], str]) -> Finding:
    try:
        return Finding(name=name, ok=True, words=words())
    except FbridgeError as error:
        return Finding(name=name, ok=False, words=str(error))


def _roles(shop: Shop) -> Finding:
    """The states by role; only Shipped is indispensable."""
    name, wanted = "shipped state", shop.settings.get("shipped_state")
    state = shop.shipped_state
    if wanted and state is None:
        words = f"The setting shipped_state names a state that the shop does not have: {wanted}."
        return Finding(name=name, ok=False, words=words)
    if state is None:
        words = "The shop does not tell which of its states is Shipped; set shipped_state to its id."
        return Finding(name=name, ok=False, words=words)
    roles = {"Shipped": state} | {
        label: found
        for label, role in _ROLES.items()
        if label != "Shipped" and (found := shop.facts.state_of_role(role))
    }
    told = ", ".join(f"{label} = {found.id} {found.name}" for label, found in roles.items())
    return Finding(name=name, ok=True, words=f"States by role: {told}.")


def _states(shop: Shop) -> Finding:
    """All states; which of them are in use would cost a request for each."""
    seen = [
        SeenState(
            label=shop.label_of(state.id), words=shop.words_of(state.id), own=shop.own_meaning(state.id)
        )
        for state in sorted(shop.facts.states, key=lambda one: int(one.id))
        if not state.deleted
    ]
    end = shop.shipped_state
    return states_finding(seen, shop.settings, end=shop.label_of(end.id) if end else "")


def _carriers(shop: Shop) -> Finding:
    codes = shop.facts.codes()
    without = [code.label for code in codes if not code.tracking_url]
    words = f"{len(codes)} active carriers."
    if without:
        words += f" Without a tracking URL: {', '.join(without)}."
    return Finding(name="carriers", ok=bool(codes), words=words)


def _tracking(facts: ShopFacts) -> Finding:
    how = "PATCH" if facts.has_patch else "PUT of the whole row"
    words = f"Tracking numbers stand in one field of 64 characters an order, written by {how}."
    return Finding(name="tracking", ok=True, words=words)


def _mail(shop: Shop) -> Finding:
    state = shop.shipped_state
    silent = shop.mail is CustomerMail.SHIPPED and state is not None and not state.mails
    words = {
        CustomerMail.NONE: "fbridge makes the shop send no mail (customer_mail = none).",
        CustomerMail.SHIPPED: f'Where mails are accepted, the state makes the shop send its "{SHIPPED_MAIL}" mail.',
        CustomerMail.IN_TRANSIT: (
            f'Where mails are accepted, a new number makes the shop send its "{IN_TRANSIT_MAIL}" mail, with the link '
            "of the carrier that the customer chose."
        ),
    }[shop.mail]
    if shop.facts.mails_off and shop.mail is not CustomerMail.NONE:
        words = "No mail leaves: the shop has switched its mails off (Advanced Parameters > E-mail)."
    elif silent:
        words = "No mail leaves: the shop's state is not set to mail the customer."
    return Finding(name="mail", ok=True, words=words)


_ORDERS = (
    "orders",
    "order_details",
    "order_carriers",
    "order_states",
    "addresses",
    "countries",
    "states",
    "currencies",
    "carriers",
)
_OPTIONAL = {
    "customers": "orders come without e-mail addresses",
    "order_payments": "cash on delivery that the shop shows as paid is doubtful",
    "order_histories": "a state that a module left half set is not told",
    "products": "virtual goods within an order of goods count as goods",
    "languages": "the shop's languages are not told",
}


def findings_of(permissions: Permissions, facts: ShopFacts, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """One finding for each thing that fbridge does, and what is missing for it."""
    yield _finding("read orders", [f"GET on {one}" for one in _ORDERS if not permissions.may("get", one)])
    yield _configuration(permissions, settings)
    yield _finding("write tracking numbers", [] if facts.put or facts.has_patch else [_tracking_need(facts)])
    may_post = permissions.may("post", "order_histories")
    yield _finding("set the status", [] if may_post else ["POST on order_histories"])
    yield _optional(permissions)


def _finding(purpose: str, missing: list[str]) -> Finding:
    if missing:
        words = f"The key may not {purpose}: give it {', '.join(missing)} under {KEYS_PAGE}."
        return Finding(name=purpose, ok=False, words=words)
    return Finding(name=purpose, ok=True, words=f"The key may {purpose}.")


def _tracking_need(facts: ShopFacts) -> str:
    major = facts.version.partition(".")[0]
    return "PUT on order_carriers" if major == "1" else "PATCH (or PUT) on order_carriers"


def _configuration(permissions: Permissions, settings: Mapping[str, Any]) -> Finding:
    """Without it the time zone must come from the settings; states are then told by their mail templates."""
    name = "read the shop's settings"
    if permissions.may("get", "configurations") or not settings.get("timezone"):
        missing = [] if permissions.may("get", "configurations") else ["GET on configurations"]
        return _finding(name, missing)
    words = "The key may not read configurations; the time zone is that of the setting timezone."
    return Finding(name=name, ok=True, words=words)


def _optional(permissions: Permissions) -> Finding:
    lacking = [f"{name} ({why})" for name, why in _OPTIONAL.items() if not permissions.may("get", name)]
    words = f"Without GET on {'; '.join(lacking)}." if lacking else "The key may read all that helps."
    return Finding(name="optional permissions", ok=True, words=words)
