"""Look at a store without sending or changing anything, and say in words what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from fbridge.adapterkit.caches import cache_finding
from fbridge.adapterkit.clocks import clock_finding, clock_offset
from fbridge.adapterkit.order_states import Meaning, SeenState, states_finding
from fbridge.adapterkit.payloads import number, text
from fbridge.adapterkit.responses import body_of, surplus_in
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response
from fbridge.models.platforms import Finding, Store, StoreReport
from fbridge.models.states import MailBehaviour
from fbridge_woocommerce.answers import content_of, error_of, list_of, no_api
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.detection import facts_from, namespaces_in, place_of, system_status_of
from fbridge_woocommerce.mails import with_mail_switches
from fbridge_woocommerce.mapping import OWN_STATES
from fbridge_woocommerce.row_trials import with_shown_rows
from fbridge_woocommerce.run_memory import memory_of
from fbridge_woocommerce.tracking_place import (
    AUTO,
    FULFILLMENT,
    Place,
    StoreFacts,
    capabilities_at,
    carrier_list_is_open,
    is_offered,
    mails_by_fulfillment,
)

_OAUTH_TOLERANCE = timedelta(minutes=15)

_PLACE_WORDS = {
    Place.AST: "as rows of Advanced Shipment Tracking, together with the order's status",
    Place.WST: "as rows of Shipment Tracking, together with the order's status",
    Place.META: "as rows of the order meta that Shipment Tracking reads; its routes are not needed",
    Place.FULFILLMENTS: "in WooCommerce's own fulfillments",
    Place.NOTE: "in private order notes: the customer does not see them",
    Place.NONE: "nowhere: only the status is sent",
}


def report(store: Store) -> StoreReport:
    """What stands in the way and what does not. Raises: UnreachableError where the store cannot be looked at."""
    client = WooClient(store)
    index = client.index()
    offset = clock_offset(index.date, store.now())
    # Signatures over http are good for so long; over https the clock does not matter.
    limit = _OAUTH_TOLERANCE if urlsplit(store.http.base_url).scheme == "http" else None
    api = _api_finding(client, index)
    if not api.ok:
        return StoreReport(findings=(api,), mail=MailBehaviour.ALWAYS)
    access = (
        _access(client, "read orders", client.newest_order),
        _access(client, "write orders", client.probe_write),
    )
    facts = _facts(client, index, may_read=access[0].ok)
    place = place_of(store, facts)
    memory_of(store).facts = facts
    return StoreReport(
        findings=(
            api,
            *access,
            _versions(facts),
            cache_finding(lambda fresh: client.newest_order(fresh=fresh)),
            clock_finding(offset, limit=limit, why="requests over http need less than 15 minutes"),
            *_states(store, client, may_read=access[0].ok),
            _place(store, place, facts),
            _mail(store, place, facts),
        ),
        facts=facts.to_json(),
        capabilities=capabilities_at(place),
        clock_offset=offset,
        mail=MailBehaviour.ALWAYS,
    )


def _api_finding(client: WooClient, index: Response) -> Finding:
    name = "REST API"
    try:
        content = content_of(index)
    except (CredentialsError, RefusedError, UnreachableError) as error:
        return Finding(name=name, ok=False, words=_no_api_words(client, index, error))
    if "wc/v3" not in namespaces_in(content):
        words = f"{index.url} is WordPress, but WooCommerce (REST API v3) is not active there."
        return Finding(name=name, ok=False, words=words)
    title = content.get("name") or "the store"
    return Finding(name=name, ok=True, words=f"WooCommerce answers for {title}.")


def _no_api_words(client: WooClient, index: Response, error: FbridgeError) -> str:
    """Plain permalinks, no WordPress at all and a passing fault want different acts."""
    if index.status != 404 and not index.ok:  # noqa: PLR2004 - HTTP's number
        return str(error)
    if surplus_in(index.url):
        return str(no_api(index))
    if namespaces_in(body_of(client.index_without_permalinks())):
        return (
            f"{index.url} is not there because Settings > Permalinks is Plain: choose any other structure, for "
            "WooCommerce does not take API keys with plain permalinks."
        )
    return str(error if getattr(error, "reason", "") == "redirected" else no_api(index))


def _access(client: WooClient, name: str, request: Callable[[], Response]) -> Finding:
    response = request()
    if response.ok:
        return Finding(name=name, ok=True, words=f"The key may {name}.")
    if response.status == 401 and client.loses_the_header():  # noqa: PLR2004 - HTTP's number
        words = (
            "The web server keeps the Authorization header from WooCommerce: let it hand the header on, or set "
            'credentials_in = "query" for this store.'
        )
        return Finding(name=name, ok=False, words=words)
    return Finding(name=name, ok=False, words=str(error_of(response)))


def _facts(client: WooClient, index: Response, *, may_read: bool) -> StoreFacts:
    status = system_status_of(client) if may_read else {}
    facts = facts_from(index.json(), body_of(client.routes()), status)
    if not may_read:
        return facts
    facts = with_shown_rows(client, facts)
    try:
        return with_mail_switches(client, facts)
    except UnreachableError:
        return facts  # only a cache answers; the finding about caches says so


def _states(store: Store, client: WooClient, *, may_read: bool) -> Iterator[Finding]:
    if not may_read:
        return
    try:
        rows = list_of(client.order_totals())
    except (CredentialsError, RefusedError, UnreachableError) as error:
        words = f"The store does not tell which states its orders have ({error})"
        yield Finding(name="order states", ok=True, words=words)
        return
    seen = [_state(text(row.get("slug")), row.get("total")) for row in rows if isinstance(row, Mapping)]
    yield states_finding([one for one in seen if one.label], store.settings)


def _state(slug: str, total: Any) -> SeenState:
    count = number(total)
    return SeenState(
        label=slug,
        words=(slug,),
        own=OWN_STATES.get(slug, Meaning.UNKNOWN),
        orders=None if count is None else int(count),
    )


def _versions(facts: StoreFacts) -> Finding:
    if not facts.woocommerce:
        return Finding(name="versions", ok=True, words="Not told: the key's user may not manage WooCommerce.")
    words = f"WooCommerce {facts.woocommerce} on WordPress {facts.wordpress}."
    return Finding(name="versions", ok=True, words=words)


def _place(store: Store, place: Place, facts: StoreFacts) -> Finding:
    how = "found out" if store.settings["tracking"] == AUTO else "by the setting tracking"
    words = f"Tracking numbers are kept {_PLACE_WORDS[place]} ({how})."
    if not is_offered(place, facts):
        words = f"The setting tracking = {place} wants what this store does not offer; set it to auto."
        return Finding(name="tracking", ok=False, words=words)
    if place in (Place.AST, Place.WST) and facts.rows_shown is False:
        words += " The plugin does not show rows of the order meta: its own route is used, number by number."
    if not carrier_list_is_open(place):
        words += " Carriers must be among those set up in the plugin: it shows no other name."
    return Finding(name="tracking", ok=True, words=words)


def _mail(store: Store, place: Place, facts: StoreFacts) -> Finding:
    wanted = store.settings.get("customer_mail") == FULFILLMENT
    if mails_by_fulfillment(store.settings.get("customer_mail"), place, facts):
        words = "Each fulfillment mails the customer its number; completing an order mails nobody."
        return Finding(name="mail", ok=True, words=words)
    if wanted and place is Place.FULFILLMENTS:
        words = (
            "customer_mail = fulfillment needs WooCommerce > Settings > Emails to have Completed order switched off, "
            "or the customer would get two mails, and Fulfillment created switched on; "
            f"they are {_switch(facts.completed_mail)} and {_switch(facts.fulfillment_mail)}."
        )
        return Finding(name="mail", ok=False, words=words)
    words = 'Completing an order always makes the store send its "Completed order" mail; fbridge cannot prevent it.'
    if facts.completed_mail is False:
        words = 'The shop has switched its mail "Completed order" off: customers get none.'
    elif place is Place.FULFILLMENTS:
        words += " It does not show the numbers of fulfillments; see the setting customer_mail."
    return Finding(name="mail", ok=True, words=words)


def _switch(on: bool | None) -> str:
    return "not told" if on is None else "on" if on else "off"
