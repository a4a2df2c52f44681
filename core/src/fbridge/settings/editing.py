"""Adds and removes stores; two processes that edit at once lose nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fbridge.errors import InputError
from fbridge.models.secrets import Secret
from fbridge.settings.loading import STORE_NAME, STORE_NAME_RULE, RawStore, Settings, load_settings, variable
from fbridge.settings.policies import WithoutTracking, duration_text
from fbridge.settings.private_file import editing_alone

if TYPE_CHECKING:
    from marshmallow import Schema

    from fbridge.settings.resolving import StoreResolver, StoreSettings


def add_store(
    settings: Settings, name: str, values: Mapping[str, Any], platform_schema: type[Schema]
) -> StoreSettings:
    """Check and keep a new store. ``values`` are its fields, credentials among them (plain or as Secret).

    What the environment gives is used in the check and never written.

    Raises: InputError where the name is taken or no name; ConfigError where a value is wrong; BusyError.
    """
    check_store_name(settings, name)
    with editing_alone(settings.home.config):
        current = load_settings(settings.home, settings.environment)
        check_store_name(current, name)
        return _write(current, name, values, platform_schema)


def preview_store(
    settings: Settings, name: str, values: Mapping[str, Any], platform_schema: type[Schema]
) -> StoreSettings:
    """The settings that :func:`add_store` would keep, checked; nothing is written.

    Raises: InputError, ConfigError.
    """
    check_store_name(settings, name)
    return _resolver(settings, name, values, platform_schema)[0].resolve()


def change_secrets(
    settings: Settings,
    name: str,
    values: Mapping[str, str],
    platform_schema: type[Schema],
    *,
    only_check: bool = False,
) -> StoreSettings:
    """Keep these credentials of a store in place of its earlier ones of the same names, checked; the others stay.

    With ``only_check`` nothing is written. Raises: NotFoundError; InputError for a field that is no credential, or
    that the environment gives; ConfigError, BusyError.
    """
    with editing_alone(settings.home.config):
        current = load_settings(settings.home, settings.environment)
        return _change_secrets(current, name, values, platform_schema, only_check=only_check)


def check_store_name(settings: Settings, name: str) -> None:
    """Raises InputError unless a store of this name can be added."""
    if not STORE_NAME.fullmatch(name):
        raise InputError(f'"{name}" cannot be a store: {STORE_NAME_RULE}.', reason="bad_store_name")
    for taken in settings.stores:
        if taken == name:
            raise InputError(f'There is a store "{name}" already; take another name.', reason="store_exists")
        if variable(taken, "") == variable(name, ""):
            raise InputError(
                f'"{name}" is too like the store "{taken}": their environment variables would be the same.',
                reason="store_exists",
            )


def remove_store(settings: Settings, name: str) -> None:
    """Forget the store's settings and credentials; its orders and shipments stay in the database.

    Raises: NotFoundError, ConfigError, BusyError.
    """
    from fbridge.settings.config_file import drop_store
    from fbridge.settings.secrets_file import drop_secrets

    with editing_alone(settings.home.config):
        load_settings(settings.home, settings.environment).store(name)
        drop_store(settings.home.config_file, name)
        drop_secrets(settings.home.secrets_file, name)


def _change_secrets(
    current: Settings, name: str, values: Mapping[str, str], schema: type[Schema], *, only_check: bool
) -> StoreSettings:
    from fbridge.settings.resolving import StoreResolver
    from fbridge.settings.secrets_file import set_secrets

    old = current.store(name)
    raw = RawStore(name, old.platform, old.values, {**old.secrets, **values})
    resolver = StoreResolver(current, raw, schema)
    for field in values:
        if field not in resolver.secret_names:
            raise InputError(f'"{field}" is no credential of store "{name}".', reason="no_secret")
        if variable(name, field) in current.environment:
            raise InputError(
                f'"{field}" comes from the environment variable {variable(name, field)}; change it there.',
                reason="from_environment",
            )
    resolved = resolver.resolve()
    if not only_check:
        set_secrets(current.home.secrets_file, name, raw.secrets)
    return resolved


def _write(
    settings: Settings, name: str, values: Mapping[str, Any], platform_schema: type[Schema]
) -> StoreSettings:
    from fbridge.settings.config_file import set_store
    from fbridge.settings.secrets_file import set_secrets

    resolver, raw = _resolver(settings, name, values, platform_schema)
    resolved = resolver.resolve()
    # Secrets first: who is killed between leaves credentials without a store, which harm nothing.
    set_secrets(settings.home.secrets_file, name, raw.secrets)
    set_store(settings.home.config_file, name, raw.values)
    return resolved


def _resolver(
    settings: Settings, name: str, values: Mapping[str, Any], platform_schema: type[Schema]
) -> tuple[StoreResolver, RawStore]:
    from fbridge.settings.resolving import StoreResolver, secret_names
    from fbridge.settings.store_schema import StoreFields

    written = {key: _as_toml(value) for key, value in values.items() if value is not None}
    secret = secret_names(platform_schema()) | secret_names(StoreFields())
    raw = RawStore(
        name,
        str(written.get("platform", "")),
        {key: value for key, value in written.items() if key not in secret},
        {key: value for key, value in written.items() if key in secret},
    )
    return StoreResolver(settings, raw, platform_schema), raw


def _as_toml(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, StrEnum | WithoutTracking):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _as_toml(inner) for key, inner in value.items()}
    return value
