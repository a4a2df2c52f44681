"""fbridge tells online stores what the warehouse shipped.

``fbridge.Bridge`` is the typed Python API, ``fbridge.hookimpl`` marks a plugin's hooks. Both load on first use,
so that ``import fbridge`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fbridge.version import __version__

if TYPE_CHECKING:
    from fbridge.bridge import Bridge as Bridge
    from fbridge.hookspecs import hookimpl as hookimpl

__all__ = ["Bridge", "__version__", "hookimpl"]


def __getattr__(name: str) -> Any:
    if name == "Bridge":
        from fbridge.bridge import Bridge

        return Bridge
    if name == "hookimpl":
        from fbridge.hookspecs import hookimpl

        return hookimpl
    raise AttributeError(f"module 'fbridge' has no attribute {name!r}")
