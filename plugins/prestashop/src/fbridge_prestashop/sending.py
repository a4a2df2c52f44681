"""Send a chunk of fulfillments: first the numbers, then the states, one write at a time.

Several orders go in one body. Where PrestaShop ends in the middle of one, the orders are read again and what is
missing is sent one by one. After a write without any answer nothing more is sent for the chunk: the store may
still be at work on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from marshmallow import ValidationError

from fbridge.adapterkit.answers import not_understood
from fbridge.adapterkit.halting import Halt, known_first, still_at_work
from fbridge.errors import CredentialsError, NotSentError, RefusedError, UnreachableError
from fbridge.models.fulfillments import Fulfillment, Receipt
from fbridge.models.parts import in_parts
from fbridge.models.platforms import Store
from fbridge.models.problems import Problem, WriteFault
from fbridge.models.states import MailEffect, Outcome
from fbridge_prestashop.answers import End, Interrupted, entities_of
from fbridge_prestashop.batches import Batch, NumberBatch, StateBatch, take_answer
from fbridge_prestashop.client import PrestaShopClient, Row
from fbridge_prestashop.detection import mails_now, shop_of, with_carriers_now
from fbridge_prestashop.push import Work, begin, receipt_of, shop_of_order, why_none_leaves
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.tracking import plan_tracking

MOST_NUMBERS = 100
MOST_STATES = 50
MOST_MAILS = 10
"""Orders in one body: a state takes 20 ms and more, a mail up to a second, and common proxies cut at 30 to 60 s."""

NOT_TOLD = not_understood(
    "The store's answer does not tell what became of this order; a module of the store may interfere.",
    "not_in_answer",
).problem
MOST_IN_VAIN = 3
UNREAD = not_understood(
    "The store ended in the middle, and could not be read afterwards.", "server_error"
).problem


def send(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """The receipts of a chunk. Raises, after all that are known: NotSent, CredentialsError."""
    client = PrestaShopClient(store)
    shop = known_first(lambda: _shop(store, client, fulfillments), fulfillments)
    yield from _Sending(store, client, shop).run(fulfillments)


def _shop(store: Store, client: PrestaShopClient, fulfillments: Sequence[Fulfillment]) -> Shop:
    """With the carriers of today where one is to be written."""
    shop = shop_of(store, client)
    sets_carrier = any(plan_tracking(one).carrier for one in fulfillments)
    return with_carriers_now(store, client, shop) if sets_carrier else shop


class _Sending:
    """One chunk on its way to one shop."""

    def __init__(self, store: Store, client: PrestaShopClient, shop: Shop) -> None:
        self._store = store
        self._client = client
        self._shop = shop
        self._halt = Halt(store.now)
        self._in_vain = 0

    def run(self, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        works = [begin(fulfillment, self._shop) for fulfillment in fulfillments]
        self._see_that_mails_leave(works)
        self._write_numbers([work for work in works if work.wants_numbers])
        due = [work for work in works if work.wants_status and work.problem is None]
        yield from self._receipts([work for work in works if work not in due])
        batch = StateBatch(self._client)
        for body in _bodies(due, MOST_STATES, lambda work: work.mails_status):
            self._write(batch, body, mail=body[0].mails_status)
            yield from self._receipts(body)
        self._halt.end()

    def _see_that_mails_leave(self, works: Sequence[Work]) -> None:
        """A shop whose mails were switched off since the plan takes the wish without a word."""
        mailing = [work for work in works if work.mails and work.problem is None]
        now = mails_now(self._store, self._client) if mailing else None
        if now is None:
            return
        for work in mailing:
            state_id = work.wanted_state if work.mails_status else ""
            if words := why_none_leaves(shop_of_order(now, work.fulfillment.order), state_id):
                work.leave_out_mail(words)

    def _write_numbers(self, works: Sequence[Work]) -> None:
        batch = NumberBatch(self._store, self._client, self._shop)
        for body in _bodies(works, MOST_NUMBERS, lambda work: work.mails_numbers):
            self._write(batch, body, mail=body[0].mails_numbers)

    def _receipts(self, works: Sequence[Work]) -> Iterator[Receipt]:
        return (receipt_of(work, self._shop) for work in self._halt.touched(works))

    def _write(self, batch: Batch, works: Sequence[Work], *, mail: bool) -> None:
        """One body, and where it ended in the middle all that follows from that."""
        try:
            with self._halt.write():
                rows = self._entities(batch, works, mail=mail)
        except WriteFault as fault:
            for work in works:
                batch.fail(work, fault.problem)
        except Interrupted as end:
            self._sort_out(batch, works, end, mail=mail)
        else:
            self._in_vain = 0
            take_answer(batch, works, rows, NOT_TOLD)

    def _entities(self, batch: Batch, works: Sequence[Work], *, mail: bool) -> list[Row]:
        def write() -> list[Row]:
            return entities_of(
                lambda: batch.write(works, mail=mail), batch.resource, self._store.now, mail=mail
            )

        try:
            return write()
        except CredentialsError as error:
            # What PATCH was not allowed to do was not done, so PUT may do it.
            refused = error.reason == "missing_permission"
            if not (refused and isinstance(batch, NumberBatch) and batch.may_put()):
                raise
        except WriteFault as fault:
            # A firewall perhaps, and PATCH was done all the same; the same numbers again harm nobody, mails would.
            blocked = fault.problem.reason == "method_blocked" and not mail
            if not (blocked and isinstance(batch, NumberBatch) and batch.may_put()):
                raise
        return write()

    def _sort_out(self, batch: Batch, works: Sequence[Work], end: Interrupted, *, mail: bool) -> None:
        """PrestaShop ended in the middle: find out what it saved, and send the rest one by one."""
        if len(works) == 1 and end.end in (End.REFUSED, End.DIED, End.CRASHED):
            batch.fail(works[0], end.problem)
            if end.end is End.CRASHED:
                self._halt.stop(still_at_work())
            elif end.end is End.DIED:
                self._count_death(batch, works[0])
            return
        try:
            shown = batch.shown(works)
        except (CredentialsError, RefusedError, UnreachableError, ValidationError):
            for work in works:
                batch.fail(work, UNREAD)
            return
        saved = [work for work in works if _is_saved(batch, work, shown)]
        missing = [work for work in works if work not in saved]
        for work in saved:
            batch.take(work, shown[batch.key(work)])
        rest = self._blame(batch, saved, missing, end, shown, mail=mail)
        for work in rest:
            self._write(batch, [work], mail=mail)

    def _count_death(self, batch: Batch, work: Work) -> None:
        """Where it dies at one order after the other and saves nothing, it is no order's fault."""
        self._in_vain = 0 if _was_saved(batch, work) else self._in_vain + 1
        if self._in_vain == MOST_IN_VAIN:
            self._halt.stop(_always_dies())

    def _blame(
        self,
        batch: Batch,
        saved: Sequence[Work],
        missing: Sequence[Work],
        end: Interrupted,
        shown: dict[str, Row],
        *,
        mail: bool,
    ) -> Sequence[Work]:
        """Tell the order at which it ended what became of it; the others that are missing were not tried."""
        if end.end is End.MAIL_FAILED and saved:
            _without_mail(saved[-1])
            return missing
        if end.end is End.GARBLED:
            for work in missing:
                batch.fail(work, end.problem)
            return ()
        if end.end is End.WARNED and saved:
            return missing
        if end.end not in (End.DIED, End.CRASHED):
            if missing:
                batch.fail(missing[0], end.problem)
            return missing[1:]
        return self._blame_for_crash(batch, saved, missing, end, shown, mail=mail)

    def _blame_for_crash(
        self,
        batch: Batch,
        saved: Sequence[Work],
        missing: Sequence[Work],
        end: Interrupted,
        shown: dict[str, Row],
        *,
        mail: bool,
    ) -> Sequence[Work]:
        """Perhaps a gateway said it and PrestaShop goes on; it surely ends where it says so itself, or at an order
        that is gone."""
        if missing and batch.key(missing[0]) not in shown:
            batch.fail(missing[0], _is_gone(missing[0]))
            return missing[1:]
        if saved and (mail or not missing):
            # Its state may be set and its mail not made: what the store's history tells of it is seen later.
            batch.fail(saved[-1], end.problem)
        elif saved and isinstance(batch, StateBatch):
            saved[-1].half_set = _looks_half_set(batch, saved[-1])
        if not missing or (saved and end.end is End.DIED):
            return missing
        if end.end is End.DIED:
            batch.fail(missing[0], end.problem)
            return missing[1:]
        self._halt.stop(still_at_work())
        for work in missing:
            batch.fail(work, end.problem)
        return ()


