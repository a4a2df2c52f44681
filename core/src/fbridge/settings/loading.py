"""Reads the settings files as they stand; what a store's values must be is checked in ``resolving``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from fbridge.errors import ConfigError, NotFoundError
from fbridge.languages import LANGUAGES, system_language
from fbridge.settings.config_file import read_toml
from fbridge.settings.near_match import did_you_mean
from fbridge.settings.paths import Home
from fbridge.settings.secrets_file import read_secrets

STORE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
STORE_NAME_RULE = (
    "a store's name has 1 to 32 small letters, digits, - or _, and begins with a letter or digit"
)
EXCHANGE_DAYS = 90
LISTENER_SECONDS = 30
_AN_HOUR = 3600
WARN, REFUSE = "warn", "refuse"
"""What is done with tracking numbers that are odd for their carrier."""
GLOBAL_FIELDS = (
    "database",
    "document",
    "exchange_days",
    "language",
    "listener_seconds",
    "odd_numbers",
    "sender",
    "status",
    "stores",
    "timezone",
)


@dataclass(frozen=True, slots=True)
class RawStore:
    """A store as the files have it, unchecked but for its name and platform."""

    name: str
    platform: str
    values: Mapping[str, Any]
    secrets: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of this user.

    ``timezone`` is for display, filters, the manifest's year and "today". ``database`` is an SQLAlchemy URL
    and may hold a password. ``exchange_days`` is the age limit of HTTP exchanges,
    ``listener_seconds`` what a listener may take for one event. ``language`` (``en``, ``it``) is
    that of paper and reports. ``odd_numbers`` is ``warn`` or ``refuse``. ``sender``, ``document``
    and ``status`` as the file has them, see :mod:`fbridge.settings.sender`, :mod:`fbridge.settings.document` and
    :mod:`fbridge.settings.status_limits`. ``stores`` are by name.
    """

    home: Home
    timezone: ZoneInfo
    database: str = field(repr=False)
    exchange_days: int
    stores: Mapping[str, RawStore]
    environment: Mapping[str, str] = field(repr=False)
    language: str = "en"
    odd_numbers: str = WARN
    listener_seconds: int = LISTENER_SECONDS
    sender: Mapping[str, Any] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)
    status: Mapping[str, Any] = field(default_factory=dict)

    def store(self, name: str) -> RawStore:
        """The store of this name.

        Raises: NotFoundError with near matches.
        """
        if name in self.stores:
            return self.stores[name]
        known = (
            f"The stores are {', '.join(self.stores)}."
            if self.stores
            else "There is none yet: fbridge store add NAME"
        )
        raise NotFoundError(f'There is no store "{name}".{did_you_mean(name, self.stores)} {known}')

    def names(self, chosen: Sequence[str]) -> list[str]:
        """Those chosen, or all. Raises NotFoundError."""
        return [self.store(name).name for name in chosen] or list(self.stores)


