"""Carriers: our own, what each store calls them, and which orders go with whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from fbridge.context import Context
from fbridge.errors import FbridgeError, InputError, NotFoundError
from fbridge.models.platforms import CarrierCode, CarrierCodes
from fbridge.models.shipments import PLACEHOLDERS, Carrier
from fbridge.models.states import Delivery, OrderStatus
from fbridge.models.usual_carriers import usual_carrier
from fbridge.push.policy import known_codes
from fbridge.push.receipts import SENT_WITHOUT_NUMBER
from fbridge.push.wishes import want_revision
from fbridge.references import find_carrier, known_store
from fbridge.settings.near_match import did_you_mean
from fbridge.shipping import carrier_rows
from fbridge.shipping.carrier_likeness import Suggestion, suggestions
from fbridge.shipping.carrier_standing import CarrierStanding, carrier_standings
from fbridge.shipping.shipment_rows import add_revision, load_shipments, update_shipments
from fbridge.storage.events import record
from fbridge.storage.tables import orders, pushes, shipments, stores
from fbridge.stores.open_store import open_store

LONGEST_CODE = 32
_WEB_PAGE = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_TARGET_WORDS = {"pickup": Delivery.PICKUP, "none": Delivery.NONE}

MappingRow = carrier_rows.Mapped


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """Who takes the orders of a shipping method: a carrier's code, ``pickup`` or ``none``."""

    store: str
    shipping_method: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """The open orders of one shipping method, and who takes them.

    ``carrier`` is a carrier's code, ``pickup``, ``none``, or None where nobody is said. ``mapped`` tells whether
    the store can show the carrier: it is mapped, or the store takes names of ours; None where that does not matter.
    ``warning`` is a sentence where the store will not show it as its list says ("" where all is well).
    """

    store: str
    shipping_method: str
    title: str
    orders: int
    carrier: str | None
    mapped: bool | None
    warning: str = ""


