"""A push after a restored backup: what may have been sent since is looked up first (docs/backups.md)."""

from __future__ import annotations

from collections.abc import Collection

from fbridge.models.orders import Order
from fbridge.models.push import DUE, LedgerRow
from fbridge.models.states import PushState
from fbridge.push.attempts import take_for_tried
from fbridge.push.decide import build_fulfillment
from fbridge.push.ledger import NOTHING_CERTAIN
from fbridge.push.run_state import Group, PushRun
from fbridge.push.unexplained import shows, unexplained

UNEXPLAINED = "unexplained_goods"
RESTORED = "database_restored"


def take_for_lost(run: PushRun, rows: Collection[LedgerRow]) -> bool:
    """What may have been sent by a lost database goes the way of what was lost; tells whether there was any."""
    if not rows:
        return False
    with run.context.database.write() as connection:
        run.turn.verify(connection)
        for row in rows:
            take_for_tried(connection, row, reason=RESTORED, epoch=run.turn.epoch, at=run.now())
            run.move(
                connection,
                row,
                PushState.UNCONFIRMED,
                reason=RESTORED,
                words="the database was restored from a backup; it may have been sent since",
                unconfirmed_since=run.now(),
                **NOTHING_CERTAIN,
            )
    return True


def note_lost_tries(run: PushRun, rows: Collection[LedgerRow]) -> None:
    """What was in doubt already when the backup was made may have been looked up, and sent otherwise, since."""
    if not rows:
        return
    with run.context.database.write() as connection:
        run.turn.verify(connection)
        for row in rows:
            take_for_tried(connection, row, reason=RESTORED, epoch=run.turn.epoch, at=run.now())


def held_after_restore(run: PushRun, group: Group, order: Order) -> bool:
    """Whether the order, just read, shows what a lost database sent; then nothing of it goes out now.

    A shipment that was made after the restore is another one than the lost one that it repeats.
    """
    made_since = [row for row in group if row.unchecked and row.outstanding and row.state in DUE]
    if not made_since:
        return False
    wanted = {one.id: one for one in build_fulfillment(order, group, {}, run.policy).shipments}
    strange = unexplained(order, list(wanted.values()))
    if strange:
        run.move_all(
            made_since,
            PushState.NEEDS_ATTENTION,
            reason=UNEXPLAINED,
            words=strange,
            checked_epoch=run.turn.epoch,
        )
        return True
    return take_for_lost(run, [row for row in made_since if shows(order, wanted[row.uuid])])