def load_settings(home: Home, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read both files; the globals of one value may come from the environment (``FBRIDGE_TIMEZONE``).

    Raises: ConfigError naming file and field.
    """
    config, secrets = read_toml(home.config_file), read_secrets(home.secrets_file)
    for name in config:
        if name not in GLOBAL_FIELDS:
            hint = did_you_mean(name, GLOBAL_FIELDS)
            raise ConfigError(f'{home.config_file}: field "{name}" is unknown.{hint}')
    globals_ = _Globals(home, config, secrets, environment)
    return Settings(
        home=home,
        timezone=globals_.timezone(),
        database=globals_.database(),
        exchange_days=globals_.exchange_days(),
        listener_seconds=globals_.listener_seconds(),
        language=globals_.language(),
        odd_numbers=globals_.odd_numbers(),
        sender=_table(config.get("sender", {}), f'{home.config_file}: "sender"', "[sender]"),
        document=_table(config.get("document", {}), f'{home.config_file}: "document"', "[document]"),
        status=_table(config.get("status", {}), f'{home.config_file}: "status"', "[status]"),
        stores=_stores(home, config, secrets, environment),
        environment=dict(environment),
    )


def variable(store: str, field_name: str) -> str:
    """The environment variable that overrides a field of a store."""
    return f"FBRIDGE_{_upper(store)}_{_upper(field_name)}"


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


@dataclass(frozen=True, slots=True)
class _Globals:
    home: Home
    config: Mapping[str, Any]
    secrets: Mapping[str, Any]
    environment: Mapping[str, str]

    def timezone(self) -> ZoneInfo:
        name, place = self._find("timezone")
        try:
            return ZoneInfo(str(name)) if name is not None else _system_zone()
        except (OSError, ValueError, LookupError):
            from zoneinfo import available_timezones

            hint = did_you_mean(str(name), available_timezones())
            raise ConfigError(f'{place} must be a time zone such as "Europe/Rome".{hint}') from None

    def database(self) -> str:
        url, place = self._find("database")
        if url is None:
            return f"sqlite:///{self.home.database_file.as_posix()}"
        if not isinstance(url, str) or "://" not in url:
            raise ConfigError(
                f"{place} must be a database URL such as postgresql+psycopg://user@host/fbridge."
            )
        return url

    def exchange_days(self) -> int:
        days, place = self._whole_number("exchange_days", EXCHANGE_DAYS)
        if days is None:
            raise ConfigError(f"{place} must be a whole number of days.")
        return days

    def listener_seconds(self) -> int:
        seconds, place = self._whole_number("listener_seconds", LISTENER_SECONDS)
        if seconds is None or not 1 <= seconds <= _AN_HOUR:
            raise ConfigError(f"{place} must be a whole number of seconds, from 1 to {_AN_HOUR}.")
        return seconds

    def odd_numbers(self) -> str:
        word, place = self._find("odd_numbers")
        if word not in {None, WARN, REFUSE}:
            raise ConfigError(f"{place} must be {WARN} or {REFUSE}.")
        return WARN if word is None else str(word)

    def language(self) -> str:
        """Of ``FBRIDGE_LANG`` or the file; else that of the system, where there is one for it."""
        name, place = self._find("language")
        if own := self.environment.get("FBRIDGE_LANG"):
            name, place = own, "Environment variable FBRIDGE_LANG:"
        if name is None:
            return system_language(self.environment)
        if name not in LANGUAGES:
            raise ConfigError(f"{place} must be one of {', '.join(LANGUAGES)}.")
        return str(name)

    def _whole_number(self, name: str, otherwise: int) -> tuple[int | None, str]:
        """None where it is something else, and where it stands."""
        value, place = self._find(name)
        if value is None:
            return otherwise, place
        is_one = not isinstance(value, bool) and re.fullmatch(r"\d{1,5}", str(value), re.ASCII)
        return (int(value) if is_one else None), place

    def _find(self, name: str) -> tuple[Any, str]:
        """The value, and the beginning of a sentence about it. A database URL may stand among the secrets."""
        if own := self.environment.get(f"FBRIDGE_{name.upper()}"):
            return own, f"Environment variable FBRIDGE_{name.upper()}:"
        if name in self.secrets:
            return self.secrets[name], f'{self.home.secrets_file}: field "{name}":'
        return self.config.get(name), f'{self.home.config_file}: field "{name}":'


def _system_zone() -> ZoneInfo:
    import warnings

    import tzlocal

    try:
        with warnings.catch_warnings(action="ignore"):
            return ZoneInfo(tzlocal.get_localzone_name())
    except (OSError, ValueError, LookupError):
        return ZoneInfo("UTC")


def _stores(
    home: Home, config: Mapping[str, Any], secrets: Mapping[str, Any], environment: Mapping[str, str]
) -> dict[str, RawStore]:
    tables = _table(config.get("stores", {}), f'{home.config_file}: "stores"')
    hidden = _table(secrets.get("stores", {}), f'{home.secrets_file}: "stores"')
    found = {}
    for name, values in tables.items():
        where = f'{home.config_file}: store "{name}"'
        if not STORE_NAME.fullmatch(name):
            raise ConfigError(f"{where}: {STORE_NAME_RULE}.")
        platform = environment.get(variable(name, "platform")) or _table(values, where).get("platform")
        if not isinstance(platform, str) or not platform:
            raise ConfigError(
                f'{where}, field "platform": is missing; it names the plugin, as in "woocommerce".'
            )
        own = _table(hidden.get(name, {}), f'{home.secrets_file}: store "{name}"')
        found[name] = RawStore(name, platform, values, own)
    return found


def _table(value: Any, where: str, example: str = "[stores.shop]") -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: must be a table, as in {example}.")
    return value
