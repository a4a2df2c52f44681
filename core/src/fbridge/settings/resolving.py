"""One store's settings, checked by the core's schema and by the plugin's, with where each value came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fbridge.errors import ConfigError, PluginError
from fbridge.http.redaction import Redactor
from fbridge.http.urls import clean_base_url
from fbridge.http.way_through import WayThrough
from fbridge.models.guards import GUARDS, Guards
from fbridge.models.secrets import Secret
from fbridge.settings.field_errors import field_error
from fbridge.settings.loading import RawStore, Settings, variable
from fbridge.settings.policies import UnmappedCarrier, WithoutTracking

if TYPE_CHECKING:
    from marshmallow import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """A store's settings, ready for use.

    ``orders_from`` is a date in the user's time zone. ``timeout`` is in seconds. ``settle`` overrides the
    platform's settle time. ``number_prefix`` begins the store's order numbers in files. ``warehouses`` maps our
    warehouses to the store's locations. ``extra_fields`` are paths in the platform's order by the names of columns.
    ``options`` is what the plugin's schema loaded, its secrets as :class:`Secret`. ``way_through`` is for what stands
    before the store, ``guards`` are the limits of its pushes.
    """

    name: str
    platform: str
    url: str
    orders_from: date
    accept_mail: bool
    without_tracking: WithoutTracking
    unmapped_carrier: UnmappedCarrier
    timeout: float
    requests_per_second: float | None
    settle: timedelta | None
    allow_http: bool
    warehouses: Mapping[str, str]
    options: Mapping[str, Any]
    number_prefix: str = ""
    extra_fields: Mapping[str, str] = field(default_factory=dict)
    way_through: WayThrough = field(default_factory=WayThrough)
    guards: Guards = field(default_factory=Guards)


def resolve_store(settings: Settings, name: str, platform_schema: type[Schema]) -> StoreSettings:
    """Check the store's settings and return them.

    Raises: NotFoundError; ConfigError with a line for each wrong field, naming file, store and field.
    """
    return StoreResolver(settings, settings.store(name), platform_schema).resolve()


class StoreResolver:
    """Gathers a store's values from files and environment, and loads them by both schemas."""

    def __init__(self, settings: Settings, raw: RawStore, platform_schema: type[Schema]) -> None:
        from fbridge.settings.store_schema import StoreFields

        self._settings = settings
        self._raw = raw
        self._core = StoreFields()
        self._platform = platform_schema()
        self.core_names = _names(self._core)
        self.secret_names = secret_names(self._platform) | secret_names(self._core)
        self._known = {**_names(self._platform), **self.core_names}

    def resolve(self) -> StoreSettings:
        """The checked settings.

        Raises: ConfigError, PluginError.
        """
        self._refuse_visible_secrets()
        values = self._values()
        core = {key: value for key, value in values.items() if key in self.core_names}
        own = {key: value for key, value in values.items() if key not in self.core_names}
        loaded, options, errors = _load(self._core, core), _load(self._platform, own), []
        for result in (loaded, options):
            errors += [self._error(key, messages) for key, messages in result.errors.items()]
        errors += self._unseen_in_secrets(values)
        if not errors:
            errors = self._check_url(loaded.values)
        if errors:
            raise ConfigError("\n".join(errors))
        return StoreSettings(
            name=self._raw.name,
            options=self._wrapped(options.values),
            way_through=_way_through(loaded.values),
            guards=Guards(**{name: loaded.values[name] for name in GUARDS}),
            **{name: value for name, value in loaded.values.items() if name not in _ELSEWHERE},
        )

    def _values(self) -> dict[str, Any]:
        values = {**self._raw.values, **self._raw.secrets}
        for key in self._known:
            if (text := self._from_environment(key)) is not None:
                values[key] = self._structured(key, text)
        # TOML has dates of its own; schemas read text.
        return {
            key: value.isoformat() if isinstance(value, date | datetime) else value
            for key, value in values.items()
        }

    def _from_environment(self, key: str) -> str | None:
        return self._settings.environment.get(variable(self._raw.name, key))

    def _structured(self, key: str, text: str) -> Any:
        if not _is_structure(self._known[key]) or (_is_list(self._known[key]) and text[:1] != "["):
            return text  # a list in words, as in "a, b", is left to its field
        try:
            return json.loads(text)
        except ValueError:
            raise ConfigError(self._error(key, ['must be JSON, as in {"main": "12"}.'])) from None

    def _refuse_visible_secrets(self) -> None:
        for key in self.secret_names & self._raw.values.keys():
            home, name = self._settings.home, self._raw.name
            raise ConfigError(
                f'{home.config_file}: store "{name}", field "{key}": is a credential; '
                f"move it to [stores.{name}] in {home.secrets_file}."
            )

    def _check_url(self, core: dict[str, Any]) -> list[str]:
        try:
            core["url"] = clean_base_url(core["url"], allow_http=core["allow_http"])
        except ConfigError as error:
            return [self._error("url", [str(error)])]
        return []

    def _unseen_in_secrets(self, values: Mapping[str, Any]) -> list[str]:
        # A line break that was copied along would end a header of each request, or be refused by every store.
        wrong = ["holds a line break or another character that cannot be seen; copy it once more."]
        return [
            self._error(key, wrong)
            for key in sorted(self.secret_names & values.keys())
            if isinstance(values[key], str) and not values[key].isprintable()
        ]

    def _error(self, key: str, messages: Any) -> str:
        hidden = [self._values_of_secret(key)] if key in self.secret_names else []
        return Redactor(hidden).text(f"{self._place(key)}: {field_error(key, messages, self._known)}")

    def _values_of_secret(self, key: str) -> str:
        return str(self._from_environment(key) or self._raw.secrets.get(key, ""))

    def _place(self, key: str) -> str:
        home, name = self._settings.home, variable(self._raw.name, key)
        if key in self._known and self._from_environment(key) is not None:
            return f'Environment variable {name} (store "{self._raw.name}", field "{key}")'
        secret = key in self.secret_names or key in self._raw.secrets
        file = home.secrets_file if secret else home.config_file
        return f'{file}: store "{self._raw.name}", field "{key}"'

    def _wrapped(self, options: dict[str, Any]) -> dict[str, Any]:
        attributes = {self._platform.fields[key].attribute or key for key in self._secret_attributes()}
        return {
            key: Secret(value) if key in attributes and isinstance(value, str) else value
            for key, value in options.items()
        }

    def _secret_attributes(self) -> Iterator[str]:
        return (key for key, field in self._platform.fields.items() if field.metadata.get("secret"))


