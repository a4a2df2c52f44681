"""What happened, as programs and listeners are told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """One event. ``kind`` is a stable code (``push.sent``), ``words`` a sentence; what it does not concern is "".

    ``order`` is the number that people see, ``remote_id`` the platform's own; ``at`` is aware UTC. ``who``: the
    account or token that did it, where it was not done at the terminal.
    """

    id: int
    at: datetime
    kind: str
    words: str
    store: str
    order: str
    remote_id: str
    shipment: str
    manifest: str
    who: str = ""


HOOK_OF_KIND: Mapping[str, str] = {
    "order.new": "order_stored",
    "order.changed": "order_changed",
    "order.deleted": "order_changed",
    "order.unreadable": "needs_attention",
    "manifest.shipped": "manifest_shipped",
    "push.sent": "receipt",
    "push.done_elsewhere": "receipt",
    "push.refused": "receipt",
    "push.retry": "receipt",
    "push.unconfirmed": "receipt",
    "push.needs_attention": "needs_attention",
}
"""Which hook is told an event of this kind; no listener is told of others."""
