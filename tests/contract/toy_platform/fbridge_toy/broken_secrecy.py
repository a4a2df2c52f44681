"""Adapters that break the promise of secrecy, each in one way (C12): the kit must notice every one of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.request import Request, urlopen

from fbridge.errors import CredentialsError, FbridgeError
from fbridge.hookspecs import hookimpl
from fbridge.http import HeaderAuth, Response
from fbridge.models.platforms import OrderPage, OrderQuery, Platform, Store, StoreReport
from fbridge_toy.adapter import Json, ToyAdapter


class _LeaksItsKey(ToyAdapter):
    """C12: writes its key into the log."""

    def http(self, store: Store) -> Any:
        logging.getLogger("fbridge_toy").debug("working with %s", store.settings["api_key"].reveal())
        return super().http(store)


class _CarriesItsKey(ToyAdapter):
    """C12: puts its key into what the core keeps with an order."""

    def by_id(self, store: Store, ids: Sequence[str]) -> Iterator[OrderPage]:
        for page in super().by_id(store, ids):
            carried = {"session": store.settings["api_key"].reveal()}
            yield replace(page, orders=tuple(replace(one, adapter_data=carried) for one in page.orders))


class _PutsItsKeyIntoTheCursor(ToyAdapter):
    """C12: goes on with the key of the last time."""

    def changed(self, store: Store, query: OrderQuery) -> Iterator[OrderPage]:
        for page in super().changed(store, query):
            yield replace(page, cursor={**page.cursor, "session": store.settings["api_key"].reveal()})


class _ShowsARefusedKey(ToyAdapter):
    """C12: tells a person which key the store does not know."""

    key = ""

    def http(self, store: Store) -> Any:
        self.key = store.settings["api_key"].reveal()
        return super().http(store)

    def error_of(self, answer: Response) -> FbridgeError:
        if answer.status == 401:
            return CredentialsError(f"The store does not know the key {self.key}.")
        return super().error_of(answer)


class _CarriesTheCustomer(ToyAdapter):
    """C12: keeps the whole order for the push, with its customer."""

    def by_id(self, store: Store, ids: Sequence[str]) -> Iterator[OrderPage]:
        for page in super().by_id(store, ids):
            orders = (replace(one, adapter_data={"name": one.ship_to.name}) for one in page.orders)
            yield replace(page, orders=tuple(orders))


class _RecordsTheCustomer(ToyAdapter):
    """C12: lets the record of exchanges show addresses."""

    @hookimpl
    def describe_platform(self) -> Platform:
        platform = super().describe_platform()
        return replace(platform, exchange_fields=platform.exchange_fields | {"ship_to", "name", "street"})


class _KnowsOneStore(ToyAdapter):
    """C12: keeps the first store's key for all of them."""

    def __init__(self) -> None:
        self._auth: HeaderAuth | None = None

    def http(self, store: Store) -> Any:
        self._auth = store.http.auth = self._auth or HeaderAuth("X-Key", store.settings["api_key"])
        return store.http


class _HasAConnectionOfItsOwn(ToyAdapter):
    """C12: looks at the carriers by itself, past the core's limits, certificates and redaction."""

    @hookimpl
    def check_store(self, store: Store) -> StoreReport:
        urlopen(
            Request(f"{store.url}/orders?ids=0", headers={"X-Key": store.settings["api_key"].reveal()})
        ).read()
        return super().check_store(store)


class _PrintsWhatItDoes(ToyAdapter):
    """C12: for its author's eyes."""

    def by_id(self, store: Store, ids: Sequence[str]) -> Iterator[OrderPage]:
        print("reading", ids)  # noqa: T201 - that is what is wrong
        yield from super().by_id(store, ids)


class _LogsTheCustomer(ToyAdapter):
    """C12: in case something goes wrong."""

    def decoded(self, rows: Sequence[Json]) -> Any:
        logging.getLogger("toy").debug("read %s", rows)
        return super().decoded(rows)


leaks_its_key = _LeaksItsKey()
carries_its_key = _CarriesItsKey()
puts_its_key_into_the_cursor = _PutsItsKeyIntoTheCursor()
shows_a_refused_key = _ShowsARefusedKey()
carries_the_customer = _CarriesTheCustomer()
records_the_customer = _RecordsTheCustomer()
knows_one_store = _KnowsOneStore()
has_a_connection_of_its_own = _HasAConnectionOfItsOwn()
prints_what_it_does = _PrintsWhatItDoes()
logs_the_customer = _LogsTheCustomer()
