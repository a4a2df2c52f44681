"""Send a chunk of fulfillments: orders side by side, what was written read back in one request, mails last.

After a write without an answer no further order is begun: the store may still be at work on it. What is in hand by
then is brought to its end, so that each order that was touched has a receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Lock

from fbridge.errors import (
    CredentialsError,
    FbridgeError,
    NotSent,
    NotSentError,
    RefusedError,
    UnreachableError,
)
from fbridge.http.side_by_side import side_by_side
from fbridge.models.fulfillments import Fulfillment, Receipt
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderQuery, Store
from fbridge.models.problems import (
    USUAL_WAIT,
    Problem,
    WriteFault,
    later,
    still_at_work,
    tell_halt,
    unconfirmed,
)
from fbridge.models.states import Effect, MailEffect, Outcome
from fbridge_magento.bulk import Queue
from fbridge_magento.client import MagentoClient
from fbridge_magento.detection import inventory_of
from fbridge_magento.fetching import order_pages
from fbridge_magento.order_writes import OrderWriter
from fbridge_magento.push import begin, begin_again
from fbridge_magento.push_memory import push_memory_of
from fbridge_magento.push_parts import Part, Terms, Way, Work
from fbridge_magento.read_back import take_shown
from fbridge_magento.receipts import receipt_of
from fbridge_magento.shown_shipments import ShownShipment, shipments_read
from fbridge_magento.source_selection import SourceSelection
from fbridge_magento.sources import Inventory
from fbridge_magento.write_answers import Rejected


def send(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """The receipts of a chunk. Raises, after all that are known: NotSent, CredentialsError."""
    client = MagentoClient(store)
    try:
        msi, sources = inventory_of(store, client)
    except (CredentialsError, RefusedError, UnreachableError) as error:
        ids = [fulfillment.order_id for fulfillment in fulfillments]
        raise NotSent(ids, str(error), reason=error.reason) from error
    yield from _Sending(store, client, Inventory(msi=msi, sources=sources)).run(fulfillments)


class _Sending:
    """One chunk on its way to one store.

    ``halt``: nothing more is begun, and what is untouched is told so. ``pause``: the store asks to wait.
    """

    def __init__(self, store: Store, client: MagentoClient, inventory: Inventory) -> None:
        self._store = store
        self._client = client
        self._writer = OrderWriter(store, client)
        self._queue = Queue(store, client)
        self._sources = SourceSelection(store, client)
        self._terms = Terms(
            inventory=inventory,
            source=str(store.settings.get("source") or ""),
            mail_on_correction=bool(store.settings.get("mail_on_correction")),
            kinds=push_memory_of(store).kinds,
        )
        self._lock = Lock()
        self._halt: FbridgeError | None = None
        self._pause: Problem | None = None

    def run(self, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        works = [begin(fulfillment, self._terms) for fulfillment in fulfillments]
        self._choose_sources(works)
        self._use_queue(works)
        self._write(works)
        self._judge_rejected(works)
        self._read_back(works)
        untouched = [work for work in works if work.untouched]
        yield from map(receipt_of, self._mail([work for work in works if work not in untouched]))
        tell_halt(self._halt, [work.order_id for work in untouched])

    def _choose_sources(self, works: Sequence[Work]) -> None:
        asking = [work for work in works if any(part.is_due and part.source.ask for part in work.parts)]
        try:
            for _ in self._side_by_side(asking, self._sources.settle):
                pass
        except CredentialsError as error:
            self._stop(error)

    # Through the store's queue

    def _use_queue(self, works: Sequence[Work]) -> None:
        self._stop_on(self._queue.ask(works))
        fitting = self._queue.fitting(works)
        if not fitting or self._halt is not None:
            return
        try:
            self._stop_on(self._queue.submit(fitting))
        except Rejected as no:
            if no.problem.outcome is Outcome.UNCONFIRMED:
                for _, part in fitting:
                    self._fail(part, WriteFault(no.problem))
            # Else nothing was queued, so each order goes by itself and hears its own no.
        except (WriteFault, NotSentError, CredentialsError) as error:
            for _, part in fitting:
                self._fail(part, error)

    def _stop_on(self, error: FbridgeError | None) -> None:
        if isinstance(error, CredentialsError):
            self._stop(error)

    # Writing

    def _write(self, works: Iterable[Work]) -> None:
        due = [work for work in dict.fromkeys(works) if any(part.is_due for part in work.parts)]
        for _ in self._side_by_side(due, self._write_order):
            pass

    def _write_order(self, work: Work) -> None:
        for part in work.parts:
            if part.is_due:
                write = self._writer.ship if part.way is Way.SHIP else self._writer.mend
                self._try(part, lambda part=part, write=write: write(work, part))  # type: ignore[misc]

    def _try(self, part: Part, act: Callable[[], object]) -> None:
        """Act, unless the chunk was stopped; what goes wrong is the part's, and may stop the chunk."""
        if self._halt is not None or self._pause is not None:
            self._hold_back(part)
            return
        try:
            act()
        except (WriteFault, NotSentError, CredentialsError) as error:
            self._fail(part, error)

    def _fail(self, part: Part, error: WriteFault | FbridgeError) -> None:
        if isinstance(error, FbridgeError):
            self._stop(error)
            self._hold_back(part)
            return
        part.fail(error.problem)
        if error.problem.outcome is Outcome.UNCONFIRMED:
            self._stop(still_at_work())
        else:
            self._pause = error.problem

    def _stop(self, error: FbridgeError) -> None:
        with self._lock:
            if self._halt is None or isinstance(error, CredentialsError):
                self._halt = error

    def _hold_back(self, part: Part) -> None:
        if self._halt is None and self._pause is not None:
            part.problem = self._pause
            return
        if part.made is Effect.DONE:
            words = f"The store has the shipment; the rest waits: {self._halt}"
        else:
            words = f"Only a part of the order was sent: {self._halt}"
        part.problem = later(words, "held_back", self._store.now() + USUAL_WAIT)
        part.held_back = True

    def _judge_rejected(self, works: Sequence[Work]) -> None:
        """Why did the store refuse? Its words are translated, so the order's codes tell, as they are now."""
        rejected = [(work, part) for work in works for part in work.parts if part.rejected]
        try:
            orders, unreadable = self._orders_now([work.order_id for work, _ in rejected])
        except FbridgeError as error:
            self._stop_on(error)
            for _, part in rejected:
                self._judge_later(part, str(error))
            return
        for work, part in rejected:
            order = orders.get(work.order_id)
            if work.order_id in unreadable:
                self._judge_later(part, unreadable[work.order_id])
            elif order is None:
                part.problem = _is_gone(work, part)
            else:
                begin_again(work, order, part, self._terms)
        self._write(work for work, _ in rejected)

    def _orders_now(self, order_ids: Sequence[str]) -> tuple[dict[str, Order], dict[str, str]]:
        """The orders, and why others cannot be read, by id."""
        if not order_ids:
            return {}, {}
        query = OrderQuery(order_ids=tuple(dict.fromkeys(order_ids)), shipments=True)
        pages = list(order_pages(self._store, query))
        orders = {order.remote_id: order for page in pages for order in page.orders}
        return orders, {one.remote_id: one.reason for page in pages for one in page.rejected}

    def _judge_later(self, part: Part, why_not_now: str) -> None:
        """A no whose reason is not known may be a passing one; nothing was shipped."""
        said = part.rejected
        if said is not None and said.outcome is Outcome.UNCONFIRMED:
            self._fail(part, WriteFault(said))
            return
        words = f"The store said: {said.words if said else ''} Why could not be looked up: {why_not_now}"
        part.problem = later(words, "not_looked_up", self._store.now() + USUAL_WAIT)

    # Reading back

    def _read_back(self, works: Sequence[Work]) -> None:
        wrote = [work for work in works if work.wrote]
        if not wrote:
            return
        try:
            shown = self._shown(wrote)
        except (CredentialsError, RefusedError, UnreachableError) as error:
            self._stop_on(error)
            for part in _written(wrote):
                part.fail(part.problem or unconfirmed(error))
            return
        for part in _written(wrote):
            take_shown(part, shown)

    def _shown(self, works: Sequence[Work]) -> dict[str, ShownShipment]:
        orders = {work.order_id: work.order for work in works}
        return shipments_read(self._client.shipments_of(list(orders)), orders)

    # Mails

    def _mail(self, works: Sequence[Work]) -> Iterator[Work]:
        """The works, each when its mails are asked for; those with a lost answer last, after another look."""
        due = [work for work in works if _mails_due(work)]
        yield from (work for work in works if work not in due)
        lost = []
        for work in self._side_by_side(due, self._mail_order):
            if any(part.mail is MailEffect.UNCONFIRMED for part in work.parts):
                lost.append(work)
            else:
                yield work
        if lost:
            self._look_for_mails(lost)
            yield from lost

    def _mail_order(self, work: Work) -> None:
        for part in _mails_due(work):
            self._try_mail(work, part)

    def _try_mail(self, work: Work, part: Part) -> None:
        if self._halt is not None or self._pause is not None:
            self._hold_back(part)
            return
        try:
            self._writer.mail(work, part)
        except WriteFault as fault:
            if fault.problem.outcome is Outcome.UNCONFIRMED:
                self._stop(still_at_work())
            else:
                part.problem = self._pause = fault.problem
        except (NotSentError, CredentialsError) as error:
            self._fail(part, error)

    def _look_for_mails(self, works: Sequence[Work]) -> None:
        """The store notes on a shipment that a mail left; of a second one that tells nothing."""
        try:
            shown = self._shown(works)
        except FbridgeError:
            return
        for part in (part for work in works for part in work.parts):
            noted = any(shown[key].emailed for key in part.remote_ids if key in shown)
            if part.mail is MailEffect.UNCONFIRMED and noted and part.shipment.acknowledged is None:
                part.find_mail()

    def _side_by_side(self, works: Sequence[Work], act: Callable[[Work], None]) -> Iterator[Work]:
        return side_by_side(works, act, int(self._store.settings.get("connections") or 1))


def _written(works: Sequence[Work]) -> Iterator[Part]:
    return (part for work in works for part in work.parts if part.wrote)


def _is_gone(work: Work, part: Part) -> Problem:
    said = part.rejected.words if part.rejected else ""
    words = said or f"The store has no order {work.fulfillment.number} any more."
    return Problem(outcome=Outcome.REFUSED, reason="order_missing", words=words)


def _mails_due(work: Work) -> list[Part]:
    return [part for part in work.parts if part.wants_mail and part.problem is None]
