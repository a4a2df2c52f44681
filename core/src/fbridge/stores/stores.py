"""Stores: adding, showing, checking and removing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from fbridge.context import Context
from fbridge.errors import CredentialsError, InputError
from fbridge.models.platforms import StoreReport
from fbridge.models.secrets import HIDDEN
from fbridge.settings import add_store, change_secrets, check_store_name, preview_store, remove_store
from fbridge.storage.events import record
from fbridge.stores.open_store import check, open_store
from fbridge.stores.rows import ensure_store, fetch_times, find_store, order_counts

if TYPE_CHECKING:
    from fbridge.stores.setting_fields import FieldInfo


SettingValue = str | int | float | bool | date | list[Any] | Mapping[str, Any]
"""As TOML has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreInfo:
    """A store with its settings, how many orders are kept, and when it was last fetched.

    ``settings`` have the type that they have in the file, secrets are dots; what the environment says is text.
    """

    name: str
    platform: str
    url: str
    settings: Mapping[str, SettingValue]
    orders: int
    last_fetch: datetime | None
    checked_at: datetime | None


class Stores:
    """The configured stores."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def fields(self, platform: str) -> tuple[FieldInfo, ...]:
        """What this platform wants to know of a store. Raises PluginError."""
        from fbridge.plugins import load_platform
        from fbridge.stores.setting_fields import fields_of

        return fields_of(load_platform(platform).platform.settings)

    def add(
        self,
        name: str,
        platform: str,
        url: str,
        options: Mapping[str, Any],
        *,
        orders_from: date,
        accept_mail: bool,
        check_first: bool = True,
    ) -> StoreReport | None:
        """Keep a new store, after a look at it; with failing credentials nothing is kept.

        ``orders_from``: orders made before that date (in the user's time zone) are done and never mailed.
        ``accept_mail``: customers may get the store's own mail. ``options`` are the platform's fields and any
        of the core's. Gives what the look found (None without a look).

        Raises: InputError, ConfigError, CredentialsError, UnreachableError, PluginError.
        """
        from fbridge.plugins import load_platform

        settings = self._context.settings
        check_store_name(settings, name)
        schema = load_platform(platform).platform.settings
        values = {
            **options,
            "platform": platform,
            "url": url,
            "orders_from": orders_from,
            "accept_mail": accept_mail,
        }
        report = self._look(name, preview_store(settings, name, values, schema)) if check_first else None
        add_store(settings, name, values, schema)
        self._context.reload_settings()
        with self._context.database.write() as connection:
            ensure_store(connection, name, platform, at=self._context.now())
            words = f"Store {name} ({platform}) was added."
            record(connection, "store.added", words, at=self._context.now(), store=name)
        return report

    def change_keys(
        self, name: str, keys: Mapping[str, str], *, check_first: bool = True
    ) -> StoreReport | None:
        """Keep other credentials of a store, after a look at it with them; those that are not named stay. With
        failing ones all stays as it is. Gives what the look found (None without a look).

        Raises: NotFoundError, InputError (nothing is named, or no credential), ConfigError, CredentialsError,
        UnreachableError, PluginError.
        """
        from fbridge.plugins import load_platform

        settings = self._context.settings
        schema = load_platform(settings.store(name).platform).platform.settings
        if not keys:
            raise InputError("No new key was given; all stay as they are.", reason="no_key_given")
        resolved = change_secrets(settings, name, keys, schema, only_check=True)
        report = self._look(name, resolved, is_new=False) if check_first else None
        change_secrets(settings, name, keys, schema)
        self._context.reload_settings()
        with self._context.database.write() as connection:
            ensure_store(connection, name, settings.store(name).platform, at=self._context.now())
            words = f"Store {name} has other keys: {', '.join(sorted(keys))}."
            record(connection, "store.keys", words, at=self._context.now(), store=name)
        return report

    def _look(self, name: str, settings: Any, *, is_new: bool = True) -> StoreReport | None:
        with open_store(self._context, name, settings=settings) as opened:
            report = check(self._context, opened)
        if report is not None and not report.ok:
            faults = " ".join(dict.fromkeys(finding.words for finding in report.findings if not finding.ok))
            if is_new:
                raise CredentialsError(f"Store {name!r} was not added: {faults}", reason="check_failed")
            raise CredentialsError(
                f"Store {name!r} keeps the keys that it had: {faults}", reason="check_failed"
            )
        return report

    def list(self, *, count_orders: bool = True) -> tuple[StoreInfo, ...]:
        """All stores of the settings file, by name. Counting goes through an index of all orders; without it there
        are 0."""
        context = self._context
        with context.database.read() as connection:
            counts = order_counts(connection) if count_orders else {}
            times = fetch_times(connection, context.settings.stores)
            rows = {name: find_store(connection, name) for name in context.settings.stores}
        return tuple(
            StoreInfo(
                name=name,
                platform=raw.platform,
                url=str(raw.values.get("url", "")),
                settings={**raw.values, **dict.fromkeys(raw.secrets, HIDDEN)},
                orders=counts.get(name, 0),
                last_fetch=times.get(name),
                checked_at=row.facts_at if (row := rows[name]) else None,
            )
            for name, raw in sorted(context.settings.stores.items())
        )

    def show(self, name: str, *, count_orders: bool = True) -> StoreInfo:
        """One store. Raises NotFoundError with near matches."""
        self._context.settings.store(name)
        return next(store for store in self.list(count_orders=count_orders) if store.name == name)

    def check(self, name: str) -> StoreReport:
        """Look at the store without changing or sending anything.

        Raises: NotFoundError, ConfigError, UnreachableError, PluginError; InputError where the platform's
        plugin has no check.
        """
        with open_store(self._context, name) as opened:
            report = check(self._context, opened)
        if report is None:
            raise InputError(f"The plugin of store {name!r} has no check.", reason="no_check")
        return report

    def remove(self, name: str) -> None:
        """Forget the store's settings and credentials, and what waits for workers; its orders and shipments stay in
        the database."""
        from fbridge.storage.queue_schema import forget_tasks

        remove_store(self._context.settings, name)
        self._context.reload_settings()
        with self._context.database.write() as connection:
            known = find_store(connection, name) is not None
            forget_tasks(connection, name)
            words = f"Store {name} was removed, with its credentials."
            record(connection, "store.removed", words, at=self._context.now(), store=name if known else None)
