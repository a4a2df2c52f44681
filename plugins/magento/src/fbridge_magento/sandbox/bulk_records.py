"""Asynchronous operations: what was handed in, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

COMPLETE = 1
FAILED = 3
OPEN = 4
TOPIC = "async.magento.sales.api.shiporderinterface.execute.post"
SUCCESS = "Service execution success Magento\\Sales\\Model\\ShipOrder::execute"


@dataclass(slots=True)
class Operation:
    """One call that waits for the queue's consumer. ``given`` are its parameters, as they came."""

    id: int
    given: dict[str, Any]
    store_id: int
    status: int = OPEN
    result: str | None = None
    message: str | None = None
    error_code: int | None = None


@dataclass(slots=True)
class Bulk:
    """Calls that were handed in together. ``due`` is the moment of the clock that only goes forward."""

    uuid: str
    started: int
    due: float | None
    operations: list[Operation] = field(default_factory=list)
