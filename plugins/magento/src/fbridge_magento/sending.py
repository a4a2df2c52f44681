"""Send a chunk of fulfillments: orders side by side, what was written read back in one request, mails last.

After a write without an answer no further order is begun: the store may still be at work on it. What is in hand by
then is brought to its end, so that each order that was touched has a receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from fbridge.adapterkit.halting import Halt, HeldBack, known_first, still_at_work
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http.side_by_side import side_by_side
from fbridge.models.fulfillments import Fulfillment, Receipt
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderQuery, Store
from fbridge.models.problems import USUAL_WAIT, Problem, WriteFault, later, unconfirmed
from fbridge.models.states import MailEffect, Outcome
from fbridge_magento.client import MagentoClient
from fbridge_magento.detection import inventory_checked, inventory_of
from fbridge_magento.order_writes import OrderWriter
from fbridge_magento.push import Part, Terms, Way, Work, begin, begin_again
from fbridge_magento.reading import order_pages
from fbridge_magento.receipts import receipt_of, take_shown
from fbridge_magento.run_memory import memory_of
from fbridge_magento.source_selection import SourceSelection
from fbridge_magento.sources import Inventory
from fbridge_magento.store_shipments import ShownShipment, shipments_read


def send(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """The receipts of a chunk. Raises, after all that are known: NotSent, CredentialsError."""
    client = MagentoClient(store)
    msi, sources = known_first(lambda: inventory_of(store, client), fulfillments)
    yield from _Sending(store, client, Inventory(msi=msi, sources=sources)).run(fulfillments)


class _Sending:
    """One chunk on its way to one store."""

    def __init__(self, store: Store, client: MagentoClient, inventory: Inventory) -> None:
        self._store = store
        self._client = client
        self._writer = OrderWriter(store, client)
        self._sources = SourceSelection(store, client)
        self._terms = Terms(
            inventory=inventory,
            planned_by=inventory_checked(store),
            source=str(store.settings.get("source") or ""),
            mail_on_correction=bool(store.settings.get("mail_on_correction")),
            kinds=memory_of(store).kinds,
        )
        self._halt = Halt(store.now)

    def run(self, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        works = [begin(fulfillment, self._terms) for fulfillment in fulfillments]
        self._choose_sources(works)
        self._write(works)
        self._judge_rejected(works)
        self._read_back(works)
        yield from map(receipt_of, self._mail(self._halt.touched(works)))
        self._halt.end()

    def _choose_sources(self, works: Sequence[Work]) -> None:
        asking = [work for work in works if any(part.is_due and part.source.ask for part in work.parts)]
        try:
            for _ in self._side_by_side(asking, self._sources.settle):
                pass
        except CredentialsError as error:
            self._halt.stop(error)

    def _stop_on(self, error: FbridgeError | None) -> None:
        if isinstance(error, CredentialsError):
            self._halt.stop(error)

    def _lose(self, problem: Problem, *parts: Part) -> None:
        """Nobody knows what became of a write about these."""
        self._halt.stop(still_at_work())
        for part in parts:
            part.fail(problem)

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
        try:
            with self._halt.write():
                act()
        except WriteFault as fault:
            part.fail(fault.problem)

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
                if self._terms.inventory.msi:
                    self._sources.explain(work, part)
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
            self._lose(said, part)
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
        try:
            with self._halt.write():
                self._writer.mail(work, part)
        except HeldBack as held:
            part.problem = held.problem
        except WriteFault as fault:
            if fault.problem.outcome is not Outcome.UNCONFIRMED:
                part.problem = fault.problem

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
