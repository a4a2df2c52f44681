"""Settings: where they are, what they say, how they are changed (``docs/settings.md``).

``config.toml`` holds what may be seen, ``secrets.toml`` the credentials; the environment overrides both.
Importing this loads no marshmallow and no tomlkit: names and platforms of stores are cheap to list.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from fbridge.settings.loading import RawStore, Settings, load_settings
from fbridge.settings.paths import Home, find_home

if TYPE_CHECKING:
    from fbridge.settings.editing import add_store as add_store
    from fbridge.settings.editing import change_secrets as change_secrets
    from fbridge.settings.editing import check_store_name as check_store_name
    from fbridge.settings.editing import preview_store as preview_store
    from fbridge.settings.editing import remove_store as remove_store
    from fbridge.settings.policies import UnmappedCarrier as UnmappedCarrier
    from fbridge.settings.policies import WithoutTracking as WithoutTracking
    from fbridge.settings.resolving import StoreSettings as StoreSettings
    from fbridge.settings.resolving import resolve_store as resolve_store

__all__ = [
    "Home",
    "RawStore",
    "Settings",
    "StoreSettings",
    "UnmappedCarrier",
    "WithoutTracking",
    "add_store",
    "change_secrets",
    "check_store_name",
    "find_home",
    "load_settings",
    "preview_store",
    "remove_store",
    "resolve_store",
]

_OF_ONE_STORE = {
    "StoreSettings": "resolving",
    "UnmappedCarrier": "policies",
    "WithoutTracking": "policies",
    "add_store": "editing",
    "change_secrets": "editing",
    "check_store_name": "editing",
    "preview_store": "editing",
    "remove_store": "editing",
    "resolve_store": "resolving",
}
"""Where the names are that most commands do not need."""


def __getattr__(name: str) -> Any:
    if name in _OF_ONE_STORE:
        return getattr(importlib.import_module(f"fbridge.settings.{_OF_ONE_STORE[name]}"), name)
    raise AttributeError(f"module 'fbridge.settings' has no attribute {name!r}")
