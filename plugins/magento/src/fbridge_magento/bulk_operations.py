"""What the store's queue tells of our operations. Pure.

Source: Adobe Commerce, "Bulk endpoints" and "Check the status"; statuses as observed on 2.4.7: 1 done, 2 and 3
failed, 4 open. An operation that is open cannot be withdrawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from fbridge_magento.ship_bodies import mark_comment

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
