"""The planning of tracking rows, by itself: it settles at once, keeps what is not ours, and loses no number."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from fbridge.models.fulfillments import Baseline, FulfillmentShipment, Item, ResolvedCarrier, TrackingNumber
from fbridge_woocommerce.tracking_rows import number_of, plan_rows, rows_in, store_shipments, tracking_id

SHIPMENT = "6f1c2d3e-0000-4000-8000-000000000001"
NUMBERS = st.sampled_from([f"N{digit}" for digit in range(8)])
CARRIERS = st.none() | st.builds(
    ResolvedCarrier,
    code=st.just("X"),
    label=st.just("Rossi"),
    site_code=st.sampled_from([None, "ups", "brt-bartolini"]),
)


def shipment(numbers: list[str], carrier: ResolvedCarrier | None, **fields: Any) -> FulfillmentShipment:
    return FulfillmentShipment(
        **{
            "id": SHIPMENT,
            "revision": 1,
            "items": (Item(line_id="1", quantity=1),),
            "tracking": tuple(TrackingNumber(number=number, url="https://x/1") for number in numbers),
            "shipped_at": datetime(2026, 11, 23, 23, 59, tzinfo=UTC),
            "carrier": carrier,
            **fields,
        }
    )


def foreign(number: str, position: int) -> dict[str, Any]:
    return {"tracking_id": f"{position:032d}", "tracking_number": number, "tracking_provider": "dhl"}


others = st.lists(NUMBERS, max_size=4, unique=True).map(
    lambda numbers: [foreign(number, position) for position, number in enumerate(numbers)]
)


@given(held=others, numbers=st.lists(NUMBERS, max_size=5), carrier=CARRIERS)
def test_rows_settle_keep_others_and_hold_every_number_once(
    held: list[dict[str, Any]], numbers: list[str], carrier: ResolvedCarrier | None
) -> None:
    one = shipment(numbers, carrier)
    plan = plan_rows(held, [one])
    assert list(plan.rows[: len(held)]) == held
    shown = [number_of(row) for row in plan.rows]
    assert len(shown) == len(set(shown))
    assert set(shown) == {number_of(row) for row in held} | set(numbers)
    assert [number_of(row) for row in plan.rows if row["tracking_id"] in plan.ids[one.id]] == sorted(
        one.numbers, key=shown.index
    )
    again = plan_rows(plan.rows, [one])
    assert (again.changed, again.rows) == (False, plan.rows)
    assert plan.changed == (set(numbers) > set() and bool(set(numbers) - {number_of(row) for row in held}))


@given(
    held=others,
    before=st.lists(NUMBERS, max_size=4, unique=True),
    after=st.lists(NUMBERS, max_size=4, unique=True),
)
def test_a_correction_leaves_what_others_and_the_new_revision_want(
    held: list[dict[str, Any]], before: list[str], after: list[str]
) -> None:
    first = shipment(before, None)
    rows = plan_rows(held, [first]).rows
    corrected = shipment(after, None, revision=2, acknowledged=1, acknowledged_numbers=tuple(before))
    got = plan_rows(rows, [corrected]).rows
    assert {number_of(row) for row in got} == {number_of(row) for row in held} | set(after)
    assert list(got[: len(held)]) == held


@given(numbers=st.lists(NUMBERS, min_size=1, max_size=5, unique=True), held=others)
def test_every_row_of_ours_bears_our_mark(numbers: list[str], held: list[dict[str, Any]]) -> None:
    taken = {number_of(row) for row in held}
    rows = plan_rows(held, [shipment(numbers, None)]).rows
    marks = {entry.numbers[0]: entry.mark for entry in store_shipments(rows)}
    assert all(marks[number] == SHIPMENT for number in numbers if number not in taken)
    assert all(marks[number] is None for number in taken)


def test_ids_are_32_hex_digits_and_the_first_is_the_shipment() -> None:
    ids = [tracking_id(SHIPMENT, index) for index in range(50)]
    assert len(set(ids)) == 50
    assert ids[0] == UUID(SHIPMENT).hex
    assert all(len(own) == 32 and int(own, 16) >= 0 for own in ids)
    assert tracking_id("not-a-uuid", 0) == tracking_id("not-a-uuid", 0)


def test_a_row_of_the_plugins_route_keeps_its_id_when_corrected() -> None:
    held = [{"tracking_id": "a" * 32, "tracking_number": "OLD", "tracking_provider": "ups"}]
    corrected = shipment(
        ["NEW"], None, revision=2, acknowledged=1, acknowledged_numbers=("OLD",), remote_ids=("a" * 32,)
    )
    (row,) = plan_rows(held, [corrected]).rows
    assert (row["tracking_id"], row["tracking_number"]) == ("a" * 32, "NEW")


def test_rows_that_lost_tries_left_by_the_plugins_route_are_replaced_by_one() -> None:
    numbers = {"a": "THEIRS", "b": "LOST", "c": "LOST", "d": "SIBLING"}
    held = [{"tracking_id": key * 32, "tracking_number": number} for key, number in numbers.items()]
    before = Baseline(entries=(("a" * 32, "THEIRS"),), remaining=(), remote_status="processing")
    wish = shipment(["NEW"], None, former_numbers=("THEIRS", "LOST", "SIBLING"), baseline=before)
    sibling = replace(shipment(["SIBLING"], None), id=str(uuid4()))
    rows = plan_rows(held, [wish], [wish, sibling]).rows
    assert [number_of(row) for row in rows] == ["THEIRS", "NEW", "SIBLING"]


def test_a_row_in_the_plugins_own_spelling_is_left_alone() -> None:
    ups = ResolvedCarrier(code="UPS", label="UPS", site_code="ups")
    (row,) = plan_rows([], [shipment(["N1"], ups)]).rows
    rewritten = {**row, "tracking_provider": "UPS", "custom_tracking_link": None, "user_id": 3}
    plan = plan_rows([rewritten], [shipment(["N1"], ups)])
    assert (plan.changed, plan.rows) == (False, (rewritten,))


def test_php_makes_an_object_of_a_list_with_gaps() -> None:
    assert rows_in({"0": {"tracking_id": "a"}, "2": {"tracking_id": "b"}}) == [
        {"tracking_id": "a"},
        {"tracking_id": "b"},
    ]
    assert rows_in("broken") == []
    assert rows_in('[{"tracking_id": "a"}]') == rows_in({"x": {"tracking_id": "a"}}) == [{"tracking_id": "a"}]
