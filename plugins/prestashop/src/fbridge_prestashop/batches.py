"""The two writes of a push, numbers and states: what goes into a body, and how the store's answer is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from marshmallow import ValidationError

from fbridge.adapterkit.payloads import reference
from fbridge.http import Response
from fbridge.models.platforms import Store
from fbridge.models.problems import Problem
from fbridge_prestashop.client import PrestaShopClient, Row
from fbridge_prestashop.mapping import ROWS_KEY
from fbridge_prestashop.push import Work
from fbridge_prestashop.run_memory import memory_of
from fbridge_prestashop.schemas import HISTORY_FIELDS, HistoryPayload, OrderCarrierPayload
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.tracking import numbers_in

_ROW = OrderCarrierPayload()
_HISTORY = HistoryPayload()


class Batch(Protocol):
    """One kind of write. Keys are ids of the resource that is read again after a trouble."""

    resource: str

    def write(self, works: Sequence[Work], *, mail: bool) -> Response:
        """Send one body for these orders, which are of one shop."""

    def answered(self, rows: Sequence[Row]) -> dict[str, Row]:
        """The answer's entities by key. Raises: ValidationError."""

    def shown(self, works: Sequence[Work]) -> dict[str, Row]:
        """What the store shows of them now, by key. Raises: CredentialsError, RefusedError, UnreachableError."""

    def key(self, work: Work) -> str:
        """Where an order is found in those."""

    def holds(self, work: Work, row: Row) -> bool:
        """Whether the store has what was asked."""

    def take(self, work: Work, row: Row) -> None:
        """Take over what the store shows."""

    def fail(self, work: Work, problem: Problem) -> None:
        """It went wrong."""


class NumberBatch:
    """Writes the tracking field: the changed fields by PATCH, else the whole row by PUT, which resets what it is not
    given (even the date)."""

    resource = "order_carriers"

    def __init__(self, store: Store, client: PrestaShopClient, shop: Shop) -> None:
        self._store = store
        self._client = client
        self._shop = shop

    @property
    def method(self) -> str:
        """PATCH where the store and the key have it; else PUT, which the store refuses if the key lacks both."""
        return "PATCH" if self._shop.facts.has_patch and not memory_of(self._store).patch_fails else "PUT"

    def may_put(self) -> bool:
        """Where PATCH was not let through, whether PUT can stand in; from then on it does."""
        memory = memory_of(self._store)
        if self.method == "PUT" or not self._shop.facts.put:
            return False
        memory.patch_fails = True
        return True

    def write(self, works: Sequence[Work], *, mail: bool) -> Response:
        """Send one body for these orders."""
        rows = [self._changed_row(work) for work in works]
        about = [work.order_id for work in works]
        shop = works[0].shop.scope
        return self._client.write_numbers(self.method, rows, mail=mail, about=about, shop=shop)

    def answered(self, rows: Sequence[Row]) -> dict[str, Row]:
        """The answer's entities by key."""
        return {row["id"]: row for row in map(_ROW.load, rows)}

    def shown(self, works: Sequence[Work]) -> dict[str, Row]:
        """What the store shows of them now, by key."""
        ids = [self.key(work) for work in works]
        return self.answered(self._client.rows_by("order_carriers", ids, "full"))

    def key(self, work: Work) -> str:
        """The id of the row of order_carriers."""
        return work.plan.row.remote_id if work.plan.row else ""

    def holds(self, work: Work, row: Row) -> bool:
        """Whether the store has what was asked."""
        carrier = work.plan.carrier is None or self._reference(row) == work.plan.carrier
        return carrier and numbers_in(row["tracking_number"]) == work.plan.numbers

    def take(self, work: Work, row: Row) -> None:
        """Take over what the store shows."""
        work.take_numbers(numbers_in(row["tracking_number"]), self._reference(row))

    def fail(self, work: Work, problem: Problem) -> None:
        """It went wrong."""
        work.fail_numbers(problem)

    def _reference(self, row: Row) -> str:
        carrier = self._shop.facts.carrier(row["id_carrier"])
        return carrier.reference if carrier else ""

    def _changed_row(self, work: Work) -> dict[str, Any]:
        changes: dict[str, Any] = {"tracking_number": work.plan.text}
        carrier = self._shop.facts.usable_carrier(work.plan.carrier) if work.plan.carrier else None
        if carrier is not None:
            changes["id_carrier"] = carrier.id
        whole = {} if self.method == "PATCH" else _row_as_read(work, self.key(work))
        return {"id": self.key(work), **whole, **changes}


def _row_as_read(work: Work, row_id: str) -> Mapping[str, Any]:
    rows = work.fulfillment.order.adapter_data.get(ROWS_KEY, ())
    return next((row for row in rows if reference(row.get("id")) == row_id), {})


class StateBatch:
    """Gives orders the state Shipped of their shop.

    Never two of these at once: the numbers of delivery slips would be doubled.
    """

    resource = "order_histories"

    def __init__(self, client: PrestaShopClient) -> None:
        self._client = client

    def write(self, works: Sequence[Work], *, mail: bool) -> Response:
        """Send one body for these orders."""
        entries = [{"id_order": work.order_id, "id_order_state": work.wanted_state} for work in works]
        return self._client.add_states(entries, mail=mail, shop=works[0].shop.scope)

    def answered(self, rows: Sequence[Row]) -> dict[str, Row]:
        """The answer's entities by key."""
        return {row["id_order"]: row for row in map(_HISTORY.load, rows)}

    def shown(self, works: Sequence[Work]) -> dict[str, Row]:
        """What the store shows of them now, by key."""
        rows = self._client.orders([work.order_id for work in works], "[id,current_state]")
        return {
            reference(row.get("id")): {"id_order_state": reference(row.get("current_state"))} for row in rows
        }

    def is_half_set(self, work: Work) -> bool:
        """Whether the order has the state and no entry of it; False where the key may not see the history."""
        rows = self._client.rows_by("order_histories", [work.order_id], HISTORY_FIELDS, key="id_order")
        states = [reference(row.get("id_order_state")) for row in rows]
        return bool(states) and states[-1] != work.wanted_state

    def key(self, work: Work) -> str:
        """The id of the order."""
        return work.order_id

    def holds(self, work: Work, row: Row) -> bool:
        """Whether the store has what was asked."""
        return bool(row["id_order_state"] == work.wanted_state)

    def take(self, work: Work, row: Row) -> None:
        """Take over what the store shows."""
        work.take_state(row["id_order_state"])

    def fail(self, work: Work, problem: Problem) -> None:
        """It went wrong."""
        work.fail_status(problem)


def take_answer(batch: Batch, works: Sequence[Work], rows: Sequence[Row], lacking: Problem) -> None:
    """Take over a good answer; what it does not tell of is ``lacking``. Entities come in any order."""
    try:
        entities = batch.answered(rows)
    except ValidationError:
        entities = {}
    for work in works:
        row = entities.get(batch.key(work))
        if row is None:
            batch.fail(work, lacking)
        else:
            batch.take(work, row)
