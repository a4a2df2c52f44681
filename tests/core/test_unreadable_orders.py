"""Orders that cannot be read: what is kept of them, when they are read again, and what ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fbridge.errors import InputError, NotFoundError
from fbridge.find import find
from fbridge.history.explain import explain
from fbridge.models.orders import RejectedOrder
from fbridge.models.platforms import OrderPage
from fbridge.orders.unreadable import (
    LONGEST_WAIT,
    MOST_AT_ONCE,
    NOT_SHOWN,
    clear_understood,
    due_again,
    keep_unread,
    note_absent,
    postpone,
    wait_after,
)

HALF_A_PIECE = "line 1: quantity is 0.5"


def reject(office: Any, *numbers: str, reason: str = HALF_A_PIECE, store: str = "shop") -> list[str]:
    """A page of which these orders cannot be read; gives the ids that somebody has to look at."""
    rejected = tuple(RejectedOrder(remote_id=f"r{one}", number=one, reason=reason) for one in numbers)
    with office.context.database.write() as connection:
        page = OrderPage(orders=(), rejected=rejected)
        return [one.remote_id for one in keep_unread(connection, store, page, office.context.now())]


def due(office: Any) -> list[str]:
    now = office.context.now()
    with office.context.database.read() as connection:
        return list(due_again(connection, "shop", started=now, now=now))


def test_an_order_that_cannot_be_read_keeps_its_first_day_and_its_last_reason(
    office: Any, clock: Any
) -> None:
    first = clock()
    assert reject(office, "1001") == ["r1001"]
    clock.forward(hours=1)
    reject(office, "1001", reason="total is 'abc'")
    (order,) = office.orders.unreadable()
    assert (order.ref, order.reason, order.tries) == ("shop:1001", "total is 'abc'", 2)
    assert (order.first_seen_at, order.tried_at) == (first, clock())
    assert not order.known


def test_a_new_version_that_can_be_read_ends_it(office: Any, make: Any, clock: Any) -> None:
    reject(office, "1001")
    clock.forward(minutes=1)
    office.keep(make.order("1001"))
    assert office.orders.unreadable() == ()
    story = explain(office.context, "1001")
    assert [line.what for line in story.lines] == ["order.unreadable", "fetched", "order.readable"]


def test_a_page_that_shows_what_was_known_before_proves_nothing(office: Any, make: Any) -> None:
    order = make.order("1001")
    office.keep(order)
    reject(office, "1001")
    office.keep(order)  # a cache's page, or the overlap of the next fetch
    assert [one.known for one in office.orders.unreadable()] == [True]
    with office.context.database.write() as connection:
        clear_understood(connection, "shop", ["r1001"], office.context.now())
    assert office.orders.unreadable() == ()


def test_two_stores_may_have_the_same_id(office: Any) -> None:
    reject(office, "1001")
    reject(office, "1001", store="b2b")
    with office.context.database.write() as connection:
        note_absent(connection, "shop", ["r1001"], office.context.now())
    assert {one.store: one.reason for one in office.orders.unreadable()} == {
        "shop": NOT_SHOWN,
        "b2b": HALF_A_PIECE,
    }


def test_gone_is_what_two_looks_do_not_show_and_its_end_is_told(office: Any, make: Any, clock: Any) -> None:
    office.keep(make.order("1001"))
    reject(office, "1001")
    for minutes, gone in ((0, False), (1, False), (10, True), (20, True)):
        clock.forward(minutes=minutes)
        with office.context.database.write() as connection:
            keep_unread(connection, "shop", OrderPage(orders=(), absent=("r1001",)), clock())
        assert [one.gone for one in office.orders.unreadable()] == [gone]
    assert due(office) == []
    told = [line.what for line in explain(office.context, "1001").lines]
    assert told[-2:] == ["order.not_shown", "order.gone"]


def test_what_was_gone_and_comes_back_is_looked_at_again(office: Any, clock: Any) -> None:
    reject(office, "1001")
    for _ in range(2):
        with office.context.database.write() as connection:
            note_absent(connection, "shop", ["r1001"], clock())
        clock.forward(hours=1)
    assert office.orders.unreadable()[0].gone
    assert reject(office, "1001") == ["r1001"]
    assert not office.orders.unreadable()[0].gone


def test_it_is_read_again_by_the_next_fetch_then_ever_more_seldom(office: Any, clock: Any) -> None:
    reject(office, "1001")
    assert due(office) == []  # the fetch that has just tried it
    clock.forward(minutes=1)
    assert due(office) == ["r1001"]
    clock.forward(days=1)
    reject(office, "1001")
    clock.forward(hours=6)
    assert due(office) == []
    clock.forward(minutes=15)
    assert due(office) == ["r1001"]


@pytest.mark.parametrize("days", [2, 30, 3000])
def test_a_fetch_once_a_day_always_reads_it_again(days: int) -> None:
    assert wait_after(timedelta(days=days)) == LONGEST_WAIT < timedelta(hours=23)


def test_a_clock_that_was_wrong_puts_nothing_out_of_reach(office: Any, clock: Any) -> None:
    clock.forward(days=400)
    reject(office, "1001")
    clock.forward(days=-400)
    assert due(office) == ["r1001"]
    reject(office, "1001")
    clock.forward(minutes=1)
    assert due(office) == ["r1001"]


def test_of_many_orders_a_fetch_reads_some_and_a_daily_one_all(office: Any, clock: Any) -> None:
    reject(office, *(str(count) for count in range(3 * MOST_AT_ONCE)))
    clock.forward(minutes=1)
    first = due(office)
    assert len(first) == MOST_AT_ONCE
    reject(office, *(one.removeprefix("r") for one in first))
    clock.forward(minutes=1)
    assert not set(due(office)) & set(first)
    clock.forward(days=1)
    assert len(due(office)) == 3 * MOST_AT_ONCE


def test_an_order_without_an_id_is_shown_and_never_asked_for(office: Any, clock: Any) -> None:
    with office.context.database.write() as connection:
        page = OrderPage(orders=(), rejected=(RejectedOrder(remote_id="", reason="the order has no id"),))
        keep_unread(connection, "shop", page, clock())
    clock.forward(hours=1)
    assert due(office) == []
    assert len(office.orders.unreadable()) == 1


def test_text_that_databases_refuse_does_not_stop_the_page(office: Any, clock: Any) -> None:
    odd = RejectedOrder(remote_id="7" * 200, number="a\x00b" * 100, reason="is '\x00\ud83d'")
    with office.context.database.write() as connection:
        keep_unread(connection, "shop", OrderPage(orders=(), rejected=(odd, odd)), clock())
    assert office.orders.unreadable()[0].reason == "is '?'"


def test_an_order_of_which_the_store_says_nothing_rests_too(office: Any, clock: Any) -> None:
    reject(office, "1001")
    clock.forward(days=1)
    with office.context.database.write() as connection:
        postpone(connection, "shop", {"r1001", "r77"}, clock())
    assert due(office) == []
    assert [one.tries for one in office.orders.unreadable()] == [2]


def test_what_is_set_aside_is_left_alone_until_it_cannot_be_read_for_another_reason(
    office: Any, clock: Any
) -> None:
    reject(office, "1001")
    clock.forward(minutes=1)
    aside = office.orders.set_aside("shop:1001", reason="a test order")
    assert (aside.set_aside_at, aside.set_aside_reason, aside.next_at) == (clock(), "a test order", None)
    assert aside.set_aside_by
    clock.forward(days=3)
    assert due(office) == []
    assert reject(office, "1001") == []
    assert office.orders.unreadable()[0].set_aside_at is not None
    assert reject(office, "1001", reason="no currency") == ["r1001"]
    assert office.orders.unreadable()[0].set_aside_at is None
    story = explain(office.context, "shop:1001")
    assert [line.what for line in story.lines] == ["order.unreadable", "order.set_aside", "order.unreadable"]
    assert "a test order" in story.lines[1].words


def test_what_was_set_aside_can_be_brought_back(office: Any, clock: Any) -> None:
    reject(office, "1001")
    office.orders.set_aside("1001")
    clock.forward(minutes=1)
    office.orders.bring_back("1001")
    assert due(office) == ["r1001"]


def test_an_order_that_was_never_read_has_a_story_and_is_found(office: Any) -> None:
    reject(office, "1001")
    story = explain(office.context, "shop:id=r1001")
    assert story.subject == "shop:id=r1001: order shop:1001"
    words = "shop:1001: the order cannot be read: line 1: quantity is 0.5, since 2026-03-02 10:00, tried once"
    assert story.standing == (f"{words}; the fetches read it again.",)
    assert story.next_steps == ("fbridge fetch shop", "fbridge orders set-aside shop:1001")
    assert [(one.kind, one.ref) for one in find(office.context, "100")] == [("unreadable", "shop:1001")]


def test_an_order_that_was_read_before_says_that_it_cannot_be_read_now(office: Any, make: Any) -> None:
    office.keep(make.order("1001"))
    reject(office, "1001")
    standing = explain(office.context, "1001").standing
    assert "cannot be read: line 1: quantity is 0.5" in standing[0]
    assert "what was read of it before is kept" in standing[0]


def test_every_command_says_that_an_order_cannot_be_read_and_why(office: Any) -> None:
    reject(office, "1001")
    with pytest.raises(NotFoundError, match=r"shop:1001.*cannot be read: line 1: quantity is 0\.5") as told:
        office.orders.get("1001")
    assert told.value.reason == "order_unreadable"


def test_misspelt_orders_are_named_with_near_matches(office: Any, make: Any) -> None:
    office.keep(make.order("2002"))
    reject(office, "1001")
    with pytest.raises(NotFoundError, match=r"no order 1010 that cannot be read.*1001"):
        office.orders.set_aside("1010")
    with pytest.raises(InputError, match="2002 can be read"):
        office.orders.set_aside("2002")
    reject(office, "1001", store="b2b")
    with pytest.raises(InputError, match="name one of them: b2b:id=r1001, shop:id=r1001"):
        office.orders.set_aside("1001")
    assert office.orders.set_aside("b2b:1001").store == "b2b"
