"""What stops a chunk: which cause counts, what is told of the rest, and what an adapter remembers of a store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from fbridge.adapterkit.halting import Halt, HeldBack, is_untouched, known_first, still_at_work
from fbridge.adapterkit.mails import mail_after
from fbridge.adapterkit.memory import Memory
from fbridge.errors import CredentialsError, NotSent, NotSentError, UnreachableError
from fbridge.models.problems import HELD_BACK, Problem, WriteFault, later, unconfirmed
from fbridge.models.states import Effect, MailEffect, Outcome

NOW = datetime(2026, 11, 28, 18, tzinfo=UTC)
LOST = WriteFault(unconfirmed(UnreachableError("No answer came.", reason="no_answer")))
REFUSED = WriteFault(Problem(outcome=Outcome.REFUSED, reason="order_missing", words="No such order."))
NO_ROUTE = NotSentError("The API is switched off.", reason="no_route")
BAD_KEY = CredentialsError("The key is not known.")


@dataclass
class Order:
    """An order while it is pushed."""

    order_id: str
    untouched: bool


def write(halt: Halt, what: Exception | None = None) -> str:
    """What became of a write of one order."""
    try:
        with halt.write():
            if what:
                raise what
    except HeldBack as held:
        return f"held back: {held.problem.words}"
    except WriteFault as fault:
        return fault.problem.reason
    return "written"


@pytest.mark.parametrize(
    ("fault", "then"),
    [
        (None, "written"),
        (REFUSED, "written"),
        (LOST, "held back: Only a part of it was sent: A request has no answer yet"),
        (NO_ROUTE, "held back: Only a part of it was sent: The API is switched off."),
        (BAD_KEY, "held back: Only a part of it was sent: The key is not known."),
    ],
)
def test_nothing_is_written_after_a_lost_answer_or_a_closed_door(fault: Exception | None, then: str) -> None:
    halt = Halt(lambda: NOW)
    write(halt, fault)
    assert write(halt).startswith(then)


def test_the_write_that_found_the_door_closed_was_not_sent_either() -> None:
    assert write(Halt(lambda: NOW), BAD_KEY).startswith("held back")
    assert write(Halt(lambda: NOW), LOST) == "no_answer"


@pytest.mark.parametrize(
    ("causes", "told"),
    [
        ((NO_ROUTE, still_at_work()), NO_ROUTE),
        ((NO_ROUTE, BAD_KEY), BAD_KEY),
        ((BAD_KEY, NO_ROUTE), BAD_KEY),
    ],
)
def test_the_first_cause_is_told_and_a_bad_key_before_all(causes: tuple[Any, ...], told: Exception) -> None:
    halt = Halt(lambda: NOW)
    for cause in causes:
        halt.stop(cause)
    kept = halt.touched([Order("1", untouched=False), Order("2", untouched=True)])
    with pytest.raises(NotSent) as stop:
        halt.end()
    assert [order.order_id for order in kept] == ["1"]
    assert (stop.value.order_ids, stop.value.__cause__) == ({"2"}, told)


def test_without_an_untouched_order_only_a_bad_key_is_told() -> None:
    quiet, bad = Halt(lambda: NOW), Halt(lambda: NOW)
    quiet.stop(still_at_work())
    quiet.end()
    bad.stop(BAD_KEY)
    with pytest.raises(CredentialsError):
        bad.end()


def test_an_order_is_untouched_only_where_nothing_of_it_may_have_arrived() -> None:
    held = later("Only a part of it was sent.", HELD_BACK, NOW)
    assert is_untouched((None, held), wrote=False)
    assert not is_untouched((None, held), wrote=True)
    assert not is_untouched((held, LOST.problem), wrote=False)
    assert not is_untouched((REFUSED.problem, None), wrote=False)


@pytest.mark.parametrize("fault", [BAD_KEY, NO_ROUTE])
def test_where_a_store_cannot_be_looked_at_nothing_was_sent(fault: Exception) -> None:
    def look() -> None:
        raise fault

    orders: Any = [SimpleNamespace(order_id="7"), SimpleNamespace(order_id="8")]
    with pytest.raises(NotSent) as stop:
        known_first(look, orders)
    assert (stop.value.order_ids, stop.value.__cause__) == ({"7", "8"}, fault)


def test_a_write_that_was_done_says_that_a_mail_was_asked_for_and_not_that_it_left() -> None:
    assert mail_after(Effect.DONE) is MailEffect.UNKNOWABLE
    assert mail_after(Effect.UNCONFIRMED) is MailEffect.UNCONFIRMED
    assert mail_after(Effect.NOT_DONE) is MailEffect.NOT_SENT


def test_a_memory_is_of_one_connection_and_ends_with_it() -> None:
    class Connection:
        """Stands for StoreHttp."""

    memory_of = Memory[list[timedelta]](lambda _: [])
    first, second = (SimpleNamespace(http=Connection()) for _ in range(2))
    memory_of(first).append(timedelta(1))  # type: ignore[arg-type]
    assert memory_of(first) == [timedelta(1)]  # type: ignore[arg-type]
    assert memory_of(second) == []  # type: ignore[arg-type]
