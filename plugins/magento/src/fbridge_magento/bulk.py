"""Whole orders through the store's queue (asynchronous bulk API): many in one request, made by the store's worker.

An operation in the queue cannot be withdrawn, so it is unconfirmed until it is settled, and never replaced by a call
of another kind. Only shipments of all that is left of an order take this way: should one run twice after all,
Magento itself refuses the second.

Source: Adobe Commerce, "Bulk endpoints" and "Check the status"; statuses as observed on 2.4.7: 1 done, 2 and 3
failed, 4 open.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from fbridge.errors import FbridgeError
from fbridge.models.platforms import Store
from fbridge.models.problems import Problem
from fbridge.models.states import Outcome
from fbridge_magento.client import MagentoClient
from fbridge_magento.push import Part, Way, Work
from fbridge_magento.refusals import quantities_left
from fbridge_magento.settings import BULK
from fbridge_magento.ship_bodies import mark_comment, queued_body, ship_body
from fbridge_magento.tracks import wanted_tracks
from fbridge_magento.write_answers import answer_to, not_understood

FENCE = "bulk:"
_DONE, _OPEN = 1, 4


class State(Enum):
    """What became of an operation."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of a bulk; ``shipment_id`` is what it made ("" where it did not, or does not tell)."""

    bulk_id: str
    index: int
    state: State
    shipment_id: str = ""

    @property
    def fence(self) -> str:
        """How a receipt names it."""
        return f"{FENCE}{self.bulk_id}:{self.index}"


def fenced(fences: Iterable[str]) -> tuple[str, int] | None:
    """The bulk and the index of the latest operation that these fences name; None where they name none."""
    found = None
    for fence in fences:
        kind, _, rest = fence.partition(":")
        bulk_id, _, index = rest.rpartition(":")
        if f"{kind}:" == FENCE and bulk_id and index.isdigit():
            found = bulk_id, int(index)
    return found


def operations_in(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], Operation]:
    """The operations by bulk and index."""
    found = (_operation(row) for row in rows)
    return {(one.bulk_id, one.index): one for one in found}


def open_by_shipment(rows: Iterable[Mapping[str, Any]], shipment_ids: Iterable[str]) -> dict[str, Operation]:
    """The open operations that hold our mark, by the fbridge shipment."""
    texts = [(str(row.get("serialized_data") or ""), _operation(row)) for row in rows]
    return {
        key: operation
        for key in shipment_ids
        for text, operation in texts
        if operation.state is State.OPEN and mark_comment(key) in text
    }


def accepted(answer: Any) -> tuple[str, frozenset[int]] | None:
    """The bulk's id and the operations that the store took; None where the answer does not tell."""
    items = answer.get("request_items") if isinstance(answer, Mapping) else None
    if not isinstance(items, list) or not answer.get("bulk_uuid"):
        return None
    taken = (item["id"] for item in items if isinstance(item, Mapping) and item.get("status") == "accepted")
    return str(answer["bulk_uuid"]), frozenset(int(one) for one in taken)


def _operation(row: Mapping[str, Any]) -> Operation:
    status = row.get("status")
    state = State.DONE if status == _DONE else State.OPEN if status == _OPEN else State.FAILED
    return Operation(
        bulk_id=str(row.get("bulk_uuid") or ""),
        index=int(row.get("id") or 0),
        state=state,
        shipment_id=_made(row.get("result_serialized_data")) if state is State.DONE else "",
    )


def _made(result: Any) -> str:
    """``"\\"36\\""``: the shipment's id as JSON, sometimes twice."""
    for _ in range(2):
        try:
            result = json.loads(result) if isinstance(result, str) else result
        except ValueError:
            return ""
    text = str(result)
    return text if text.isascii() and text.isdigit() else ""


LOOK_AGAIN = timedelta(seconds=60)
"""Cron starts the queue's worker every minute."""

