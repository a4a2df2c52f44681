"""The record of one HTTP exchange, without secrets and without personal data (promise 5)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fbridge import watching

if TYPE_CHECKING:
    from fbridge.http.redaction import Redactor

LONGEST_BODY = 64 * 1024
"""Bodies above this many bytes are kept as type and length: pages of orders would only fill the disk."""

BLANK = "…"

log = logging.getLogger("fbridge.http")
_KEY = re.compile(r"[\w.:\-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One try of one request. ``status`` is None and ``error`` says why where no whole answer came.

    ``at`` is aware UTC, the moment before sending. ``about`` are the ids of the orders that it concerns, where the
    adapter said so. In JSON bodies only the values of the platform's
    ``exchange_fields`` stand; other bodies are kept as type and length ("" where there was none).
    """

    at: datetime
    method: str
    url: str
    status: int | None
    duration: timedelta
    error: str | None
    request_body: str
    response_body: str
    about: frozenset[str] = frozenset()


OnExchange = Callable[[Exchange], None]


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes each exchange to the log and hands it to whoever keeps it."""

    redactor: Redactor
    fields: frozenset[str]
    keep: OnExchange | None

    def record(
        self,
        *,
        at: datetime,
        method: str,
        url: str,
        status: int | None = None,
        duration: timedelta,
        error: str | None = None,
        sent: tuple[str, bytes] = ("", b""),
        received: tuple[str, bytes] = ("", b""),
        about: frozenset[str] = frozenset(),
    ) -> None:
        """Record one try; ``sent`` and ``received`` are (content type, body). Never raises."""
        watching.requested(method, status if error is None else None, duration.total_seconds())
        shown = self.redactor.url(url)
        outcome = status if error is None else self.redactor.text(error)
        log.debug("%s %s: %s in %.0f ms", method, shown, outcome, duration.total_seconds() * 1000)
        if self.keep is None:
            return
        exchange = Exchange(
            at=at,
            method=method,
            url=shown,
            status=status,
            duration=duration,
            error=None if error is None else self.redactor.text(error),
            request_body=self._body(*sent),
            response_body=self._body(*received),
            about=about,
        )
        try:
            self.keep(exchange)
        except Exception:
            # The answer to a write must reach its caller, whatever becomes of the record.
            log.exception("The record of an HTTP exchange could not be kept")

    def _body(self, content_type: str, body: bytes) -> str:
        return kept_body(content_type, body, self.fields, self.redactor)


def kept_body(content_type: str, body: bytes, fields: frozenset[str], redactor: Redactor) -> str:
    """What may be kept of a body: JSON with the values of ``fields`` only, of others type and length."""
    if not body:
        return ""
    if len(body) <= LONGEST_BODY:
        try:
            return json.dumps(_blanked(json.loads(body), fields, redactor, keep=False), ensure_ascii=False)
        except (ValueError, RecursionError):
            pass
    kind = redactor.text(content_type.partition(";")[0].strip()) or "unknown type"
    return f"[{kind}, {len(body)} bytes]"


def _blanked(value: Any, fields: frozenset[str], redactor: Redactor, *, keep: bool) -> Any:
    if isinstance(value, dict):
        return {
            _key(key, redactor): _blanked(inner, fields, redactor, keep=key in fields)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_blanked(inner, fields, redactor, keep=keep) for inner in value]
    if not keep:
        return BLANK
    return redactor.repeated(value) if isinstance(value, str) else value


def _key(key: str, redactor: Redactor) -> str:
    # Some answers are keyed by what a customer typed; such keys are no field names.
    return redactor.repeated(key) if _KEY.fullmatch(key) else BLANK
