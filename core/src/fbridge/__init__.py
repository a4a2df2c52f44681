"""fbridge tells online stores what the warehouse shipped.

``fbridge.Bridge`` is the typed Python API with its filter, results and errors; ``fbridge.hookimpl`` marks a plugin's
hooks. They load on first use, so that ``import fbridge`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fbridge.version import __version__

if TYPE_CHECKING:
    from fbridge.bridge import Bridge as Bridge
    from fbridge.errors import BusyError as BusyError
    from fbridge.errors import ConfigError as ConfigError
    from fbridge.errors import CredentialsError as CredentialsError
    from fbridge.errors import FbridgeError as FbridgeError
    from fbridge.errors import InputError as InputError
    from fbridge.errors import NotFoundError as NotFoundError
    from fbridge.errors import UnreachableError as UnreachableError
    from fbridge.fulfil import Fulfilled as Fulfilled
    from fbridge.hookspecs import hookimpl as hookimpl
    from fbridge.models.shipments import Document as Document
    from fbridge.orders.listing import OrderFilter as OrderFilter
    from fbridge.push.results import PushResult as PushResult

_HOMES = {
    "Bridge": "fbridge.bridge",
    "BusyError": "fbridge.errors",
    "ConfigError": "fbridge.errors",
    "CredentialsError": "fbridge.errors",
    "Document": "fbridge.models.shipments",
    "FbridgeError": "fbridge.errors",
    "Fulfilled": "fbridge.fulfil",
    "InputError": "fbridge.errors",
    "NotFoundError": "fbridge.errors",
    "OrderFilter": "fbridge.orders.listing",
    "PushResult": "fbridge.push.results",
    "UnreachableError": "fbridge.errors",
    "hookimpl": "fbridge.hookspecs",
}

__all__ = [
    "Bridge",
    "BusyError",
    "ConfigError",
    "CredentialsError",
    "Document",
    "FbridgeError",
    "Fulfilled",
    "InputError",
    "NotFoundError",
    "OrderFilter",
    "PushResult",
    "UnreachableError",
    "__version__",
    "hookimpl",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'fbridge' has no attribute {name!r}")
