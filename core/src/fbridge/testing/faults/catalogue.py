"""The faults that every adapter is tried with."""

from __future__ import annotations

from dataclasses import replace

from fbridge.testing.faults.rules import Answer, Fault

_GATEWAY = ("Server", "nginx")

REFUSED_CONNECTION = Fault(name="connection_refused", answer=Answer.STOP_LISTENING, acts=True)
"""On a read: the connections after it are refused."""

NOTICE = (
    b"<br />\n<b>Deprecated</b>:  Creation of dynamic property is deprecated in "
    b"<b>/srv/www/wp-content/plugins/chatty/chatty.php</b> on line <b>12</b><br />\n"
)
"""What PHP prints before an answer."""


def write_faults() -> tuple[Fault, ...]:
    """What may happen to a write that is answered in time, or never; the store acted before, or not at all."""
    return (
        Fault(name="dropped_before", answer=Answer.HANG_UP),
        Fault(name="dropped_after", answer=Answer.HANG_UP, acts=True),
        Fault(name="429", answer=Answer.STATUS, status=429),
        *_gateway_faults(),
        Fault(name="cut_after", answer=Answer.CUT, acts=True),
        Fault(name="half_json_after", answer=Answer.HALF_JSON, acts=True),
        Fault(name="oversized_after", answer=Answer.OVERSIZED, acts=True),
        Fault(name="wrong_type_after", answer=Answer.WRONG_TYPE, acts=True),
        Fault(name="garbage_after", answer=Answer.GARBAGE, acts=True),
        Fault(name="empty_after", answer=Answer.EMPTY, acts=True),
        Fault(name="login_page", answer=Answer.STATUS, status=200),
        Fault(name="redirect", answer=Answer.REDIRECT, status=302),
        Fault(name="redirect_with_body", answer=Answer.REDIRECT, status=307),
    )


def unlucky_write_faults(*, timeout: float, late: float) -> tuple[Fault, ...]:
    """Writes that time out (the client waits ``timeout`` seconds), or are done ``late`` seconds after that."""
    return (
        Fault(name="timeout_before", answer=Answer.SILENCE),
        Fault(name="timeout_after", answer=Answer.SILENCE, acts=True),
        Fault(name="timeout_then_done", answer=Answer.SILENCE, acts_after=timeout + late),
        Fault(name="dropped_then_done", answer=Answer.HANG_UP, acts_after=late),
        Fault(name="504_then_done", answer=Answer.STATUS, status=504, headers=(_GATEWAY,), acts_after=late),
        Fault(name="quick_500_then_done", answer=Answer.STATUS, status=500, acts_after=late),
        Fault(name="slow_drip", answer=Answer.DRIP, acts=True),
    )


def answers_of_a_cache(*, late: float) -> tuple[Fault, ...]:
    """503 with ``Retry-After`` to a write: turned away before the store, or a cache gave up waiting while the store
    acts, at once or ``late`` seconds after. The answers are the same."""
    answer = Fault(
        name="503_turned_away",
        answer=Answer.STATUS,
        status=503,
        headers=(("Retry-After", "5"), ("Server", "Varnish")),
    )
    return (
        answer,
        replace(answer, name="503_gave_up", acts=True),
        replace(answer, name="503_gave_up_then_done", acts_after=late),
    )


def read_faults() -> tuple[Fault, ...]:
    """What may happen to a read."""
    return (
        Fault(name="dropped", answer=Answer.HANG_UP),
        Fault(name="429", answer=Answer.STATUS, status=429),
        Fault(name="500", answer=Answer.STATUS, status=500),
        Fault(name="502", answer=Answer.STATUS, status=502, headers=(_GATEWAY,)),
        Fault(name="504", answer=Answer.STATUS, status=504, headers=(_GATEWAY,)),
        Fault(name="cut", answer=Answer.CUT, acts=True),
        Fault(name="half_json", answer=Answer.HALF_JSON, acts=True),
        Fault(name="oversized", answer=Answer.OVERSIZED, acts=True),
        Fault(name="garbage", answer=Answer.GARBAGE, acts=True),
        Fault(name="empty", answer=Answer.EMPTY, acts=True),
        Fault(name="login_page", answer=Answer.STATUS, status=200),
        Fault(name="redirect", answer=Answer.REDIRECT, status=302),
        Fault(name="wrong_type", answer=Answer.WRONG_TYPE, acts=True),
    )


def confusing_read_faults() -> tuple[Fault, ...]:
    """Reads that get a good answer which is not the right one."""
    return (
        Fault(name="reordered", answer=Answer.REORDERED, acts=True),
        Fault(name="repeated", answer=Answer.REPEATED, acts=True),
    )


def _gateway_faults() -> tuple[Fault, ...]:
    return tuple(
        Fault(
            name=f"{status}_{'after' if acts else 'before'}",
            answer=Answer.STATUS,
            status=status,
            headers=(_GATEWAY,),
            acts=acts,
        )
        for status in (500, 502, 504)
        for acts in (False, True)
    )
