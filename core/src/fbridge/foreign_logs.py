"""What libraries log goes into our log, whose lines are looked through for secrets: never between answers, and
without their tracebacks, which whoever reads a service's journal can do nothing with."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def into_our_log(ours: logging.Logger, *names: str) -> Iterator[None]:
    """While the block runs, what the loggers of these names say is said by ours alone."""
    with ExitStack() as at_end:
        for name in names:
            at_end.enter_context(_taken(logging.getLogger(name), ours))
        yield


@contextmanager
def _taken(theirs: logging.Logger, ours: logging.Logger) -> Iterator[None]:
    propagated, theirs.propagate = theirs.propagate, False
    handler = _Into(ours)
    theirs.addHandler(handler)
    theirs.addHandler(_NOWHERE)
    try:
        yield
    finally:
        theirs.removeHandler(handler)
        theirs.propagate = propagated and theirs.handlers != [_NOWHERE]


_NOWHERE = logging.NullHandler()
"""It stays: a thread that is still running says nothing between answers either."""


class _Into(logging.Handler):
    def __init__(self, ours: logging.Logger) -> None:
        super().__init__()
        self._ours = ours

    def emit(self, record: logging.LogRecord) -> None:
        self._ours.log(record.levelno, "%s", record.getMessage())
