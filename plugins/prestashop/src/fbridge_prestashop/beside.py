"""What hangs on a page of orders, read in bulk by lists of ids: never a request for one order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from fbridge.adapterkit.payloads import flag, number, reference, text
from fbridge.errors import CredentialsError
from fbridge.models.platforms import Store
from fbridge_prestashop.client import PrestaShopClient, Row
from fbridge_prestashop.detection import carriers_of, states_of
from fbridge_prestashop.mapping import RawOrder
from fbridge_prestashop.payments import needs_payments
from fbridge_prestashop.run_memory import memory_of
from fbridge_prestashop.schemas import (
    ADDRESS_FIELDS,
    CUSTOMER,
    CUSTOMER_FIELDS,
    DELIVERY,
    DETAIL_FIELDS,
    HISTORY_FIELDS,
    INVOICE,
    PAYMENT_FIELDS,
    with_extra_fields,
)
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_facts import codes_by_id

T = TypeVar("T")

SHORT_REFERENCE = 9
_OF_FILTERS = frozenset("[]|,%<>!")
"""What means something else in a filter."""

_CODES = "[id,iso_code]"
_DELIVERY, _INVOICE = "id_address_delivery", "id_address_invoice"


class BesideOrders:
    """Reads what a page of orders refers to; countries, carriers and the like once in a run."""

    def __init__(self, store: Store, client: PrestaShopClient, *, histories: bool = False) -> None:
        """``histories``: those of shipped orders are read as well."""
        self._store = store
        self._wants_histories = histories
        self._client = client
        self._memory = memory_of(store)
        self._address_fields = with_extra_fields(ADDRESS_FIELDS, store.extra_fields, DELIVERY, INVOICE)
        self._customer_fields = with_extra_fields(CUSTOMER_FIELDS, store.extra_fields, CUSTOMER)

    def raw_orders(self, orders: Sequence[Any]) -> tuple[tuple[RawOrder, ...], Shop]:
        """The orders with all that their mapping needs, and the shop that knows what they refer to.

        Raises: CredentialsError, RefusedError, UnreachableError.
        """
        known = [order for order in orders if isinstance(order, Mapping)]
        ids = _ids(known, "id")
        details = _grouped(self._client.rows_by("order_details", ids, DETAIL_FIELDS, key="id_order"))
        carriers = _grouped(self._client.rows_by("order_carriers", ids, "full", key="id_order"))
        addresses = self._by_id("addresses", _ids(known, _DELIVERY, _INVOICE), self._address_fields)
        customers = self._customers(known)
        self._learn_codes(known, addresses.values())
        self._learn_carriers([*known, *(row for rows in carriers.values() for row in rows)])
        self._learn_states(known)
        virtual = self._virtual(row for rows in details.values() for row in rows)
        histories, payments = self._histories(known), self._payments(known)
        raw = tuple(
            RawOrder(
                order=order,
                details=details.get(_id(order, "id"), ()),
                carriers=carriers.get(_id(order, "id"), ()),
                ship_to=addresses.get(_id(order, _DELIVERY), {}),
                bill_to=addresses.get(_id(order, _INVOICE), {}),
                email=text(customers.get(_id(order, "id_customer"), {}).get("email")),
                customer=customers.get(_id(order, "id_customer"), {}),
                virtual=virtual,
                histories=histories.get(_id(order, "id"), ()),
                payments=None if payments is None else _of_order(order, payments),
            )
            for order in orders
        )
        return raw, Shop(self._store.settings, self._facts)

    @property
    def _facts(self) -> Any:
        return self._memory.facts

    def _by_id(self, resource: str, ids: Iterable[str], fields: str) -> dict[str, Row]:
        return {_id(row, "id"): row for row in self._client.rows_by(resource, ids, fields)}

    def _customers(self, orders: Sequence[Mapping[str, Any]]) -> dict[str, Row]:
        """For their e-mail addresses, which a key need not be allowed to see."""
        return self._unless_withheld(
            "customers", lambda: self._by_id("customers", _ids(orders, "id_customer"), self._customer_fields)
        )

    def _histories(self, orders: Sequence[Mapping[str, Any]]) -> dict[str, list[Row]]:
        """Of shipped orders, for what a module left half done; a key need not be allowed to see them."""
        shop = Shop(self._store.settings, self._facts)
        state = shop.shipped_state
        shipped = [one for one in orders if state and _id(one, "current_state") == state.id]
        ids = _ids(shipped, "id") if self._wants_histories else []
        if not ids:
            return {}
        return self._unless_withheld(
            "order_histories",
            lambda: _grouped(
                self._client.rows_by("order_histories", ids, HISTORY_FIELDS, key="id_order"),
            ),
        )

    def _payments(self, orders: Sequence[Mapping[str, Any]]) -> dict[str, list[Row]] | None:
        """Of cash on delivery that shows as paid; None where the key may not see them."""
        shop = Shop(self._store.settings, self._facts)
        asked = [name for one in orders if needs_payments(one, shop) for name in _references(one)]
        if not asked:
            return {}
        found = self._unless_withheld("order_payments", lambda: self._booked(asked))
        return None if "order_payments" in self._memory.withheld else found

    def _booked(self, references: Iterable[str]) -> dict[str, list[Row]]:
        told = [one for one in references if not _OF_FILTERS.intersection(one)]
        rows = self._client.rows_by("order_payments", told, PAYMENT_FIELDS, key="order_reference")
        return _grouped(rows, lambda row: text(row.get("order_reference")))

    def _unless_withheld(self, resource: str, read: Callable[[], dict[str, T]]) -> dict[str, T]:
        if resource in self._memory.withheld:
            return {}
        try:
            return read()
        except CredentialsError as error:
            if error.reason != "missing_permission":
                raise
            self._memory.withheld.add(resource)
            return {}

    def _learn_codes(self, orders: Sequence[Mapping[str, Any]], addresses: Iterable[Row]) -> None:
        rows = list(addresses)
        for kind, resource, ids in (
            ("currencies", "currencies", _ids(orders, "id_currency")),
            ("countries", "countries", _ids(rows, "id_country")),
            ("provinces", "states", _ids(rows, "id_state")),
        ):
            known = getattr(self._facts, kind)
            new = self._never_asked(resource, (one for one in ids if one not in known))
            if new:
                found = codes_by_id(self._client.rows_by(resource, new, _CODES))
                self._memory.facts = replace(self._facts, **{kind: {**known, **found}})

    def _learn_carriers(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """An edit in the back office gives a carrier another id."""
        unknown = (one for one in _ids(rows, "id_carrier") if self._facts.carrier(one) is None)
        if self._never_asked("carriers", unknown):
            self._memory.facts = replace(self._facts, carriers=carriers_of(self._client))

    def _learn_states(self, orders: Sequence[Mapping[str, Any]]) -> None:
        unknown = (one for one in _ids(orders, "current_state") if self._facts.state(one) is None)
        if self._never_asked("order_states", unknown):
            self._memory.facts = replace(self._facts, states=states_of(self._client))

    def _never_asked(self, resource: str, ids: Iterable[str]) -> list[str]:
        """Those that were not looked for yet: what is gone from the shop is not looked for with every page."""
        new = [one for one in ids if (resource, one) not in self._memory.asked_in_vain]
        self._memory.asked_in_vain.update((resource, one) for one in new)
        return new

    def _virtual(self, details: Iterable[Row]) -> frozenset[str]:
        """Products that no carrier takes. One with a weight is for a carrier, so it need not be asked for."""
        light = {_id(row, "product_id") for row in details if not _weighs(row)}
        new = [one for one in sorted(light) if one and one not in self._memory.virtual]
        if new and self._facts.products:
            found = self._unless_withheld("products", lambda: self._by_id("products", new, "[id,is_virtual]"))
            virtual = {key for key, row in found.items() if flag(row.get("is_virtual"))}
            self._memory.virtual |= {one: one in virtual for one in new}
        return frozenset(one for one in light if self._memory.virtual.get(one))


def _id(row: Any, key: str) -> str:
    return reference(row.get(key)) if isinstance(row, Mapping) else ""


def _ids(rows: Iterable[Mapping[str, Any]], *keys: str) -> list[str]:
    """The distinct ids in these fields; a broken one is left to the mapping."""
    found = dict.fromkeys(_id(row, key) for row in rows for key in keys)
    return [one for one in found if one]


def _references(order: Any) -> list[str]:
    """How payments name an order: older versions cut the reference to nine letters there."""
    told = text(order.get("reference")) if isinstance(order, Mapping) else ""
    return [name for name in dict.fromkeys((told, told[:SHORT_REFERENCE])) if name]


def _of_order(order: Any, payments: Mapping[str, Sequence[Row]]) -> list[Row]:
    return [row for name in _references(order) for row in payments.get(name, ())]


def _order_of(row: Row) -> str:
    return _id(row, "id_order")


def _grouped(rows: Iterable[Row], owner: Callable[[Row], str] = _order_of) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[owner(row)].append(row)
    return groups


def _weighs(row: Row) -> bool:
    return (number(row.get("product_weight")) or 0) > 0
