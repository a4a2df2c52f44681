"""Emulated stores for tests, demos and plugin authors: the extra ``sandbox`` of fbridge.

A plugin names a module with ``create_sandbox(**options)`` in the entry-point group ``fbridge.sandboxes``;
:mod:`fbridge.sandbox.serving` serves what that returns over loopback.
"""

from __future__ import annotations

from importlib.metadata import entry_points

from fbridge.errors import PluginMissingError
from fbridge.hookspecs import SANDBOX_ENTRY_POINT_GROUP
from fbridge.installation import to_install

try:
    from fbridge.sandbox.contract import SandboxApp, SandboxModule
    from fbridge.sandbox.faults import Fault, FaultKind, FaultPlan, FaultyApp
    from fbridge.sandbox.loading import create_sandbox, installed_sandboxes
    from fbridge.sandbox.serving import ServedSandbox, serve, serve_forever
except ModuleNotFoundError as missing:
    # A plugin's own extra brings its store along, and what serves it.
    wanted = "fbridge" if entry_points(group=SANDBOX_ENTRY_POINT_GROUP) else "fbridge-woocommerce"
    raise PluginMissingError(
        f"Emulated stores need one more package ({missing.name}); run: {to_install(f'{wanted}[sandbox]')}"
    ) from missing

__all__ = [
    "Fault",
    "FaultKind",
    "FaultPlan",
    "FaultyApp",
    "SandboxApp",
    "SandboxModule",
    "ServedSandbox",
    "create_sandbox",
    "installed_sandboxes",
    "serve",
    "serve_forever",
]