class Carriers:
    """The carriers of one database, with their mappings and routes."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    def add(
        self,
        code: str,
        name: str = "",
        *,
        tracking_url: str = "",
        customer_code: str = "",
        depot: str = "",
        pickup: str = "",
        address: str = "",
    ) -> Carrier:
        """Add a carrier; its code is kept in capitals. Without a name a usual one is meant: name and page are known.

        Raises InputError: bad code or template, code twice.
        """
        usual = None if name.strip() else usual_carrier(code)
        values = {
            "code": _clean_code(code),
            "name": name.strip() or (usual.name if usual else _clean_code(code)),
            "tracking_url": _clean_template(tracking_url.strip() or (usual.tracking_url if usual else "")),
            "customer_code": customer_code.strip(),
            "depot": depot.strip(),
            "pickup": pickup.strip(),
            "address": address.strip(),
        }
        with self._database.write() as connection:
            if any(known.code == values["code"] for known in carrier_rows.load_carriers(connection)):
                raise InputError(f"There is a carrier {values['code']} already.", reason="carrier_exists")
            carrier_rows.insert_carrier(connection, values, self._context.now())
            self._record(connection, "carrier.added", f"Carrier {values['code']} ({values['name']}) added.")
            return find_carrier(connection, values["code"])

    def change(self, code: str, **said: str) -> Carrier:
        """Change what is said of a carrier: name, tracking_url, customer_code, depot, pickup, address;
        the rest stays.

        Raises NotFoundError, InputError for a bad template.
        """
        values = {name: text.strip() for name, text in said.items()}
        if "tracking_url" in values:
            values["tracking_url"] = _clean_template(values["tracking_url"])
        with self._database.write() as connection:
            carrier = find_carrier(connection, code)
            if values:
                carrier_rows.update_carrier(connection, carrier.id, values)
                words = f"Carrier {carrier.code} changed: {', '.join(values)}."
                self._record(connection, "carrier.changed", words)
            return find_carrier(connection, carrier.code)

    def list(self) -> tuple[Carrier, ...]:
        """All carriers by code."""
        with self._database.read() as connection:
            return carrier_rows.load_carriers(connection)

    def get(self, code: str) -> Carrier:
        """One carrier, whatever the case of its code. Raises NotFoundError with near matches."""
        with self._database.read() as connection:
            return find_carrier(connection, code)

    def remove(self, code: str) -> None:
        """Remove a carrier. Raises InputError when something uses it, NotFoundError."""
        with self._database.write() as connection:
            carrier = find_carrier(connection, code)
            uses = carrier_rows.uses_of(connection, carrier.id)
            if uses:
                counted = ", ".join(f"{count} {kind}" for kind, count in uses.items())
                raise InputError(
                    f"Carrier {carrier.code} is used by {counted}; it stays.", reason="carrier_in_use"
                )
            carrier_rows.delete_carrier(connection, carrier.id)
            self._record(connection, "carrier.removed", f"Carrier {carrier.code} removed.")

    def codes(self, store: str, *, refresh: bool = False) -> CarrierCodes:
        """What the store calls its carriers, as last listed; asks the store the first time, and to refresh.

        Raises NotFoundError, and what opening and asking a store raises.
        """
        cached = None if refresh else self.listed(store)
        if cached is not None and cached.codes:
            return cached
        with open_store(self._context, store) as opened:
            return known_codes(self._context, opened, refresh=True)

    def listed(self, store: str) -> CarrierCodes | None:
        """What the store calls its carriers, as last listed; None before it was ever asked."""
        with self._database.read() as connection:
            known = connection.execute(sa.select(stores.c.name).where(stores.c.name == store)).first()
            return carrier_rows.load_codes(connection, store) if known else None

    def map(self, store: str, code: str, site_code: str) -> MappingRow:
        """Say what a store calls a carrier, by the store's code or by its label.

        Raises InputError with near matches where the store takes only its own codes, NotFoundError.
        """
        carrier = self.get(code)
        chosen = self._chosen(store, site_code.strip())
        with self._database.write() as connection:
            carrier_rows.set_mapping(connection, store, carrier.id, chosen.code, self._context.now())
            words = f"Carrier {carrier.code} is {chosen.code} ({chosen.label}) on {store}."
            self._record(connection, "carrier.mapped", words, store)
            self._want_numbers_kept_back(connection, store, carrier)
        return MappingRow(store, carrier.code, chosen.code, chosen.label, chosen.warning)

    def _chosen(self, store: str, wanted: str) -> CarrierCode:
        """The store's entry; one that it has got since it was asked last counts, too."""
        try:
            return _site_code(self.codes(store), store, wanted)
        except InputError as unknown:
            try:
                codes = self.codes(store, refresh=True)
            except FbridgeError:
                raise unknown from None
            return _site_code(codes, store, wanted)

    def _want_numbers_kept_back(self, connection: Connection, store: str, carrier: Carrier) -> None:
        """What was sent without its number, for want of this mapping, gets it with the next push."""
        at = self._context.now()
        for shipment in load_shipments(
            connection,
            shipments.c.store == store,
            shipments.c.carrier_id == carrier.id,
            pushes.c.reason == SENT_WITHOUT_NUMBER,
        ):
            revision = shipment.revision + 1
            add_revision(
                connection,
                shipment.id,
                revision,
                carrier.id,
                shipment.numbers,
                reason="carrier_mapped",
                at=at,
            )
            update_shipments(connection, [shipment.id], revision=revision)
            want_revision(connection, shipment.id, at)

    def unmap(self, store: str, code: str) -> None:
        """Forget what a store calls a carrier. Raises NotFoundError when nothing was said."""
        with self._database.write() as connection:
            carrier = find_carrier(connection, code)
            if not carrier_rows.delete_mapping(connection, known_store(connection, store), carrier.id):
                raise NotFoundError(f"{carrier.code} is not mapped on {store}.", reason="not_mapped")
            self._record(
                connection, "carrier.unmapped", f"Carrier {carrier.code} unmapped on {store}.", store
            )

    def mappings(self, store: str | None = None) -> tuple[MappingRow, ...]:
        """All mappings (of one store). Raises NotFoundError."""
        with self._database.read() as connection:
            if store is not None:
                known_store(connection, store)
            return carrier_rows.load_mappings(connection, store)

    def route(self, store: str, shipping_method: str, target: str) -> RouteRow:
        """Say who takes the orders of a shipping method (``*``: of all methods without a route of their own).

        ``target`` is a carrier's code, ``pickup`` or ``none``. Raises NotFoundError with near matches.
        """
        with self._database.write() as connection:
            known_store(connection, store)
            delivery = _TARGET_WORDS.get(target.lower(), Delivery.SHIP)
            carrier = find_carrier(connection, target) if delivery is Delivery.SHIP else None
            carrier_rows.set_route(
                connection, store, shipping_method, delivery, carrier.id if carrier else None
            )
            row = RouteRow(
                store=store,
                shipping_method=shipping_method,
                target=carrier.code if carrier else str(delivery),
            )
            words = f"Shipping method {shipping_method} of {store} goes to {row.target}."
            self._record(connection, "carrier.routed", words, store)
            return row

    def unroute(self, store: str, shipping_method: str) -> None:
        """Forget who takes a shipping method. Raises NotFoundError when nothing was said."""
        with self._database.write() as connection:
            if not carrier_rows.delete_route(connection, known_store(connection, store), shipping_method):
                methods = [route.shipping_method for route in carrier_rows.load_routes(connection, store)]
                raise NotFoundError(
                    f"{store} has no route for {shipping_method}.{did_you_mean(shipping_method, methods)}",
                    reason="not_routed",
                )
            words = f"Shipping method {shipping_method} of {store} has no route any more."
            self._record(connection, "carrier.unrouted", words, store)

    def routes(self, store: str | None = None) -> tuple[RouteRow, ...]:
        """All routes (of one store). Raises NotFoundError."""
        with self._database.read() as connection:
            if store is not None:
                known_store(connection, store)
            return tuple(map(_route_row, carrier_rows.load_routes(connection, store)))

    def suggest(self, store: str) -> tuple[Suggestion, ...]:
        """For each carrier that is not mapped the most alike code of the store, the best first."""
        codes = self.codes(store)
        with self._database.read() as connection:
            mapped = carrier_rows.mapped_codes(connection, store)
            carriers = [one for one in carrier_rows.load_carriers(connection) if one.id not in mapped]
        return suggestions(carriers, codes)

    def accept_suggestions(self, store: str) -> tuple[MappingRow, ...]:
        """Map what is sure of :meth:`suggest`. Raises as :meth:`map` does."""
        return tuple(self.map(store, one.carrier, one.site_code) for one in self.suggest(store) if one.sure)

    def standings(self, store: str | None = None) -> tuple[CarrierStanding, ...]:
        """Each carrier on each store: mapped, not mapped, or gone from the store's list. Raises NotFoundError."""
        with self._database.read() as connection:
            if store is not None:
                known_store(connection, store)
            return carrier_standings(connection, store)

    def coverage(self, store: str | None = None) -> tuple[CoverageRow, ...]:
        """By store and shipping method: how many open orders there are, and who takes them."""
        with self._database.read() as connection:
            if store is not None:
                known_store(connection, store)
            methods = connection.execute(_open_methods(store)).all()
            routes = {
                (route.store, route.shipping_method): route
                for route in carrier_rows.load_routes(connection, store)
            }
            mappings = carrier_rows.load_mappings(connection, store)
        mapped = {(row.store, row.carrier): row.warning for row in mappings}
        return tuple(_coverage_row(method, routes, mapped) for method in methods)

    def _record(self, connection: Connection, kind: str, words: str, store: str | None = None) -> None:
        record(connection, kind, words, at=self._context.now(), store=store)


