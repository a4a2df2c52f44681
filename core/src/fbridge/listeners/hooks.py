"""What a listener may implement: each hook is told one kind of thing that happened (docs/listeners.md).

A listener is a module with some of these functions marked by ``fbridge.hookimpl``, named by an entry point of the
group ``fbridge.listeners``. It is called after the commit, in a process of its own, with one event after the other in
the sequence in which they happened; each comes at least once, so it tells by ``event.id`` and ``event.at`` what it
knows already. What a hook gives back is not looked at. One that raises is called again later with the same event, and
is told nothing after it before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fbridge.hookspecs import hookspec

if TYPE_CHECKING:
    from fbridge.models.events import FeedEvent


@hookspec
def order_stored(event: FeedEvent) -> None:
    """An order was fetched for the first time (``order.new``)."""


@hookspec
def order_changed(event: FeedEvent) -> None:
    """An order is otherwise than it was when last fetched (``order.changed``), or its store has it no more
    (``order.deleted``)."""


@hookspec
def manifest_shipped(event: FeedEvent) -> None:
    """A manifest was shipped: the carrier has taken its parcels (``manifest.shipped``)."""


@hookspec
def receipt(event: FeedEvent) -> None:
    """What came of a push of a shipment: the store has it (``push.sent``, ``push.done_elsewhere``), refused it
    (``push.refused``), or it is tried or looked up again (``push.retry``, ``push.unconfirmed``)."""


@hookspec
def needs_attention(event: FeedEvent) -> None:
    """A person has to decide about a shipment (``push.needs_attention``), or an order cannot be read
    (``order.unreadable``)."""
