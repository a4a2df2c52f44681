"""At most so many requests a second to one store, evenly spaced, also from several threads."""

from __future__ import annotations

from collections.abc import Callable


def no_limit() -> None:
    """Let the request go at once."""


def waiter(requests_per_second: float | None) -> Callable[[], None]:
    """A function that returns when the next request may go."""
    if not requests_per_second:
        return no_limit
    # Costs 150 ms to import, and most stores need no limit.
    from pyrate_limiter import Limiter, Rate, SingleBucketFactory, StateBucket

    bucket = StateBucket([Rate(1, max(round(1000 / requests_per_second), 1))])
    limiter = Limiter(SingleBucketFactory(bucket, schedule_leak=False), buffer_ms=0)

    def wait() -> None:
        limiter.try_acquire()

    return wait