def _clean_code(code: str) -> str:
    clean = code.strip().upper()
    if (
        not clean[:1].isalnum()
        or len(clean) > LONGEST_CODE
        or not all(c.isalnum() or c in "-_." for c in clean)
    ):
        raise InputError(
            f"A carrier's code has 1 to {LONGEST_CODE} letters, digits, '-', '_' or '.', the first one a letter or "
            f"digit; {code!r} has not.",
            reason="bad_carrier_code",
        )
    if clean.lower() in _TARGET_WORDS:
        raise InputError(
            f"{clean} cannot be a carrier's code; it means something else in a route.",
            reason="bad_carrier_code",
        )
    return clean


def _clean_template(url: str) -> str:
    if not url:
        return ""
    if not _WEB_PAGE.match(url) or not url.isprintable():
        raise InputError(f"The tracking URL {url!r} does not begin with https://", reason="bad_tracking_url")
    probe = Carrier(id=0, code="", name="", tracking_url=url).url_for("")
    if "{" in probe or "}" in probe:
        raise InputError(
            f"The tracking URL {url} has an unknown placeholder; there are "
            f"{', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}.",
            reason="bad_tracking_url",
        )
    return url


def _site_code(codes: CarrierCodes, store: str, wanted: str) -> CarrierCode:
    """The store's entry by code, else by a label that only one has, else (open lists) a code of the user's own."""
    for entry in codes.codes:
        if entry.code == wanted:
            return entry
    alike = [entry for entry in codes.codes if wanted.lower() in {entry.code.lower(), entry.label.lower()}]
    if len(alike) == 1:
        return alike[0]
    if codes.open and wanted:
        return CarrierCode(code=wanted, label=wanted)
    names = [name for entry in codes.codes for name in (entry.code, entry.label)]
    raise InputError(
        f"Store {store} has no carrier code {wanted}.{did_you_mean(wanted, names)} "
        f"See: fbridge carrier codes {store}",
        reason="unknown_site_code",
    )