def _bodies(works: Sequence[Work], most: int, mails: Callable[[Work], bool]) -> Iterator[Sequence[Work]]:
    """The orders cut into bodies: with and without a mail apart, and by their shops, for one word in the address asks
    for all; and what the store may stumble over alone, or all after it would never be reached."""
    for scope in dict.fromkeys(work.shop.scope for work in works):
        for mailed, size in ((False, most), (True, MOST_MAILS)):
            mine = [work for work in works if work.shop.scope == scope and mails(work) is mailed]
            yield from in_parts([work for work in mine if not work.is_suspect], size)
    for work in works:
        if work.is_suspect:
            yield [work]


def _looks_half_set(batch: StateBatch, work: Work) -> bool:
    try:
        return batch.is_half_set(work)
    except (CredentialsError, RefusedError, UnreachableError):
        return False


def _always_dies() -> NotSentError:
    return NotSentError(
        "PrestaShop broke off at several orders in a row and saved nothing, so nothing more was sent; the store's "
        "error log has the reason.",
        reason="server_error",
    )


def _was_saved(batch: Batch, work: Work) -> bool:
    try:
        return _is_saved(batch, work, batch.shown([work]))
    except (CredentialsError, RefusedError, UnreachableError, ValidationError):
        return False


def _is_saved(batch: Batch, work: Work, shown: dict[str, Row]) -> bool:
    row = shown.get(batch.key(work))
    return row is not None and batch.holds(work, row)


def _without_mail(work: Work) -> None:
    work.mail = MailEffect.NOT_SENT
    work.mail_words = "The store saved it, but its mail server did not take the mail to the customer."


def _is_gone(work: Work) -> Problem:
    words = f"The store has no such order any more (order {work.fulfillment.number})."
    return Problem(outcome=Outcome.REFUSED, reason="order_missing", words=words)
