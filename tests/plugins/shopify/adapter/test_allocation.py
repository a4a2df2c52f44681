"""Which fulfillment orders the pieces of a shipment are taken from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbridge_shopify.allocation import FulfillmentOrder, OpenLine, Stock, why_lacking

ROME, TURIN = "1", "2"
MAY = ("CREATE_FULFILLMENT", "SPLIT")


def source(
    number: int,
    *lines: tuple[str, int],
    location: str = ROME,
    status: str = "OPEN",
    actions: Sequence[str] = MAY,
    holds: Sequence[str] = (),
) -> FulfillmentOrder:
    return FulfillmentOrder(
        id=f"FO{number}",
        status=status,
        is_open=status not in {"CLOSED", "CANCELLED"},
        actions=frozenset(actions),
        location=location,
        lines=tuple(OpenLine(f"{number}-{line_id}", line_id, remaining) for line_id, remaining in lines),
        holds=tuple(holds),
    )


def taken(
    sources: Sequence[FulfillmentOrder], wanted: dict[str, int], location: str | None = None
) -> dict[str, dict[str, int]]:
    """By fulfillment order: the ids of its lines with quantities."""
    takes, _ = Stock(sources).take(Counter(wanted), location=location)
    return {take.source.id: dict(take.pieces) for take in takes}


def test_all_of_an_order_is_all_of_its_fulfillment_order() -> None:
    (take,), lacking = Stock([source(1, ("A", 2), ("B", 1))]).take(Counter(A=2, B=1))
    assert dict(take.pieces) == {"1-A": 2, "1-B": 1}
    assert (take.whole, lacking) == (True, {})


def test_a_part_goes_by_the_id_of_the_line_in_its_fulfillment_order() -> None:
    (take,), _ = Stock([source(1, ("A", 3), ("B", 1))]).take(Counter(A=2))
    assert take.pieces == (("1-A", 2),)
    assert not take.whole


def test_goods_at_two_locations_are_taken_from_both() -> None:
    sources = [source(1, ("A", 2)), source(2, ("B", 1), location=TURIN)]
    assert taken(sources, {"A": 2, "B": 1}) == {"FO1": {"1-A": 2}, "FO2": {"2-B": 1}}


def test_a_divided_line_is_taken_where_the_goods_left_from() -> None:
    sources = [source(1, ("A", 2)), source(2, ("A", 1), location=TURIN)]
    assert taken(sources, {"A": 1}, location=TURIN) == {"FO2": {"2-A": 1}}
    assert taken(sources, {"A": 1}, location=ROME) == {"FO1": {"1-A": 1}}


def test_a_location_may_be_named_by_its_global_id() -> None:
    sources = [source(1, ("A", 2)), source(2, ("A", 1), location=TURIN)]
    assert taken(sources, {"A": 1}, location=f"gid://shopify/Location/{TURIN}") == {"FO2": {"2-A": 1}}


def test_without_a_location_the_fulfillment_orders_are_taken_in_their_order() -> None:
    sources = [source(1, ("A", 2)), source(2, ("A", 1), location=TURIN)]
    assert taken(sources, {"A": 1}) == {"FO1": {"1-A": 1}}
    assert taken(sources, {"A": 3}) == {"FO1": {"1-A": 2}, "FO2": {"2-A": 1}}


def test_what_the_wanted_location_has_not_comes_from_another() -> None:
    sources = [source(1, ("A", 2)), source(2, ("A", 1), location=TURIN)]
    assert taken(sources, {"A": 2}, location=TURIN) == {"FO2": {"2-A": 1}, "FO1": {"1-A": 1}}


def test_a_location_that_has_everything_goes_before_one_that_has_a_part() -> None:
    sources = [source(1, ("A", 1)), source(2, ("A", 1), ("B", 1), location=TURIN)]
    assert taken(sources, {"A": 1, "B": 1}) == {"FO2": {"2-A": 1, "2-B": 1}}


def test_a_fulfillment_order_of_exactly_these_pieces_is_taken_before_a_part_of_another() -> None:
    """As after a split whose answer was lost: no second one is made."""
    sources = [source(1, ("A", 4)), source(2, ("A", 1))]
    takes, _ = Stock(sources).take(Counter(A=1))
    assert [(take.source.id, take.whole) for take in takes] == [("FO2", True)]
    both = [source(1, ("A", 2)), source(2, ("A", 8)), source(3, ("A", 1))]
    takes, _ = Stock(both).take(Counter(A=3))
    assert [(take.source.id, take.whole) for take in takes] == [("FO1", True), ("FO3", True)]


def test_two_shipments_share_what_is_there() -> None:
    stock = Stock([source(1, ("A", 3))])
    first, _ = stock.take(Counter(A=2))
    second, lacking = stock.take(Counter(A=2))
    assert [dict(take.pieces) for take in (*first, *second)] == [{"1-A": 2}, {"1-A": 1}]
    assert lacking == {"A": 1}
    assert not second[0].whole, "the first one's pieces are in it too"


@pytest.mark.parametrize("status", ["CLOSED", "CANCELLED"])
def test_remaining_pieces_of_one_that_is_over_do_not_count(status: str) -> None:
    sources = [source(1, ("A", 1), status=status), source(2, ("A", 1))]
    assert taken(sources, {"A": 1}) == {"FO2": {"2-A": 1}}


def test_only_the_allowed_actions_tell_whether_goods_may_leave() -> None:
    assert taken([source(1, ("A", 1), status="IN_PROGRESS")], {"A": 1}) == {"FO1": {"1-A": 1}}
    assert taken([source(1, ("A", 1), actions=["REQUEST_FULFILLMENT"])], {"A": 1}) == {}


@pytest.mark.parametrize(
    ("sources", "unseen", "reason", "said"),
    [
        (
            [source(7, ("A", 1), status="ON_HOLD", actions=["HOLD"], holds=["OTHER: call first"])],
            True,
            "on_hold",
            "call first",
        ),
        ([source(1, ("A", 1), status="SCHEDULED", actions=["MARK_AS_OPEN"])], False, "scheduled", "later"),
        ([source(1, ("A", 1), actions=["REQUEST_FULFILLMENT"])], False, "not_fulfillable", "another app"),
        ([], True, "missing_scopes", "write_merchant_managed_fulfillment_orders"),
        ([source(1, ("A", 1), status="CLOSED")], False, "nothing_left_to_fulfill", "1 piece"),
        ([source(1, ("B", 1), status="ON_HOLD", actions=[])], False, "nothing_left_to_fulfill", "cancelled"),
    ],
)
def test_why_pieces_are_not_to_be_had(
    sources: list[FulfillmentOrder], unseen: bool, reason: str, said: str
) -> None:
    problem = why_lacking(sources, Counter(A=1), unseen=unseen)
    assert (str(problem.outcome), problem.reason) == ("refused", reason)
    assert said in problem.words


LINES = st.dictionaries(st.sampled_from("ABC"), st.integers(1, 4), min_size=1)


@given(
    st.lists(st.tuples(LINES, st.sampled_from([ROME, TURIN])), max_size=4),
    st.lists(LINES, max_size=3),
    st.sampled_from([None, ROME, TURIN]),
)
def test_no_piece_is_taken_twice_and_none_is_forgotten(
    shelves: list[tuple[dict[str, int], str]], shipments: list[dict[str, int]], location: str | None
) -> None:
    sources = [
        source(number, *lines.items(), location=place) for number, (lines, place) in enumerate(shelves)
    ]
    there = sum((one.pieces for one in sources), Counter[str]())
    stock, line_of = Stock(sources), {line.id: line.line_id for one in sources for line in one.lines}
    for wanted in shipments:
        takes, lacking = stock.take(Counter(wanted), location=location)
        got: Counter[str] = Counter()
        for take in takes:
            for line_id, quantity in take.pieces:
                got[line_of[line_id]] += quantity
        assert got + lacking == Counter(wanted)
        assert got == Counter(wanted) & there
        there -= got
