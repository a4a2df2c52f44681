"""The log file: what each run did, for whoever looks for a cause later. What comes here is redacted already."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST = 1_000_000
KEPT = 3


@contextmanager
def log_kept_in(folder: Path) -> Iterator[None]:
    """While the block runs, what fbridge logs goes also to ``fbridge.log`` in this folder (four of 1 MB at most)."""
    handler = RotatingFileHandler(
        folder / "fbridge.log", maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True
    )
    handler.setLevel(logging.INFO)
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s %(levelname)s %(message)s"))
    logger = logging.getLogger("fbridge")
    before = logger.level
    logger.setLevel(min(before or logging.WARNING, logging.INFO))
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        handler.close()
