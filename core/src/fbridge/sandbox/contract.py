"""What an emulator of a platform offers: entry-point group ``fbridge.sandboxes`` (docs/contract.md, "A plugin")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrder:
    """An order as the store's own staff and customer see it: its status, its numbers, the mails about it."""

    status: str
    numbers: tuple[str, ...]
    mails: int


class Shopkeeper(Protocol):
    """The shop's staff, the same on every platform. Orders are named by the platform's id."""

    def cancel(self, order_id: str) -> None:
        """Cancel an order."""

    def shows(self, order_id: str) -> ShownOrder:
        """Look at an order."""


class SandboxApp(Protocol):
    """A store that exists in memory only and answers as the platform does."""

    @property
    def wsgi(self) -> WSGIApplication:
        """The store as a WSGI callable."""

    @property
    def control(self) -> Any:
        """The platform's own handle for tests: look at the store, change it behind the adapter's back."""

    @property
    def shopkeeper(self) -> Shopkeeper:
        """What the shop's staff does, in the words of every platform."""

    def store_settings(self) -> dict[str, Any]:
        """The settings that a user writes to add this store: the plugin's own, without name and URL."""


class SandboxModule(Protocol):
    """The object of the entry point: a module with this function.

    Every platform takes the option ``pace``: 1.0 answers as slowly as a real store, 0 (the default) at once.
    """

    def create_sandbox(self, **options: Any) -> SandboxApp:
        """A new store. Raises ``TypeError`` for an option that this platform does not have."""
