"""The hand behind an emulated store, as far as it is the same on every platform: faults and the requests seen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from fbridge.sandbox.faults import Fault, FaultPlan


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request that reached the store. ``path`` has its query, without credentials and signatures."""

    method: str
    path: str


class SandboxControl(ABC):
    """For tests and demos. Order ids are numbers. Safe to use from several threads."""

    def __init__(self) -> None:
        self.faults = FaultPlan()
        self._lock = Lock()
        self._requests: list[SeenRequest] = []

    def add_fault(self, kind: str, **details: Any) -> None:
        """Let a matching request fail, see :class:`fbridge.sandbox.faults.Fault`. Raises: ValueError, TypeError."""
        self.faults.add(Fault.of(kind, **details))

    def requests(self) -> list[SeenRequest]:
        """What reached the store since the last :meth:`forget_requests`."""
        with self._lock:
            return list(self._requests)

    def forget_requests(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self._requests.clear()

    def saw(self, request: SeenRequest) -> None:
        """Called by the store itself."""
        with self._lock:
            self._requests.append(request)

    @abstractmethod
    def order(self, order_id: int) -> dict[str, Any]:
        """The order in the platform's own fields, JSON-able. Raises: LookupError."""

    @abstractmethod
    def mails(self, order_id: int | None = None) -> Sequence[Any]:
        """What the customers were sent, oldest first: dataclasses of the platform, with ``has_tracking``."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """How many orders have which status, and how many mails were sent."""
