"""What a command needs at its end is imported while it waits for the stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from threading import Timer

UNTIL_THE_STORES_ARE_ASKED = 0.25
"""Seconds. Sooner it would only put off the first request, for two threads do not run Python at once."""


@contextmanager
def loading_meanwhile(*modules: str) -> Iterator[None]:
    """Import these modules while the block waits; what was not begun at its end is left to whoever needs it."""
    timer = Timer(UNTIL_THE_STORES_ARE_ASKED, _load, [modules])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _load(modules: Sequence[str]) -> None:
    for name in modules:
        with suppress(Exception):  # told where it is needed
            import_module(name)
