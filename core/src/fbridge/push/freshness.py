"""Whether an order as read may be older than what is known of it: from a cache, or a replica that lags (pure).

Nothing is decided by such a read. What a person took away on the store is missing, too; then the order's own time of
change has gone on since, where the platform moves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from fbridge.models.orders import Order
from fbridge.models.push import LedgerRow
from fbridge.models.states import Effect, OrderStatus, PushState

READ_TOO_OLD = "read_too_old"
"""The reason of what waits for a newer read."""
ORDER_MISSING = "order_missing"
"""The reason of what the store does not show: one read may be a replica's, or one that a filter cut."""
SEND_AS_READ = "send_as_read"
"""The reason of what a person sends again although its order may be read too old."""

REPEATED_HOUR = timedelta(hours=1)
"""Local times of this hour come twice on a DST night, and tell no order of what lies within it."""


def why_older(order: Order, known: Order, rows: Sequence[LedgerRow]) -> str:
    """What shows in words that ``order`` is older than what is known; "" where nothing does.

    ``known`` is the order as it was read last, ``rows`` are its shipments that have left. The platform need not move
    ``changed_at`` by what fbridge writes (docs/platform-fit.md), so what the store acknowledged has to show itself,
    unless two looks, a settle time apart, have seen that it is gone (``LedgerRow.drift``).
    """
    return (
        earlier_change(order, known, rows)
        or _missing_shipment(order, known, rows)
        or _missing_number(order, known, rows)
        or _lines_behind_shipments(order, rows)
    )


def too_old(why: str) -> str:
    """The sentence for a person."""
    return f"the order as it was read is older than what is known of it: {why}"


def earlier_change(order: Order, known: Order, rows: Sequence[LedgerRow]) -> str:
    """What shows in words that the order is as it was before a change that is known; "" where nothing does."""
    if order.untold_time:
        return ""
    apart = known.changed_at - order.changed_at
    ambiguous = order.ambiguous_time or known.ambiguous_time
    if apart <= (REPEATED_HOUR if ambiguous else timedelta(0)) or _shows_what_is_in_doubt(order, rows):
        return ""
    seen, before = _time(order.changed_at), _time(known.changed_at)
    return f"it was last changed {seen}, and a version of {before} was seen before"


def before_our_write(order: Order, known: Order, rows: Sequence[LedgerRow], *, kept_at: datetime) -> str:
    """What shows in words that the order was read as it was before its status was written; "" where nothing does.

    A status that changes moves the time of change. Where that is the one of the version before the push, which was
    ``kept_at`` (aware UTC), and all the rest is as it was then, nobody has taken everything back: the read is older
    than what was written.
    """
    written = any(row.status_effect is Effect.DONE and (row.claimed_at or kept_at) > kept_at for row in rows)
    if order.status is OrderStatus.CLOSED or not written or order.changed_at > known.changed_at:
        return ""
    if _traces(order) != _traces(known):
        return ""
    return f"it was last changed {_time(order.changed_at)} and shows nothing of what was pushed since"


def _traces(order: Order) -> tuple[object, object]:
    """What was sold, and what stands on the order, beside what a push is known to have made of it."""
    lines = [(line.id, line.quantity, line.removed) for line in order.lines]
    return lines, sorted((one.remote_id, one.numbers) for one in order.shipments)


def _shows_what_is_in_doubt(order: Order, rows: Sequence[LedgerRow]) -> bool:
    """Then it was read after our last write, and it is the store's clock that was put back."""
    traces = _numbers(order) | {one.mark for one in order.shipments if one.mark}
    return any(
        traces & _new_traces(row) for row in rows if row.state in (PushState.SENDING, PushState.UNCONFIRMED)
    )


def _new_traces(row: LedgerRow) -> set[str]:
    """What the store shows of a shipment since its last try only."""
    before = {
        *row.acknowledged_numbers,
        *(number for _, number in (row.baseline.entries if row.baseline else ())),
    }
    numbers = {*row.numbers, *(one for _, tried in row.tried for one in tried)}
    marks = {row.uuid, *row.fences} if row.acknowledged_revision is None else set()
    return (numbers | marks) - before


def _missing_shipment(order: Order, known: Order, rows: Sequence[LedgerRow]) -> str:
    shown = {one.remote_id for one in order.shipments}
    for row in rows:
        if row.acknowledged_revision is None or row.shipment_effect is not Effect.DONE or row.drift:
            continue
        missing = [key for key in row.remote_ids if key not in shown and key not in order.undone]
        if missing and not _changed_since(order, known, row):
            return f"it does not show {', '.join(missing)}, which the store gave for shipment {row.label}"
    return ""


def _missing_number(order: Order, known: Order, rows: Sequence[LedgerRow]) -> str:
    """Where the store shows a number that nobody knew, somebody has written after us; else it is as it was before."""
    numbers = _numbers(order)
    ours = {number for row in rows for _, tried in row.tried for number in tried}
    if numbers - _numbers(known) - ours:
        return ""
    for row in rows:
        if row.acknowledged_revision is None or row.tracking_effect is not Effect.DONE or row.drift:
            continue
        if set(order.undone).intersection(row.remote_ids):
            continue
        missing = [one for one in row.acknowledged_numbers if one not in numbers]
        if missing and not _changed_since(order, known, row):
            return f"it does not show the number {', '.join(missing)}, which the store has taken"
    return ""


def _lines_behind_shipments(order: Order, rows: Sequence[LedgerRow]) -> str:
    """Lines and shipments come from two requests on some platforms, and one of them may be old."""
    ours = {key for row in rows if row.acknowledged_revision is not None for key in row.remote_ids}
    held: Counter[str] = Counter()
    for one in order.shipments:
        if one.remote_id in ours:
            held.update(dict(one.lines))
    for line in order.lines:
        if min(held[line.id], line.quantity) > line.shipped + line.removed:
            return f"its line {line.id} shows {line.shipped} pieces as shipped, its shipments hold {held[line.id]}"
    return ""


def _changed_since(order: Order, known: Order, row: LedgerRow) -> bool:
    """Whether the order is surely a later one than that which was written to for this shipment."""
    if order.ambiguous_time:
        return False
    return order.changed_at > max(known.changed_at, row.claimed_at or known.changed_at)


def _numbers(order: Order) -> set[str]:
    return {number for one in order.shipments for number in one.numbers}


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