def _route_row(route: carrier_rows.Route) -> RouteRow:
    target = route.carrier.code if route.carrier else str(route.delivery)
    return RouteRow(store=route.store, shipping_method=route.shipping_method, target=target)


def _coverage_row(
    method: Row[Any],
    routes: Mapping[tuple[str, str], carrier_rows.Route],
    mapped: Mapping[tuple[str, str], str],
) -> CoverageRow:
    route = routes.get((method.store, method.shipping_method))
    route = route or routes.get((method.store, carrier_rows.DEFAULT_METHOD))
    carrier = route.carrier.code if route and route.carrier else None
    shown = bool(method.codes_open) or (method.store, carrier) in mapped
    return CoverageRow(
        store=method.store,
        shipping_method=method.shipping_method,
        title=method.title,
        orders=method.orders,
        carrier=carrier or (str(route.delivery) if route else None),
        mapped=shown if carrier else None,
        warning=mapped.get((method.store, carrier), "") if carrier else "",
    )


def _open_methods(store: str | None) -> sa.Select[Any]:
    query = (
        sa.select(
            orders.c.store,
            orders.c.shipping_method,
            sa.func.max(orders.c.shipping_title).label("title"),
            sa.func.count().label("orders"),
            stores.c.codes_open,
        )
        .join_from(orders, stores)
        .where(
            orders.c.status == OrderStatus.OPEN,
            orders.c.open_quantity > 0,
            orders.c.delivery == Delivery.SHIP,
            orders.c.historic.is_(False),
        )
        .group_by(orders.c.store, orders.c.shipping_method, stores.c.codes_open)
        .order_by(orders.c.store, sa.func.count().desc(), orders.c.shipping_method)
    )
    return query if store is None else query.where(orders.c.store == store)
