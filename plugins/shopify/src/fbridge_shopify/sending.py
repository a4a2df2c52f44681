"""Send a chunk of fulfillments: several mutations in a document, several documents side by side.

After a document without an answer nothing more is begun: the store may still be at work on it. What is under way by
then is brought to its end, so that each order that was touched has a receipt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from fbridge.adapterkit.halting import Halt, HeldBack, still_at_work
from fbridge.errors import (
    CredentialsError,
    NotSentError,
    RefusedError,
    UnconfirmedError,
    UnreachableError,
)
from fbridge.http.side_by_side import side_by_side
from fbridge.models.fulfillments import Fulfillment, Receipt
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.models.problems import USUAL_WAIT, Problem, WriteFault, later, unconfirmed
from fbridge.models.states import Outcome
from fbridge_shopify.allocation import MISSING_SCOPES
from fbridge_shopify.answers import Answer
from fbridge_shopify.client import ShopifyClient
from fbridge_shopify.documents import Kind, Mutation, alias_document, lines_read
from fbridge_shopify.lanes import Lane, Steps, lanes_of, mutations_in
from fbridge_shopify.preview import preview_of
from fbridge_shopify.push import Step, Work, begin, begin_again
from fbridge_shopify.reading import order_pages
from fbridge_shopify.receipts import receipt_of, take_result
from fbridge_shopify.run_memory import memory_of
from fbridge_shopify.write_answers import Made, asked_to_wait, results_in

MOST_AT_ONCE = 4
"""Documents under way: ten new fulfillments take 3 s and cost 160 points, so these spend what the larger usual plan
gives, 200 points a second. More would only make more orders unknown where the line breaks.
"""

_MAY_SPLIT = frozenset({"write_merchant_managed_fulfillment_orders", "write_third_party_fulfillment_orders"})


class _StoppedError(NotSentError):
    """A document was held back at the last moment."""


def send(store: Store, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
    """The receipts of a chunk. Raises, after all that are known: NotSent, CredentialsError."""
    yield from _Sending(store).run(fulfillments)


class _Sending:
    """One chunk on its way to one store.

    ``put_off``: the store asks to wait, and what was not sent by then waits as long.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._digital = bool(store.settings["fulfill_digital"])
        self._client = ShopifyClient(store)
        self._memory = memory_of(store)
        self._budget = self._memory.budget
        self._halt = Halt(store.now)
        self._put_off: Problem | None = None

    @property
    def _may_split(self) -> bool:
        granted = self._store.facts.get("scopes", _MAY_SPLIT)
        return not _MAY_SPLIT.isdisjoint(granted) and self._memory.may_split

    def run(self, fulfillments: Sequence[Fulfillment]) -> Iterator[Receipt]:
        works = [
            begin(fulfillment, may_split=self._may_split, digital=self._digital)
            for fulfillment in fulfillments
        ]
        looked_at_again: list[Work] = []
        for work in self._worked(works):
            if _needs_another_look(work):
                looked_at_again.append(work)
            else:
                yield from self._receipts(work)
        for work in self._worked(self._anew(looked_at_again)):
            yield from self._receipts(work)
        self._halt.end()

    def _receipts(self, work: Work) -> Iterator[Receipt]:
        for touched in self._halt.touched([work]):
            for step in touched.waiting:
                take_result(touched, step, self._halt.held_back())
            yield receipt_of(touched)

    def _worked(self, works: Sequence[Work]) -> Iterator[Work]:
        """Send what these orders want; gives each when nothing of it is under way any more."""
        lanes = lanes_of([work for work in works if work.waiting], self._cost)
        yield from (work for work in works if not work.waiting)
        for lane in side_by_side(
            lanes, self._send_lane, MOST_AT_ONCE, lambda: self._halt.stop(still_at_work())
        ):
            yield from lane.works

    def _cost(self, mutations: Sequence[Mutation]) -> float:
        """What a document of these will cost: each as Shopify counted one of its kind and size, else by formula."""
        lines = lines_read(mutations)
        kinds = [mutation.kind for mutation in mutations]
        return sum(self._budget.expected((kind, lines), kind.value.cost(lines)) for kind in kinds)

    def _send_lane(self, lane: Lane) -> None:
        for document in lane.documents:
            self._write(document)

    def _write(self, steps: Steps) -> None:
        """One document, unless the chunk was stopped."""
        if self._put_off is not None:
            _take_all(steps, self._put_off)
        else:
            self._send(steps)

    def _send(self, steps: Steps) -> None:
        """One document, and what follows from its answer, or from none."""
        try:
            with self._halt.write():
                results = self._results(steps)
        except HeldBack:
            pass  # it goes on waiting, and its orders are told at the end
        except WriteFault as fault:
            self._take_fault(steps, fault.problem)
        else:
            self._take_results(steps, results)

    def _take_results(self, steps: Steps, results: Sequence[Made | Problem | CredentialsError]) -> None:
        if all(isinstance(one, Problem) and one.outcome is Outcome.UNCONFIRMED for one in results):
            self._halt.stop(still_at_work())
        for (work, step), result in zip(steps, results, strict=True):
            if isinstance(result, CredentialsError):
                self._halt.stop(result)
            else:
                take_result(work, step, result)

    def _results(self, steps: Steps) -> list[Made | Problem | CredentialsError]:
        mutations = mutations_in(steps)
        answer = self._answer(mutations, {work.order_id for work, _ in steps})
        kinds = {mutation.kind for mutation in mutations}
        if answer.requested_cost is not None and len(kinds) == 1:
            size = (kinds.pop(), lines_read(mutations))
            self._budget.learn(size, answer.requested_cost / len(mutations))
        return results_in(answer, mutations)

    def _answer(self, mutations: Sequence[Mutation], about: set[str]) -> Answer:
        """Raises: WriteFault, also where the store asks to wait; CredentialsError; NotSentError."""
        text, variables = alias_document(mutations)
        try:
            return self._client.mutate(
                text, variables, cost=self._cost(mutations), ready=self._check_going, about=about
            )
        except UnconfirmedError as error:
            raise WriteFault(unconfirmed(error)) from None
        except _StoppedError:
            raise WriteFault(self._put_off) if self._put_off else HeldBack(self._halt.held_back()) from None
        except NotSentError as error:
            raise asked_to_wait(error, self._store.now()) from None

    def _check_going(self) -> None:
        """The chunk may have been stopped while this document waited for its points."""
        if self._halt.cause is not None or self._put_off is not None:
            raise _StoppedError("The chunk was stopped.")

    def _take_fault(self, steps: Steps, problem: Problem) -> None:
        """What the answer says of the document as a whole.

        Where Shopify took nothing of it, for one bad value or too many mutations, it goes in smaller ones.
        """
        if problem.outcome is Outcome.REFUSED and len(steps) > 1:
            middle = len(steps) // 2
            self._write(steps[:middle])
            self._write(steps[middle:])
            return
        if problem.outcome is Outcome.RETRY:
            self._put_off = problem
        _take_all(steps, problem)

    # A second look

    def _anew(self, works: Sequence[Work]) -> list[Work]:
        """These orders planned anew from how the store shows them now; of one that is gone its "no" stands."""
        pages: list[OrderPage] = []
        if any(_is_denied_split(step) for work in works for step in work.steps):
            self._memory.may_split = False
        if works and self._halt.cause is None:
            with suppress(CredentialsError, RefusedError, UnreachableError):
                pages = self._read([work.order_id for work in works])
        orders = {order.remote_id: order for page in pages for order in page.orders}
        gone = {order_id for page in pages if page.hidden is None for order_id in page.absent}
        return [
            work if work.order_id in gone else self._replanned(work, orders.get(work.order_id))
            for work in works
        ]

    def _replanned(self, work: Work, order: Order | None) -> Work:
        """Without the order, though it is there, nobody can tell why it was refused: the next try reads it."""
        if order is not None:
            again = begin_again(work, order, may_split=self._may_split, digital=self._digital)
            return work if self._outgrows(work.fulfillment, again.fulfillment) else again
        for part in work.parts:
            if part.problem and part.problem.outcome is Outcome.REFUSED:
                not_before = self._store.now() + USUAL_WAIT
                part.problem = later(part.problem.words, part.problem.reason, not_before)
        return work

    def _outgrows(self, planned: Fulfillment, now: Fulfillment) -> bool:
        """Whether it would take places or mails that no plan has shown: what was refused waits for a new one."""
        before, after = (preview_of(self._store, one) for one in (planned, now))
        return len(after.mails) > len(before.mails) or not set(after.places) <= set(before.places)

    def _read(self, order_ids: Sequence[str]) -> list[OrderPage]:
        return list(order_pages(self._store, OrderQuery(order_ids=tuple(order_ids), shipments=True)))


def _needs_another_look(work: Work) -> bool:
    """Whether the order is not as it was read any more, or may not be split: then it goes on otherwise."""
    return not work.waiting and (work.outdated or any(map(_is_denied_split, work.steps)))


def _is_denied_split(step: Step) -> bool:
    denied = any(part.problem and part.problem.reason == MISSING_SCOPES for part in step.parts)
    return step.mutation.kind is Kind.SPLIT and denied


def _take_all(steps: Steps, problem: Problem) -> None:
    for work, step in steps:
        take_result(work, step, problem)