_OF_THE_WAY = frozenset(field.name for field in fields(WayThrough))
_OF_WORKERS = frozenset({"fetch_every", "workers_push"})
"""Checked here; read without the plugin by :mod:`fbridge.workers.schedule`."""
_ELSEWHERE = _OF_THE_WAY | _OF_WORKERS | {*GUARDS}


def _way_through(values: Mapping[str, Any]) -> WayThrough:
    own = {name: values[name] for name in _OF_THE_WAY}
    own |= {name: Secret(own[name]) for name in ("http_password", "proxy_password")}
    secret_headers = {name: Secret(value) for name, value in own.pop("secret_headers").items()}
    return WayThrough(**own, secret_headers=secret_headers)


@dataclass(frozen=True, slots=True)
class _Loaded:
    values: dict[str, Any]
    errors: dict[str, Any]


def _load(schema: Schema, values: Mapping[str, Any]) -> _Loaded:
    from marshmallow import RAISE, ValidationError

    try:
        loaded = schema.load(values, unknown=RAISE)
    except ValidationError as error:
        return _Loaded({}, error.normalized_messages())  # type: ignore[no-untyped-call]
    if not isinstance(loaded, dict):
        raise PluginError(
            f"The settings schema {type(schema).__name__} must load a dict, not {type(loaded).__name__}."
        )
    return _Loaded(loaded, {})


def _names(schema: Schema) -> dict[str, Any]:
    return {field.data_key or key: field for key, field in schema.fields.items()}


def secret_names(schema: Schema) -> frozenset[str]:
    """The fields that hold credentials, as they are called in files."""
    return frozenset(key for key, field in _names(schema).items() if field.metadata.get("secret"))


def _is_list(field: Any) -> bool:
    from marshmallow.fields import List

    return isinstance(field, List)


def _is_structure(field: Any) -> bool:
    from marshmallow.fields import List, Mapping, Nested, Tuple

    return isinstance(field, Mapping | List | Nested | Tuple)
