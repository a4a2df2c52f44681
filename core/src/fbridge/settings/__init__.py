"""Settings: where they are, what they say, how they are changed (``docs/settings.md``).

``config.toml`` holds what may be seen, ``secrets.toml`` the credentials; the environment overrides both.
Importing this loads no marshmallow and no tomlkit: names and platforms of stores are cheap to list.
"""

from fbridge.settings.editing import add_store, check_store_name, preview_store, remove_store
from fbridge.settings.loading import RawStore, Settings, load_settings
from fbridge.settings.paths import Home, find_home
from fbridge.settings.policies import UnmappedCarrier, WithoutTracking
from fbridge.settings.resolving import StoreSettings, resolve_store

__all__ = [
    "Home",
    "RawStore",
    "Settings",
    "StoreSettings",
    "UnmappedCarrier",
    "WithoutTracking",
    "add_store",
    "check_store_name",
    "find_home",
    "load_settings",
    "preview_store",
    "remove_store",
    "resolve_store",
]
