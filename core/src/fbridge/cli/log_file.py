"""The log file: what each run did, for whoever looks for a cause later.

A plugin may log what it likes, a store's words too, so what is written is looked through once more.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

LINE = "%(asctime)s %(process)d %(name)s %(levelname)s %(message)s"
LARGEST = 1_000_000
KEPT = 3


class RedactedLines(logging.Formatter):
    """Lines and tracebacks without the secrets of the stores that are open."""

    def format(self, record: logging.LogRecord) -> str:
        """The whole text of a record."""
        from fbridge.http.redaction import without_known_secrets

        return without_known_secrets(super().format(record))


class JsonLines(logging.Formatter):
    """Each record as one JSON object on one line, for what gathers the logs of containers; secrets are taken out."""

    def format(self, record: logging.LogRecord) -> str:
        """``time`` (UTC), ``level``, ``logger``, ``process``, ``message``; ``traceback`` where there is one."""
        from fbridge.http.redaction import without_known_secrets

        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": without_known_secrets(record.getMessage()),
        }
        if record.exc_info:
            told["traceback"] = without_known_secrets(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


class _StandardError(logging.StreamHandler[TextIO]):
    """A log that nobody reads any more stops no work."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Go on."""


@contextmanager
def log_to_stderr(*, everything: bool, as_json: bool) -> Iterator[None]:
    """While the block runs, what fbridge logs goes also to standard error: all of it, or what the log file has."""
    handler = _StandardError(sys.stderr)
    handler.setFormatter(JsonLines() if as_json else RedactedLines(LINE.replace("%(process)d ", "")))
    root, logger = logging.getLogger(), logging.getLogger("fbridge")
    before = logger.level
    logger.setLevel(logging.DEBUG if everything else logging.INFO)
    root.addHandler(handler)
    try:
        with _python_into_log() if as_json else nullcontext():
            yield
    finally:
        root.removeHandler(handler)
        logger.setLevel(before)


@contextmanager
def _python_into_log() -> Iterator[None]:
    """While the block runs, warnings of libraries and what ends a thread are logged, and not printed as text."""

    def log_end(ended: threading.ExceptHookArgs) -> None:
        if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
            told = (ended.exc_type, ended.exc_value, ended.exc_traceback)
            name = ended.thread.name if ended.thread else ""
            logging.getLogger("fbridge.threads").error("thread %s ended", name, exc_info=told)

    before, threading.excepthook = threading.excepthook, log_end
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        threading.excepthook = before


class _LogFile(RotatingFileHandler):
    """A log that cannot be written (a full disk) stops no work and puts nothing between the answers."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Go on."""


@contextmanager
def log_kept_in(folder: Path) -> Iterator[None]:
    """While the block runs, what fbridge logs goes also to ``fbridge.log`` in this folder (four of 1 MB at most)."""
    handler = _LogFile(
        folder / "fbridge.log", maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True
    )
    handler.setLevel(logging.INFO)
    handler.setFormatter(RedactedLines(LINE))
    logger = logging.getLogger("fbridge")
    before = logger.level
    logger.setLevel(min(before or logging.WARNING, logging.INFO))
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        with suppress(OSError):  # the last lines have no room either
            handler.close()