PATIENCE, PATIENCE_EACH = 2.0, 0.3
"""Seconds that a push waits for operations it has queued; a worker that runs takes 0.07 s for each."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0

_Pairs = Sequence[tuple[Work, Part]]


class Queue:
    """The store's queue, as one chunk uses it."""

    def __init__(self, store: Store, client: MagentoClient) -> None:
        self._store = store
        self._client = client

    def ask(self, works: Iterable[Work]) -> FbridgeError | None:
        """Look after operations of earlier tries: what is open waits, what is done is taken over.

        What the queue does not know, or could not do, stays due. Gives the error for which it could not be asked;
        then all that may be in the queue waits.
        """
        waiting = [
            (work, part) for work in works for part in work.parts if part.way is Way.SHIP and part.is_due
        ]
        named = [(work, part) for work, part in waiting if fenced(part.shipment.fences)]
        tried = [
            (work, part)
            for work, part in waiting
            if self._is_used and part.shipment.baseline is not None and (work, part) not in named
        ]
        try:
            self._take(named, self._operations(named))
            self._take_open(tried)
        except FbridgeError as error:
            for _, part in (*named, *tried):
                if part.is_due:
                    part.problem = self._not_told(error)
            return error
        return None

    def fitting(self, works: Iterable[Work]) -> list[tuple[Work, Part]]:
        """What may take this way, if the store's settings want it; what was tried before goes by itself."""
        return [
            (work, work.parts[0])
            for work in works
            if self._is_used and is_whole_order(work) and work.parts[0].shipment.baseline is None
        ]

    def submit(self, pairs: _Pairs) -> FbridgeError | None:
        """Queue these and wait a little; what is not done then is left to a later push.

        What the store did not take stays due. Gives the error for which the queue could not be asked afterwards.

        Raises: Rejected; WriteFault; CredentialsError; NotSentError.
        """
        bodies = [queued_body(work.order_id, _body(part)) for work, part in pairs]
        answer = answer_to(lambda: self._client.queue_shipments(bodies), self._client, self._store.now)
        told = accepted(answer)
        if told is None:
            raise not_understood("the operations")
        bulk_id, taken = told
        queued = {(bulk_id, index): pair for index, pair in enumerate(pairs) if index in taken}
        for (key, index), (_, part) in queued.items():
            part.fences = (Operation(bulk_id=key, index=index, state=State.OPEN).fence,)
            part.problem = self._still_open()
        return self._wait(bulk_id, queued)

    @property
    def _is_used(self) -> bool:
        return bool(self._store.settings.get("push") == BULK)

    def _wait(self, bulk_id: str, queued: Mapping[tuple[str, int], tuple[Work, Part]]) -> FbridgeError | None:
        open_ones = dict(queued)
        for pause in _pauses(PATIENCE + PATIENCE_EACH * len(queued)):
            time.sleep(pause)
            try:
                rows = self._client.queued_operations(bulk_id)
            except FbridgeError as error:
                return error
            told = operations_in(rows or ())
            for key in list(open_ones):
                operation = told.get(key)
                if operation is not None and operation.state is not State.OPEN:
                    self._settle(open_ones.pop(key)[1], operation)
            if not open_ones:
                break
        return None

    def _operations(self, pairs: _Pairs) -> dict[tuple[str, int], Operation]:
        found: dict[tuple[str, int], Operation] = {}
        named = [fenced(part.shipment.fences) for _, part in pairs]
        for bulk_id in dict.fromkeys(one[0] for one in named if one):
            found |= operations_in(self._client.queued_operations(bulk_id) or ())
        return found

    def _take(self, pairs: _Pairs, operations: Mapping[tuple[str, int], Operation]) -> None:
        for _, part in pairs:
            named = fenced(part.shipment.fences)
            operation = operations.get(named) if named else None
            if operation is not None:
                self._settle(part, operation)

    def _take_open(self, pairs: _Pairs) -> None:
        """The answer of an earlier try was lost, so nobody knows its bulk; our mark is in the operation's text."""
        if not pairs:
            return
        found = open_by_shipment(self._client.open_operations(), [part.shipment.id for _, part in pairs])
        for _, part in pairs:
            if part.shipment.id in found:
                self._settle(part, found[part.shipment.id])

    def _settle(self, part: Part, operation: Operation) -> None:
        part.problem = None
        if operation.state is State.OPEN:
            part.fences = (operation.fence,)
            part.problem = self._still_open()
        elif operation.state is State.DONE and operation.shipment_id:
            part.take_id(operation.shipment_id, part.choices[0].pieces)

    def _still_open(self) -> Problem:
        words = (
            "It waits in the store's queue and cannot be withdrawn there. If it stays so, start the store's worker: "
            "bin/magento queue:consumers:start async.operations.all, or its cron."
        )
        return self._waiting("queued", words)

    def _not_told(self, error: FbridgeError) -> Problem:
        words = f"It may wait in the store's queue, which could not be asked: {error}"
        return self._waiting("queue_not_read", words)

    def _waiting(self, reason: str, words: str) -> Problem:
        return Problem(
            outcome=Outcome.UNCONFIRMED,
            reason=reason,
            words=words,
            not_before=self._store.now() + LOOK_AGAIN,
        )


def is_whole_order(work: Work) -> bool:
    """Whether one shipment takes all of an order of which nothing was shipped, and how to name it is known."""
    if len(work.fulfillment.shipments) != 1 or len(work.parts) != 1:
        return False
    part, order = work.parts[0], work.order
    if not part.is_due or part.way is not Way.SHIP or len(part.choices) != 1 or part.source.ask:
        return False
    if order.shipments or any(line.shipped for line in order.lines if line.shippable):
        return False
    wanted = {item.line_id: item.quantity for item in part.shipment.items}
    return wanted == {key: count for key, count in quantities_left(order).items() if count > 0}


def _body(part: Part) -> dict[str, object]:
    return ship_body(
        part.choices[0].pieces,
        wanted_tracks(part.shipment),
        shipment_id=part.shipment.id,
        source=part.source.code,
    )


def _pauses(patience: float) -> Iterator[float]:
    """Growing pauses that add up to the patience."""
    pause = FIRST_PAUSE
    while patience > 0:
        yield min(pause, patience)
        patience -= pause
        pause = min(2 * pause, LONGEST_PAUSE)
