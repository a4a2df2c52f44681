"""The walk over a feed that is a list in memory: faults, circles, horizon, memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge.adapterkit.reading import (
    Key,
    Listed,
    NoProgressError,
    RawPage,
    changed_orders,
    is_an_orders_own,
    may_succeed_in_part,
    orders_by_id,
)
from fbridge.adapterkit.reading.progress import MOST_EMPTY, Progress
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.models.orders import RejectedOrder
from fbridge.models.platforms import OrderQuery

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    index: int

    def saved(self) -> int:
        return self.index


@dataclass
class ListFeed:
    """Orders 0 to ``count - 1``, each changed a second after the one before, long before the run."""

    count: int
    page_size: int = 10
    at_once: int = 10
    ids_at_once: int = 10
    overlap: timedelta = timedelta(seconds=2)
    broken: Callable[[int], FbridgeError | None] = lambda order: None
    incomplete: Callable[[int], FbridgeError | None] = lambda order: None
    sizes: list[int] = field(default_factory=list)
    clock: datetime = START

    def begin(self, since: datetime | None) -> Place:
        return Place(0 if since is None else max(int((since - self.changed(0)).total_seconds()), 0))

    def restored(self, saved: Any) -> Place:
        return Place(int(saved))

    def changed(self, order: int) -> datetime:
        return START - timedelta(days=1) + timedelta(seconds=order)

    def page(self, position: Place, size: int) -> Listed[int, Place]:
        self.sizes.append(size)
        rows = list(range(self.count))[position.index : position.index + size]
        self._fail(self.broken, rows)
        end = position.index + len(rows)
        return Listed(rows=rows, next=Place(end) if end < self.count else None, server_time=self.clock)

    def first(self, position: Place) -> tuple[str, Place] | None:
        return str(position.index), Place(position.index + 1)

    def by_ids(self, order_ids: Sequence[str]) -> list[int]:
        rows = [int(order_id) for order_id in order_ids if int(order_id) < self.count]
        self._fail(self.broken, rows)
        return rows

    def key(self, row: int) -> Key:
        return Key(str(row), self.changed(row), f"#{row}")

    def whole(self, rows: Sequence[int]) -> list[int]:
        self._fail(self.incomplete, rows)
        return list(rows)

    @staticmethod
    def _fail(fault: Callable[[int], FbridgeError | None], rows: Sequence[int]) -> None:
        for row in rows:
            error = fault(row)
            if error is not None:
                raise error


def pages_of(feed: ListFeed, cursor: Any = None, since: datetime | None = None) -> list[RawPage[int]]:
    query = OrderQuery(cursor=json.loads(json.dumps(cursor)) if cursor else None, since=since)
    return list(changed_orders({"orders": feed}, query, now=lambda: feed.clock))


def ids(pages: Sequence[RawPage[int]]) -> list[int]:
    return [order for page in pages for order in page.orders if not isinstance(order, RejectedOrder)]


def rejected(pages: Sequence[RawPage[int]]) -> list[RejectedOrder]:
    return [order for page in pages for order in page.orders if isinstance(order, RejectedOrder)]


BROKEN_OFF = UnreachableError("It broke off.", reason="server_error")


@given(count=st.integers(0, 60), size=st.integers(1, 12), broken=st.sets(st.integers(0, 59), max_size=5))
def test_every_order_comes_or_is_named(count: int, size: int, broken: set[int]) -> None:
    feed = ListFeed(count, page_size=size, broken=lambda order: BROKEN_OFF if order in broken else None)
    pages = pages_of(feed)
    assert ids(pages) == [order for order in range(count) if order not in broken]
    assert [one.remote_id for one in rejected(pages)] == [str(one) for one in sorted(broken) if one < count]


@given(count=st.integers(1, 40), size=st.integers(1, 7))
def test_from_each_cursor_the_rest_comes(count: int, size: int) -> None:
    feed = ListFeed(count, page_size=size)
    pages = pages_of(feed)
    for number, page in enumerate(pages[:-1], 1):
        before = ids(pages[:number])
        assert ids(pages_of(feed, page.cursor)) == list(range(len(before), count))
    # The last one goes back by the overlap.
    assert ids(pages_of(feed, pages[-1].cursor)) == list(range(max(count - 3, 0), count))


def test_what_is_read_beside_an_order_may_break_off_too() -> None:
    feed = ListFeed(20, incomplete=lambda order: BROKEN_OFF if order == 7 else None)
    pages = pages_of(feed)
    assert len(ids(pages)) == 19
    assert [(one.remote_id, one.number, one.reason) for one in rejected(pages)] == [
        ("7", "#7", "unreadable: It broke off.")
    ]


def test_what_passes_while_the_others_are_read_is_no_fault_of_the_order() -> None:
    tries: list[int] = []

    def passing(order: int) -> FbridgeError | None:
        tries.extend([order] if order == 7 else [])
        return BROKEN_OFF if order == 7 and len(tries) < 5 else None

    pages = pages_of(ListFeed(20, incomplete=passing))
    assert sorted(ids(pages)) == list(range(20))
    assert not rejected(pages)


@pytest.mark.parametrize(
    "error",
    [
        RefusedError("It sends on.", reason="redirected"),
        UnreachableError("A login page.", reason="blocked"),
        UnreachableError("A web page.", reason="html_instead_of_json"),
        UnreachableError("A gateway.", reason="gateway_timeout"),
        UnreachableError("Too much to do.", reason="unavailable"),
        CredentialsError("Not this key."),
    ],
    ids=lambda error: error.reason,
)
@pytest.mark.parametrize("where", ["broken", "incomplete"])
def test_what_stands_before_the_store_ends_the_fetch_and_books_nothing(
    error: FbridgeError, where: str
) -> None:
    feed = ListFeed(60, **{where: lambda order: error if order == 25 else None})  # type: ignore[arg-type]
    pages = changed_orders({"orders": feed}, OrderQuery(), now=lambda: START)
    got: list[RawPage[int]] = []
    with pytest.raises(type(error), match=str(error)[:5]):
        got.extend(iter(pages))
    pages = changed_orders({"orders": feed}, OrderQuery(), now=lambda: START)
    cursor: Any = None
    try:
        for page in pages:
            got.append(page)
            cursor = page.cursor
    except FbridgeError:
        pass
    healed = ListFeed(60)
    assert set(ids(got)) | set(ids(pages_of(healed, cursor))) == set(range(60))
    assert not rejected(got)


def test_what_the_platform_refuses_of_an_order_is_that_orders() -> None:
    feed = ListFeed(20, incomplete=lambda order: RefusedError("No such thing.") if order == 3 else None)
    assert [one.remote_id for one in rejected(pages_of(feed))] == ["3"]


def test_pages_grow_again_after_a_fault_has_passed() -> None:
    feed = ListFeed(400)
    faults = [BROKEN_OFF]
    feed.broken = lambda order: faults.pop() if faults else None
    assert ids(pages_of(feed)) == list(range(400))
    assert feed.sizes[:7] == [10, 5, 5, 5, 5, 5, 10]


def test_a_store_at_which_every_order_breaks_off_is_not_read_past() -> None:
    """A plugin that breaks them all is mended in an hour; orders that were left out would be lost."""
    with pytest.raises(UnreachableError, match="broke off"):
        pages_of(ListFeed(60, broken=lambda order: BROKEN_OFF if order >= 20 else None))
    with pytest.raises(UnreachableError, match="broke off"):
        pages_of(ListFeed(60, incomplete=lambda order: BROKEN_OFF))
    broken = ListFeed(60, page_size=50, broken=lambda order: BROKEN_OFF)
    with pytest.raises(UnreachableError, match="broke off"):
        list(orders_by_id(broken, [str(number) for number in range(50)]))


def test_orders_by_id_are_halved_and_the_broken_one_is_named() -> None:
    feed = ListFeed(30, broken=lambda order: BROKEN_OFF if order == 4 else None)
    asked = [str(number) for number in (*range(9), 77, 3)]
    pages = list(orders_by_id(feed, asked))
    assert sorted(ids(pages)) == [0, 1, 2, 3, 5, 6, 7, 8]
    assert [one.remote_id for one in rejected(pages)] == ["4"]
    assert [absent for page in pages for absent in page.absent] == ["77"]


def test_a_fetch_ends_at_the_stores_time_of_its_beginning() -> None:
    """Every row is newer than the clock was when the run began."""
    feed = ListFeed(1000)
    feed.clock = feed.changed(55)
    seen = feed.page

    def page(position: Place, size: int) -> Listed[int, Place]:
        listed = seen(position, size)
        feed.clock += timedelta(days=1)
        return listed

    feed.page = page  # type: ignore[method-assign]
    pages = pages_of(feed)
    assert ids(pages) == list(range(70))
    feed.page = seen  # type: ignore[method-assign]
    assert ids(pages_of(feed, pages[-1].cursor))[0] == 53


class TestProgress:
    def test_a_page_that_comes_again_may_do_so_once(self) -> None:
        progress = Progress[int]()
        page = [Key(str(number), START) for number in range(5)]
        assert progress.brings_news(page, 1)
        assert not progress.brings_news(page, 2)
        with pytest.raises(NoProgressError, match="same orders again"):
            progress.brings_news(page[:3], 3)

    def test_an_order_in_a_later_version_is_news(self) -> None:
        progress = Progress[int]()
        for number in range(9):
            assert progress.brings_news([Key("1", START + timedelta(seconds=number))], number)

    @given(lead=st.integers(0, 40), circle=st.integers(1, 40))
    def test_a_position_that_comes_again_is_found_however_long_the_circle(
        self, lead: int, circle: int
    ) -> None:
        progress, position = Progress[int](), 0

        def go_round() -> None:
            nonlocal position
            for number in range(1000):
                position = position + 1 if position < lead + circle else lead
                progress.brings_news([Key(str(number), START)], position)

        with pytest.raises(NoProgressError):
            go_round()

    def test_a_list_with_its_newest_change_first_is_not_gone_on_with(self) -> None:
        page = [Key(str(number), START - timedelta(seconds=number)) for number in range(5)]
        with pytest.raises(NoProgressError, match="newest change first"):
            Progress[int]().brings_news(page, 1)
        assert Progress[int]().brings_news(page, None), "nothing is left out where it is the last page"
        assert Progress[int]().brings_news(page[::-1], 1)

    def test_empty_pages_have_an_end(self) -> None:
        progress = Progress[int]()
        for number in range(MOST_EMPTY):
            progress.brings_news([], number)
        with pytest.raises(NoProgressError):
            progress.brings_news([], MOST_EMPTY)

    def test_the_last_page_may_hold_nothing_new(self) -> None:
        progress = Progress[int]()
        for _ in range(3):
            progress.brings_news([Key("1", START)], None)

    def test_a_list_of_which_nothing_can_be_believed_gives_no_page(self) -> None:
        feed = ListFeed(1000)
        seen = feed.page
        feed.page = lambda position, size: Listed(  # type: ignore[method-assign]
            rows=seen(Place(0), size).rows, next=Place(position.index + 10), server_time=START
        )
        with pytest.raises(NoProgressError):
            next(changed_orders({"orders": feed}, OrderQuery(), now=lambda: START))


@pytest.mark.parametrize(
    ("error", "own", "part"),
    [
        (UnreachableError("", reason="server_error"), True, True),
        (UnreachableError("", reason="broken_json"), True, True),
        (RefusedError("", reason="too_dear"), True, True),
        (UnreachableError("", reason="gateway_timeout"), False, True),
        (UnreachableError("", reason="answer_too_large"), False, True),
        (RefusedError("", reason="rest_forbidden"), True, False),
        (RefusedError("", reason="redirected"), False, False),
        (RefusedError("", reason="rest_no_route"), False, False),
        (UnreachableError("", reason="no_answer"), False, False),
        (UnreachableError("", reason="rate_limited"), False, False),
        (CredentialsError(""), False, False),
    ],
    ids=lambda value: getattr(value, "reason", ""),
)
def test_whose_fault_it_is(error: FbridgeError, own: bool, part: bool) -> None:
    assert (is_an_orders_own(error), may_succeed_in_part(error)) == (own, part)
