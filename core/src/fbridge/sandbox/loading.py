"""Finds the emulator of a platform among the installed plugins."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, cast

from fbridge.errors import InputError, PluginError, PluginMissingError
from fbridge.hookspecs import SANDBOX_ENTRY_POINT_GROUP
from fbridge.installation import PUBLISHED_PLUGINS, to_install

if TYPE_CHECKING:
    from fbridge.sandbox.contract import SandboxApp, SandboxModule


def installed_sandboxes() -> list[str]:
    """The keys of the platforms that have an emulator here."""
    return sorted({entry.name for entry in entry_points(group=SANDBOX_ENTRY_POINT_GROUP)})


def create_sandbox(platform: str, **options: Any) -> SandboxApp:
    """A new emulated store of ``platform``.

    Raises: PluginMissingError (no such emulator), PluginError (it does not import), InputError (bad option).
    """
    module = _load(platform)
    try:
        return module.create_sandbox(**options)
    except (TypeError, ValueError) as error:
        raise InputError(f"The sandbox of {platform} does not take these options: {error}.") from error


def _load(platform: str) -> SandboxModule:
    found = {entry.name: entry for entry in entry_points(group=SANDBOX_ENTRY_POINT_GROUP)}
    if platform not in found:
        known = ", ".join(sorted(found)) or "none"
        raise PluginMissingError(
            f"There is no sandbox for {platform} here (installed: {known}).{_way_out(platform)}"
        )
    try:
        return cast("SandboxModule", found[platform].load())
    except ImportError as error:
        raise PluginError(
            f"The sandbox of {platform} cannot be imported ({error}).{_way_out(platform)}"
        ) from error


def _way_out(platform: str) -> str:
    known = platform in PUBLISHED_PLUGINS
    return f" To install it: {to_install(f'fbridge-{platform}[sandbox]')}" if known else ""
