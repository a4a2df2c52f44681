"""Bulk operations: begun, running, done, with a file to be fetched (docs: Bulk operations)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from threading import RLock, Thread
from typing import Any

from fbridge_shopify.sandbox.bulk_runs import Line, to_jsonl
from fbridge_shopify.sandbox.connections import View, connection
from fbridge_shopify.sandbox.dates import iso
from fbridge_shopify.sandbox.errors import user_error
from fbridge_shopify.sandbox.gids import gid
from fbridge_shopify.sandbox.settings import SandboxSettings

AT_ONCE = 5
RUNNING = frozenset({"CREATED", "RUNNING", "CANCELING"})
Work = Iterator[tuple[list[Line], int]]


@dataclass(slots=True)
class BulkOperation:
    """One operation. ``fails`` is the ``errorCode`` that it will end with; ``done``: its file is whole."""

    id: int
    kind: str
    query: str
    created: float
    seconds: float
    base: str
    fails: str | None = None
    rows: list[bytes] = field(default_factory=list)
    roots: int = 0
    done: bool = False
    status: str = "CREATED"
    completed: float | None = None
    error: str | None = None

    @property
    def content(self) -> bytes:
        """The file: of one that failed, the half that was written."""
        return b"".join(self.rows[: len(self.rows) // 2] if self.status == "FAILED" else self.rows)


class BulkOperations:
    """All of them, of this app, and the files that were uploaded for them."""

    def __init__(self, settings: SandboxSettings, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = RLock()
        self._operations: dict[int, BulkOperation] = {}
        self._ids = count(7_749_099_000_001)
        self.seconds = settings.bulk_seconds
        """How long the next ones take at least."""
        self.fails: str | None = None
        """The ``errorCode`` that the next one ends with, at half of its file; None for success."""
        self.uploads: dict[str, bytes | None] = {}

    def new_upload(self, filename: str) -> str:
        """A place for a file, by its key."""
        key = f"tmp/1/bulk/{uuid.uuid4()}/{filename}"
        self.uploads[key] = None
        return key

    def begin(self, kind: str, query: str, base: str, work: Callable[[], Work]) -> int:
        """Start one. Its first page is made at once, the rest in the background. Raises: UserErrors."""
        with self._lock:
            self._check_room(kind)
            operation = BulkOperation(
                next(self._ids), kind, query, self._clock(), self.seconds, base, self.fails
            )
            self.fails = None
            self._operations[operation.id] = operation
        pages = work()
        if self._take(operation, pages):
            Thread(target=self._finish, args=(operation, pages), name="sandbox-bulk", daemon=True).start()
        return operation.id

    def _take(self, operation: BulkOperation, pages: Work) -> bool:
        """Write one page; False when that was the last."""
        page = next(pages, None)
        if page is None or operation.status == "CANCELED":
            operation.done = True
            return False
        lines, roots = page
        operation.rows += to_jsonl(lines).splitlines(keepends=True)
        operation.roots += roots
        return True

    def _finish(self, operation: BulkOperation, pages: Work) -> None:
        while self._take(operation, pages):
            pass

    def cancel(self, number: int) -> bool:
        """End one that is running. Raises: LookupError."""
        with self._lock:
            operation = self._now(self._operations[number])
            if operation.status in RUNNING:
                operation.status, operation.completed = "CANCELED", self._clock()
                return True
            return False

    def view(self, number: int) -> View | None:
        """A ``BulkOperation``."""
        with self._lock:
            operation = self._operations.get(number)
            return None if operation is None else _view(self._now(operation))

    def begun(self, number: int) -> View:
        """As the mutation that starts it shows it."""
        return _view(self._operations[number])

    def current(self, kind: str) -> View | None:
        """The last one of this kind."""
        with self._lock:
            found = [one for one in self._operations.values() if one.kind == kind]
            return _view(self._now(found[-1])) if found else None

    def list(self, args: dict[str, Any]) -> View:
        """``bulkOperations``, newest last."""
        with self._lock:
            found = [self._now(one) for one in self._operations.values()]
        wanted = dict(part.split(":", 1) for part in (args.get("query") or "").split() if ":" in part)
        found = [
            one
            for one in found
            if wanted.get("status", one.status).upper() == one.status
            and wanted.get("operation_type", one.kind).upper() == one.kind
        ]
        names = ("first", "last", "after", "before", "reverse")
        return connection(
            found, lambda one: one.id, _view, **{name: args[name] for name in names if name in args}
        )

    def file(self, number: int) -> bytes:
        """The content of a finished one's file. Raises: LookupError."""
        with self._lock:
            operation = self._now(self._operations[number])
            if operation.status not in {"COMPLETED", "FAILED"}:
                raise LookupError(number)
            return operation.content

    def _check_room(self, kind: str) -> None:
        running = [
            one.id
            for one in map(self._now, self._operations.values())
            if one.kind == kind and one.status in RUNNING
        ]
        if len(running) >= AT_ONCE:
            named = ", ".join(gid("BulkOperation", number) for number in running)
            raise user_error(
                f"A bulk {kind.lower()} operation for this app and shop is already in progress: {named}.",
                code="OPERATION_IN_PROGRESS",
            )

    def _now(self, operation: BulkOperation) -> BulkOperation:
        """What became of it by now."""
        if operation.status in RUNNING:
            operation.status = "RUNNING"
            if operation.done and self._clock() - operation.created >= operation.seconds:
                operation.status = "FAILED" if operation.fails else "COMPLETED"
                operation.error = operation.fails
                operation.completed = self._clock()
        return operation


def _view(operation: BulkOperation) -> View:
    completed, failed = operation.status == "COMPLETED", operation.status == "FAILED"
    share = 1 if completed else 0.5 if failed else 0
    size = len(operation.content) if completed or failed else 0
    address = f"{operation.base}/bulk/{operation.id}.jsonl"
    return {
        "__typename": "BulkOperation",
        "id": gid("BulkOperation", operation.id),
        "type": operation.kind,
        "status": operation.status,
        "query": operation.query,
        "errorCode": operation.error,
        "createdAt": iso(int(operation.created)),
        "completedAt": None if operation.completed is None else iso(int(operation.completed)),
        "objectCount": str(int(len(operation.rows) * share)),
        "rootObjectCount": str(int(operation.roots * share)),
        "fileSize": str(size) if completed else None,
        "url": address if completed and size else None,
        "partialDataUrl": address if failed and size else None,
    }
