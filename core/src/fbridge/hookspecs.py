"""The plugin contract: four hooks and five optional ones (behaviours C1 to C15 in ``docs/contract.md``).

A plugin is a module with these functions marked by :data:`hookimpl`, named by an entry point of the group
``fbridge.platforms`` whose name is the platform's key. Only the plugin of a store's platform is imported, and
it alone is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fbridge.models.fulfillments import Fulfillment, MailReceipt, MailRequest, Preview, Receipt
    from fbridge.models.platforms import CarrierCodes, OrderPage, OrderQuery, Platform, Store, StoreReport
    from fbridge.models.undo import Undo, UndoPreview, UndoReceipt

PROJECT = "fbridge"
"""The name of pluggy's project, which a plugin's marks carry."""
ENTRY_POINT_GROUP = "fbridge.platforms"
"""The group of entry points that plugins are found by."""
SANDBOX_ENTRY_POINT_GROUP = "fbridge.sandboxes"
"""The group of entry points that emulated stores are found by."""
OPTIONAL_HOOKS = frozenset({"check_store", "mail_again", "preview_push", "preview_undo", "undo_fulfillment"})
"""The hooks that a plugin may leave out."""
CAME_WITH: Mapping[str, int] = {}
"""The contract with which a required hook came, where that is not the first: an older plugin need not have it."""

hookspec = pluggy.HookspecMarker(PROJECT)
"""Marks the hooks of the contract; only this module uses it."""
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as the one for the hook of its name."""


@hookspec(firstresult=True)
def describe_platform() -> Platform:  # type: ignore[empty-body]
    """Describe the platform. Called once after the plugin is loaded; no I/O. Since contract 1."""


@hookspec(firstresult=True)
def fetch_orders(store: Store, query: OrderQuery) -> Iterator[OrderPage]:  # type: ignore[empty-body]
    """Yield the orders that the query asks for, oldest change first, in pages of constant memory.

    The core stores each page and its cursor in one transaction before it asks for the next. Losing no order
    version is C1; a malformed order goes into ``OrderPage.rejected`` (C2); refunds are taken off (C3).
    Orders asked for by id come with all that a push needs when ``query.shipments`` is set; ids that the store
    no longer has are named in ``absent``. Since contract 1.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """


@hookspec(firstresult=True)
def push_fulfillment(  # type: ignore[empty-body]
    store: Store, fulfillments: Sequence[Fulfillment]
) -> Iterator[Receipt]:
    """Bring each order on the store to the state that its fulfillment describes; yield one receipt an order.

    Gets at most ``Platform.batch_size`` fulfillments, never two of one order, each with the order as just
    read. The core commits a receipt before the store sees another request, and soon in any case, and always
    drains the iterator. The order of receipts is free. An entry without a receipt counts as unconfirmed
    unless ``NotSent`` names it. A fulfillment that the store already shows changes nothing and mails nobody
    (C4). Since contract 1.

    Raises: NotSent; CredentialsError: nothing more is sent to this store, and entries without a receipt were
    provably not sent.
    """


@hookspec(firstresult=True)
def list_carrier_codes(store: Store) -> CarrierCodes:  # type: ignore[empty-body]
    """The carrier codes that the store knows, and whether it takes others. Since contract 1.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """


@hookspec(firstresult=True)
def check_store(store: Store) -> StoreReport:  # type: ignore[empty-body]
    """Optional. Look at the store without sending or changing anything: reachable, credentials, permissions,
    versions, clock, where tracking can be kept, mail behaviour. A failing check is a finding, not an error;
    only what prevents every look (no network, a bug) raises. Since contract 1.
    """


@hookspec(firstresult=True)
def preview_push(  # type: ignore[empty-body]
    store: Store, fulfillments: Sequence[Fulfillment]
) -> Sequence[Preview]:
    """Optional, no I/O. What a push of these would do, for the plan: mails, refusals that need no store,
    warnings. Without it the plan counts one mail for each completed order where the platform mails. The orders
    are as last fetched, without ``adapter_data``. Since contract 1.
    """


@hookspec(firstresult=True)
def mail_again(  # type: ignore[empty-body]
    store: Store, requests: Sequence[MailRequest]
) -> Iterator[MailReceipt]:
    """Optional. Ask the store once for the customer's mail about each of these shipments; yield one receipt each.

    All are of one order, which was just read. Each is recorded as asked for before the call, and what has no receipt
    may have been mailed: it is never asked for again on a guess (C13). Nothing but the mail is asked for. Without
    this hook fbridge says that it is not possible here. Since contract 1.

    Raises: NotSent with the order's id where provably nothing was asked.
    """


@hookspec(firstresult=True)
def preview_undo(store: Store, undo: Undo) -> UndoPreview:  # type: ignore[empty-body]
    """Optional, together with ``undo_fulfillment``; no I/O. What that would do with the order as it was just read:
    each change, what stays, and the mails that may leave. No change: the store shows nothing of the shipment. Since
    contract 1.
    """


@hookspec(firstresult=True)
def undo_fulfillment(store: Store, undo: Undo) -> UndoReceipt:  # type: ignore[empty-body]
    """Optional. Take one shipment back from its store, by the steps of ``preview_undo`` for the same order; nothing
    of its siblings or of other people is touched (C15).

    It is recorded before the call. After a lost answer the core reads the order again, when it has settled, and asks
    for what is still to be done: so each step rests on what the store shows, and none is taken twice. Since
    contract 1.

    Raises: NotSent with the order's id where provably nothing was asked.
    """
