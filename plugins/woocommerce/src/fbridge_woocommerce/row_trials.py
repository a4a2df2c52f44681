"""How the store's tracking plugin shows rows that stand in the order meta, carrier by carrier.

A provider's slug is not always that of its name, and no route tells it: under a wrong one AST shows the slug as it
is, without a link, and its own route answers with no carrier. So one order's rows are written first, without its
status, and looked at through that route.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fbridge.errors import RefusedError, UnreachableError
from fbridge.models.fulfillments import ResolvedCarrier
from fbridge.models.platforms import Store
from fbridge_woocommerce.carriers import providers_as_codes
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.push import Work
from fbridge_woocommerce.run_memory import RunMemory, memory_of
from fbridge_woocommerce.schemas import TRACKING_ROWS, meta
from fbridge_woocommerce.slugs import sanitize_title
from fbridge_woocommerce.tracking_place import StoreFacts
from fbridge_woocommerce.tracking_rows import Row, RowStyle, rows_in

MOST_LOOKED_AT = 5
"""So many carriers a check looks at, a request each; a push looks at others where it needs them."""


def style_of(store: Store, facts: StoreFacts) -> RowStyle:
    """How carriers are written for this store, by the last check and by what this run has seen."""
    return RowStyle({**facts.spellings, **memory_of(store).spellings}, own_links=facts.ast)


def still_listed(facts: StoreFacts, codes: frozenset[str]) -> StoreFacts:
    """The facts without the carriers that the plugin's list has lost since: how it shows those is tried anew.
    ``codes`` are those of the list, none where it was not told."""
    spellings = {
        code: written
        for code, written in facts.spellings.items()
        if not codes or code in codes or written != code
    }
    return replace(facts, spellings=spellings)


def new_carriers(works: Sequence[Work], style: RowStyle) -> dict[ResolvedCarrier, Work]:
    """Each carrier with a code of which nothing is known yet, with the first order that has rows to write for it."""
    found: dict[ResolvedCarrier, Work] = {}
    for work in works:
        if work.has_problem or work.rows is None or not work.rows.changed or work in found.values():
            continue
        for part in work.parts:
            carrier = part.shipment.carrier
            if (
                carrier
                and carrier.site_code
                and part.shipment.numbers
                and carrier.site_code not in style.spellings
            ):
                found.setdefault(carrier, work)
    return found


def rows_alone(work: Work) -> Mapping[str, Any]:
    """The order's entry in a batch, without a status: nobody is mailed."""
    rows = list(work.rows.rows) if work.rows else []
    return {"id": int(work.order_id), "meta_data": [{"key": TRACKING_ROWS, "value": rows}]}


def learn(memory: RunMemory, client: WooClient, namespace: str, carrier: ResolvedCarrier, work: Work) -> None:
    """Keep what the plugin shows of the rows that were just written.

    What is not seen is left open: a replica may not have it yet. Whether the plugin reads the order meta at all is
    for the check to see, on orders that were completed before.
    """
    code = carrier.site_code or ""
    own = {row_id for part in work.parts if part.shipment.carrier == carrier for row_id in part.remote_ids}
    try:
        shown = [
            row for row in client.trackings(namespace, work.order_id) if str(row.get("tracking_id")) in own
        ]
        if shown:
            found = any(row.get("tracking_provider") for row in shown)
            memory.spellings[code] = code if found else spelling_for(client, namespace, carrier)
    except (RefusedError, UnreachableError):
        return


def spelling_for(client: WooClient, namespace: str, carrier: ResolvedCarrier) -> str:
    """What to write for a code under which the plugin finds nothing: to AST the carrier's name, which it shows as it
    is; to WST "", for it has a field for names of ours."""
    if not namespace.startswith("wc-ast"):
        return ""
    names = {code.code: code.label for code in providers_as_codes(client.providers(namespace))}
    return names.get(carrier.site_code or "") or carrier.label


def with_shown_rows(client: WooClient, facts: StoreFacts) -> StoreFacts:
    """The facts with what the plugin shows of rows in late orders: whether any, and which carriers it finds.

    What cannot be seen is left open.
    """
    if facts.namespace is None:
        return facts
    try:
        rows = _late_rows(client.completed_orders())
        looked = {written: _look(client, facts.namespace, *where) for written, where in rows.items()}
        found = {written: shown.get("tracking_provider") for written, shown in looked.items() if shown}
        spellings = {sanitize_title(written): written for written, name in found.items() if name}
        missing = {
            sanitize_title(written): written for written, name in found.items() if not name and written
        }
        spellings = _spelled_otherwise(client, facts.namespace, missing, spellings) | spellings
    except (RefusedError, UnreachableError):
        return facts
    return replace(facts, rows_shown=bool(found) if looked else None, spellings=spellings)


def _late_rows(orders: Iterable[Any]) -> dict[str, tuple[str, Row]]:
    """What late rows have as their carrier, each with the oldest order and row: a replica has that one too."""
    found: dict[str, tuple[str, Row]] = {}
    for order in orders:
        for row in rows_in(meta(order.get("meta_data")).get(TRACKING_ROWS)):
            written = str(row.get("tracking_provider") or "")
            if written in found or len(found) < MOST_LOOKED_AT:
                found[written] = (str(order["id"]), row)
    return found


def _look(client: WooClient, namespace: str, order_id: str, row: Row) -> Mapping[str, Any] | None:
    shown = client.trackings(namespace, order_id)
    return next((one for one in shown if one.get("tracking_id") == row.get("tracking_id")), None)


def _spelled_otherwise(
    client: WooClient, namespace: str, missing: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, str]:
    """For each code under which the plugin found nothing, where it is one of its list: how to write it."""
    open_codes = [code for code in missing if code not in known]
    if not open_codes:
        return {}
    names = {code.code: code.label for code in providers_as_codes(client.providers(namespace))}
    is_ast = namespace.startswith("wc-ast")
    return {code: names[code] if is_ast else "" for code in open_codes if code in names}
