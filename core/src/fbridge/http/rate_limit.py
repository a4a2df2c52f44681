"""At most so many requests a second to one store, evenly spaced, also from several threads."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic, sleep

from fbridge import watching


def no_limit() -> None:
    """Let the request go at once."""


def waiter(
    requests_per_second: float | None,
    *,
    clock: Callable[[], float] = monotonic,
    pause: Callable[[float], None] = sleep,
) -> Callable[[], None]:
    """A function that returns when the next request may go; ``clock`` and ``pause`` are seconds."""
    if not requests_per_second:
        return no_limit
    interval = 1 / requests_per_second
    lock = Lock()
    free_at = clock()

    def wait() -> None:
        nonlocal free_at
        # A turn is taken under the lock and waited for outside it: who comes next takes the turn after it at once.
        with lock:
            now = clock()
            mine = max(now, free_at)
            free_at = mine + interval
        watching.waited(mine - now)
        if mine > now:
            pause(mine - now)

    return wait
