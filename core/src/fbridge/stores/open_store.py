"""A store made ready for work: its settings validated, its plugin loaded, its HTTP client opened."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fbridge.context import Context
from fbridge.errors import FbridgeError
from fbridge.models.orders import RejectedOrder
from fbridge.models.platforms import OrderPage, OrderQuery, Store, StoreReport
from fbridge.models.secrets import Secret
from fbridge.settings import StoreSettings, resolve_store
from fbridge.storage.database import Database
from fbridge.stores.exchange_log import ExchangeLog
from fbridge.stores.noise_told import log_noise, with_noise
from fbridge.stores.rows import ensure_store, find_store, keep_facts, keep_notices, made_at

if TYPE_CHECKING:
    from fbridge.plugin_calls import LoadedPlatform

FACTS_LAST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class OpenStore:
    """One store with its adapter. ``exchanges`` collects what goes over the wire."""

    settings: StoreSettings
    adapter: LoadedPlatform
    store: Store
    exchanges: ExchangeLog
    database: Database

    @property
    def name(self) -> str:
        """The store's name in the settings."""
        return self.settings.name

    @property
    def settle_time(self) -> timedelta:
        """How long to wait after a lost answer: the store's setting, else the platform's."""
        return self.settings.settle or self.adapter.platform.settle_time

    @property
    def meaning_print(self) -> str:
        """Differs where the settings say otherwise what orders mean; "" where all are as the plugin has them."""
        fields = self.adapter.platform.settings().fields
        asked = {
            field.attribute or name: field for name, field in fields.items() if field.metadata.get("rereads")
        }
        options = self.settings.options
        said = {name: options[name] for name, field in asked.items() if options.get(name) != _default(field)}
        if self.settings.extra_fields:
            said["extra_fields"] = dict(self.settings.extra_fields)
        return (
            hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]
            if said
            else ""
        )

    def read_orders(self, order_ids: tuple[str, ...]) -> OrderPage:
        """The orders as the store shows them now, with all that a push needs, as one page."""
        asked = OrderQuery(order_ids=order_ids, shipments=True)
        pages = [self.without_hidden(page) for page in self.adapter.fetch_orders(self.store, asked)]
        return OrderPage(
            orders=tuple(order for page in pages for order in page.orders),
            rejected=tuple(one for page in pages for one in page.rejected),
            absent=tuple(one for page in pages for one in page.absent),
            notices=next((page.notices for page in reversed(pages) if page.notices is not None), None),
        )

    def without_hidden(self, page: OrderPage) -> OrderPage:
        """The page; an order that the store may only keep from us is not absent, but cannot be read."""
        if page.hidden is None or not page.absent:
            return page
        with self.database.read() as connection:
            known = made_at(connection, self.name, page.absent)
        hidden = [one for one in page.absent if one in known and known[one] < page.hidden.before]
        rejected = [RejectedOrder(remote_id=one, reason=f"not_shown: {page.hidden.why}") for one in hidden]
        absent = tuple(one for one in page.absent if one not in hidden)
        return replace(page, absent=absent, rejected=(*page.rejected, *rejected))


def _default(field: Any) -> object:
    return field.load_default() if callable(field.load_default) else field.load_default


@contextmanager
def open_store(context: Context, name: str, *, settings: StoreSettings | None = None) -> Iterator[OpenStore]:
    """Open a store by name; with ``settings`` one that is not saved yet.

    Raises NotFoundError, ConfigError, PluginError.
    """
    if context.database.is_in_one_unit:
        raise RuntimeError("a store is asked while a write unit is open")
    # The client and the plugin host are heavy, and most commands that know of stores talk to none.
    from fbridge.http import StoreHttp
    from fbridge.plugins import load_platform

    platform = settings.platform if settings else context.settings.store(name).platform
    adapter = load_platform(platform)
    resolved = settings or resolve_store(context.settings, name, adapter.platform.settings)
    with context.database.write() as connection:
        facts = ensure_store(connection, name, platform, at=context.now()).facts
    exchanges = ExchangeLog(name)
    with StoreHttp(
        resolved.url,
        timeout=resolved.timeout,
        requests_per_second=resolved.requests_per_second,
        allow_http=resolved.allow_http,
        secrets=[value for value in resolved.options.values() if isinstance(value, Secret)],
        on_exchange=exchanges,
        exchange_fields=adapter.platform.exchange_fields,
        way_through=resolved.way_through,
    ) as http:
        store = Store(
            name, resolved.url, resolved.options, http, facts, context.timezone, resolved.extra_fields
        )
        try:
            yield OpenStore(resolved, adapter, store, exchanges, context.database)
        finally:
            log_noise(context, name, http.noise)


def check(context: Context, opened: OpenStore) -> StoreReport | None:
    """Let the adapter look at its store, and keep the facts it found. None where it has no check."""
    report = opened.adapter.check_store(opened.store)
    if report is not None and report.ok:
        with context.database.write() as connection:
            keep_facts(connection, opened.name, report.facts, at=context.now())
            keep_notices(connection, opened.name, report.notices)
    return None if report is None else with_noise(report, opened.store.http.noise)


def with_fresh_facts(context: Context, opened: OpenStore) -> OpenStore:
    """The store with facts that are not older than a day; looks again where they are."""
    with context.database.read() as connection:
        row = find_store(connection, opened.name)
    if row and row.facts_at and context.now() - row.facts_at < FACTS_LAST:
        return opened
    report = check(context, opened)
    if report is None:
        return opened
    return replace(opened, store=replace(opened.store, facts=report.facts))


def with_known_facts(context: Context, opened: OpenStore) -> OpenStore:
    """The same where the store can be asked; else the store with the facts that are known."""
    try:
        return with_fresh_facts(context, opened)
    except FbridgeError:
        return opened
