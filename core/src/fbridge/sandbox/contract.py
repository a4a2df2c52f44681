"""What an emulator of a platform offers: entry-point group ``fbridge.sandboxes`` (DESIGN.md section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class SandboxApp(Protocol):
    """A store that exists in memory only and answers as the platform does."""

    @property
    def wsgi(self) -> WSGIApplication:
        """The store as a WSGI callable."""

    @property
    def control(self) -> Any:
        """The platform's own handle for tests: look at the store, change it behind the adapter's back."""

    def store_settings(self) -> dict[str, Any]:
        """The settings that a user writes to add this store: the plugin's own, without name and URL."""


class SandboxModule(Protocol):
    """The object of the entry point: a module with this function."""

    def create_sandbox(self, **options: Any) -> SandboxApp:
        """A new store. Raises ``TypeError`` for an option that this platform does not have."""
