"""Orders in the database: no version lost, none twice, and quantities that count what is on its way."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.errors import InputError, NotFoundError
from fbridge.models.orders import Address, Doubt, Payment, StoreShipment
from fbridge.models.states import Delivery, FulfillmentState, OrderStatus, PaymentKind, PushState
from fbridge.orders import listing
from fbridge.orders.listing import OrderFilter
from fbridge.orders.storage import (
    UpsertCounts,
    load_orders,
    order_ids,
    upsert_page,
)
from fbridge.storage import postgres
from fbridge.storage.tables import orders


def kept(office: Any, remote_id: str = "r1001", store: str = "shop") -> Any:
    with office.context.database.read() as connection:
        ids = order_ids(connection, store, [remote_id])
        return load_orders(connection, list(ids.values()))[ids[remote_id]]


def test_an_order_comes_back_as_it_was_kept(office: Any, make: Any) -> None:
    order = make.order(
        "1001",
        make.line(
            "7",
            "MUG",
            5,
            removed=1,
            shipped=1,
            total=Decimal("12.345"),
            weight_grams=300,
            locations=(("wh1", 3), ("wh2", 1)),
            held=1,
        ),
        make.line("8", "GIFT", 1, shippable=False),
        payment=Payment(kind=PaymentKind.COD, method="cod", title="Contrassegno", amount_due=Decimal("10.10")),
        bill_to=Address(company="Rossi & Figli", email="ada@example.org"),
        note="Suonare due volte \N{BELL}",
        channel="ebay",
        sold_in="it",
        shipments=(
            StoreShipment(
                remote_id="f1", mark="m", numbers=("N1",), carrier="BRT", lines=(("7", 1),),
                created_at=datetime(2026, 3, 1, tzinfo=UTC), mailed=True,
            ),
        ),
        ambiguous_time=True,
    )  # fmt: skip
    assert office.keep(order) == UpsertCounts(new=1)
    assert kept(office) == order


def test_a_page_counts_new_changed_and_unchanged(office: Any, make: Any) -> None:
    first, second, third = (make.order(number) for number in ("1001", "1002", "1003"))
    assert office.keep(first, second) == UpsertCounts(new=2)
    later = replace(second, changed_at=second.changed_at + timedelta(minutes=1), status=OrderStatus.CANCELLED)
    assert office.keep(first, later, third) == UpsertCounts(new=1, changed=1, unchanged=1)
    assert kept(office, "r1002").status is OrderStatus.CANCELLED


def test_an_older_version_does_not_replace_a_newer_one(office: Any, make: Any) -> None:
    order = make.order("1001")
    office.keep(order)
    older = replace(order, changed_at=order.changed_at - timedelta(seconds=1), status=OrderStatus.ON_HOLD)
    assert office.keep(older) == UpsertCounts(unchanged=1)
    assert kept(office).status is OrderStatus.OPEN


def test_another_content_in_the_same_second_is_a_change(office: Any, make: Any) -> None:
    order = make.order("1001")
    office.keep(order)
    assert office.keep(replace(order, note="changed")) == UpsertCounts(changed=1)
    assert kept(office).note == "changed"


def test_an_order_twice_on_a_page_is_kept_once_in_its_newest_version(office: Any, make: Any) -> None:
    order = make.order("1001")
    later = replace(order, changed_at=order.changed_at + timedelta(seconds=9), note="later")
    assert office.keep(later, order) == UpsertCounts(new=1, unchanged=1)
    assert kept(office).note == "later"


def test_lines_that_are_gone_on_the_store_are_gone_here(office: Any, make: Any) -> None:
    order = make.order("1001", make.line("1", "A"), make.line("2", "B"))
    office.keep(order)
    office.keep(replace(order, lines=(make.line("2", "B", 4),), changed_at=order.changed_at + timedelta(1)))
    assert [(line.id, line.quantity) for line in kept(office).lines] == [("2", 4)]


def test_two_stores_may_have_the_same_remote_id(office: Any, make: Any) -> None:
    office.keep(make.order("1001"))
    assert office.keep(make.order("1001", note="other"), store="b2b") == UpsertCounts(new=1)
    assert kept(office).note == ""


def test_orders_before_the_first_day_on_the_users_wall_are_historic(office: Any, make: Any) -> None:
    # 23:30 UTC on 28 February is 1 March in Rome.
    inside = make.order("1001", created_at=datetime(2026, 2, 28, 23, 30, tzinfo=UTC))
    outside = make.order("1002", created_at=datetime(2026, 2, 28, 22, 30, tzinfo=UTC))
    office.keep(inside, outside, orders_from=date(2026, 3, 1))
    assert [row.historic for row in office.orders.list()] == [True, False]
    assert [row.number for row in office.orders.list(OrderFilter(ready=True))] == ["1001"]


def test_text_that_databases_refuse_does_not_stop_a_page(office: Any, make: Any) -> None:
    assert office.keep(make.order("1001", note="a\x00b\ud83d", remote_status="x" * 500)) == UpsertCounts(
        new=1
    )
    assert kept(office).note == "ab?"


def test_rows_put_in_at_once_are_kept_as_any_other_row(office: Any, make: Any) -> None:
    """What looks for them compares what is in the database: an empty list of doubts is no null, nor a time local."""
    office.keep(make.order("1001", channel=None, doubts=()))
    with office.context.database.write() as connection:
        (row,) = connection.execute(sa.select(orders)).mappings().all()
        twin = {**row, "id": row["id"] + 1, "remote_id": "twin"}
        connection.execute(sa.insert(orders).values(twin))
        as_kept, as_any = connection.execute(sa.text("SELECT * FROM orders ORDER BY id")).mappings().all()
    assert {**as_any, "id": row["id"], "remote_id": row["remote_id"]} == dict(as_kept)


def test_a_page_is_kept_in_few_statements(office: Any, make: Any) -> None:
    page = [make.order(str(number)) for number in range(100)]
    statements: list[str] = []
    with office.context.database.write() as connection:
        sa.event.listen(
            connection, "before_cursor_execute", lambda *args: statements.append(args[2]), named=False
        )
        counts = upsert_page(
            connection,
            "shop",
            page,
            orders_from=None,
            timezone=office.context.timezone,
            now=office.context.now(),
        )
    assert counts.new == 100
    assert len(statements) <= 8


@pytest.mark.parametrize(
    ("shipped_on_store", "state", "free", "fulfillment"),
    [
        (0, PushState.WAITING, 3, FulfillmentState.UNFULFILLED),
        (1, PushState.WAITING, 2, FulfillmentState.PARTIAL),
        (0, PushState.SENT, 3, FulfillmentState.PARTIAL),
        (2, PushState.SENT, 3, FulfillmentState.PARTIAL),
        (4, PushState.DONE_ELSEWHERE, 1, FulfillmentState.PARTIAL),
        (5, PushState.SENT, 0, FulfillmentState.FULFILLED),
    ],
)
def test_what_is_open_counts_our_shipments_and_the_stores_once(
    office: Any, make: Any, shipped_on_store: int, state: PushState, free: int, fulfillment: FulfillmentState
) -> None:
    order = make.order("1001", make.line("7", "MUG", 6, removed=1))
    office.keep(order)
    shipment = office.shipments.create("1001", items={"MUG": 2})
    office.pushed(shipment, state)
    shown = replace(order.lines[0], shipped=shipped_on_store)
    office.keep(replace(order, lines=(shown,), changed_at=order.changed_at + timedelta(minutes=1)))
    row = office.orders.get("1001").row
    assert (row.open_quantity, row.fulfillment) == (free, fulfillment)


def test_a_corrected_number_after_a_push_frees_no_and_takes_no_piece(office: Any, make: Any) -> None:
    order = make.order("1001", make.line("7", "MUG", 4))
    office.keep(order)
    office.manifests.add("BRT", [office.shipments.create("1001", items={"MUG": 2}).label])
    office.leave("BRT")
    office.sent(office.shipments.get("1001"))
    shown = replace(order.lines[0], shipped=2)
    office.keep(replace(order, lines=(shown,), changed_at=order.changed_at + timedelta(minutes=1)))
    office.shipments.set_tracking("1001", ["BRT-2"])
    assert office.orders.get("1001").lines[0].free == 2


def test_pieces_that_the_store_holds_back_are_not_free(office: Any, make: Any) -> None:
    office.keep(make.order("1001", make.line("7", "MUG", 5, held=2)))
    assert office.orders.get("1001").lines[0].free == 3


def test_list_filters(office: Any, make: Any) -> None:
    old = office.context.now() - timedelta(days=10)
    office.keep(
        make.order("1", created_at=old),
        make.order("2", payment=make.cod("20.00")),
        make.order("3", payment=Payment(kind=PaymentKind.UNPAID, amount_due=Decimal(5))),
        make.order("4", delivery=Delivery.PICKUP),
        make.order("5", status=OrderStatus.CANCELLED),
        make.order("6", make.line("6", "MUG", 2, shipped=2)),
        make.order("7", shipping_method=None),
    )
    office.keep(make.order("8"), store="b2b")

    def numbers(**chosen: Any) -> str:
        return "".join(row.number for row in office.orders.list(OrderFilter(**chosen)))

    assert numbers() == "12345678"
    assert numbers(ready=True) == "1278"
    assert numbers(cod=True) == "2"
    assert numbers(unpaid=True) == "3"
    assert numbers(carrier="gls") == "8"
    assert numbers(ready=True, carrier="BRT") == "12"
    assert numbers(store="b2b") == "8"
    assert numbers(since=old + timedelta(days=1), limit=2) == "23"
    assert numbers(older_than=timedelta(days=5)) == "1"
    assert numbers(state=FulfillmentState.FULFILLED) == "6"


def test_a_route_to_pickup_takes_an_order_off_the_ready_ones(office: Any, make: Any) -> None:
    office.keep(make.order("1001"))
    office.carriers.route("shop", "flat_rate:1", "pickup")
    assert list(office.orders.list(OrderFilter(ready=True))) == []
    assert office.orders.get("1001").row.delivery is Delivery.PICKUP


@pytest.mark.parametrize("ref", ["1001", "#1001", "shop:1001", "shop:#1001", "shop:id=r#1001"])
def test_an_order_is_named_in_several_ways(office: Any, make: Any, ref: str) -> None:
    office.keep(make.order("#1001"), make.order("#1002"))
    assert office.orders.get(ref).row.number == "#1001"


def test_an_unknown_order_names_near_ones(office: Any, make: Any) -> None:
    office.keep(make.order("XKBKNABJK"), make.order("1002"))
    with pytest.raises(NotFoundError, match=r'no order XKBKNABJJ\. Did you mean "XKBKNABJK"\?'):
        office.orders.get("XKBKNABJJ")


def test_a_number_that_two_stores_have_must_be_told_apart(office: Any, make: Any) -> None:
    office.keep(make.order("1001"))
    office.keep(make.order("1001", note="theirs"), store="b2b")
    with pytest.raises(
        InputError, match="2 orders have the number 1001; name one of them: shop:1001, b2b:1001"
    ):
        office.orders.get("1001")
    assert office.orders.get("b2b:1001").note == "theirs"
    assert office.orders.get("1001", "b2b").note == "theirs"


def test_a_number_that_one_store_has_twice_is_told_apart_by_the_platforms_id(office: Any, make: Any) -> None:
    office.keep(make.order("REF", remote_id="8"), make.order("REF", remote_id="9", note="second"))
    with pytest.raises(InputError, match="shop:id=8, shop:id=9"):
        office.orders.get("REF")
    assert office.orders.get("shop:id=9").note == "second"


def test_an_unknown_store_or_carrier_in_a_filter_is_said_at_once(office: Any) -> None:
    with pytest.raises(NotFoundError, match=r'no store shopp\. Did you mean "shop"\?'):
        office.orders.list(OrderFilter(store="shopp"))
    with pytest.raises(NotFoundError, match="no carrier DHL"):
        office.orders.list(OrderFilter(carrier="DHL"))


def test_details_stream_all_that_an_export_needs(office: Any, make: Any) -> None:
    office.keep(*(make.order(str(number)) for number in range(1000, 1300)))
    office.shipments.create("1001", items={"MUG": 1}, numbers=["N1"])
    found = {detail.row.number: detail for detail in office.orders.details()}
    assert len(found) == 300
    assert found["1001"].lines[0].free == 2
    assert found["1001"].shipments[0].numbers == ("N1",)
    assert found["1002"].ship_to.city == "Milano"
    assert found["1002"].shipments == ()


def test_in_a_repeated_hour_the_later_read_counts_whatever_its_time_says(office: Any, make: Any) -> None:
    """At the first 02:50 the clock goes back to 02:00, and at the second 02:10 the order is changed again."""
    at = datetime(2026, 10, 25, 1, 50, tzinfo=UTC)
    first = make.order("1001", changed_at=at, ambiguous_time=True, note="first")
    office.keep(first)
    again = make.order("1001", changed_at=at - timedelta(minutes=40), ambiguous_time=True, note="second")
    assert office.keep(again).changed == 1
    assert office.orders.get("1001").note == "second"
    much_older = make.order("1001", changed_at=at - timedelta(hours=3), note="stale")
    assert office.keep(much_older).changed == 0


def test_who_looks_at_a_long_list_for_long_is_not_cut_off(
    office: Any, make: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``orders list | less`` reads the next orders when the person turns the page."""
    monkeypatch.setitem(postgres._SERVER_LIMITS, "idle_in_transaction_session_timeout", "100ms")
    monkeypatch.setattr(listing, "_AT_ONCE", 1)
    context.database.engine.dispose()
    office.keep(*(make.order(str(number)) for number in range(1001, 1004)))
    shown = []
    for row in office.orders.list():
        shown.append(row.number)
        time.sleep(0.3)
    assert shown == ["1001", "1002", "1003"]


def test_of_an_order_without_its_own_time_the_content_tells_versions_apart(office: Any, make: Any) -> None:
    order = make.order("1001")
    office.keep(order)
    untold = replace(order, changed_at=order.created_at, untold_time=True, note="changed")
    assert office.keep(untold) == UpsertCounts(changed=1)
    assert office.keep(untold) == UpsertCounts(unchanged=1)
    assert kept(office).note == "changed"


def test_doubts_are_kept_until_they_are_gone(office: Any, make: Any) -> None:
    doubt = Doubt(code="no_lines", words="The store gives no goods.")
    order = make.order("1001", doubts=(doubt,))
    office.keep(order)
    assert kept(office).doubts == (doubt,)
    assert list(office.orders.list(OrderFilter(ready=True))) == []
    assert [row.doubts for row in office.orders.list(OrderFilter(marked=True))] == [(doubt,)]
    office.keep(replace(order, doubts=()))
    assert [row.number for row in office.orders.list(OrderFilter(ready=True))] == ["1001"]
    assert list(office.orders.list(OrderFilter(marked=True))) == []


def test_an_order_without_a_piece_is_not_fulfilled(office: Any, make: Any) -> None:
    office.keep(replace(make.order("1001"), lines=()), make.order("1002", make.line("1", "A", 0)))
    assert {row.fulfillment for row in office.orders.list()} == {FulfillmentState.UNFULFILLED}


def test_amounts_that_the_store_does_not_tell(office: Any, make: Any) -> None:
    payment = Payment(kind=PaymentKind.COD, amount_due=None)
    order = make.order("1001", total=None, payment=payment, currency="")
    office.keep(order)
    assert kept(office) == order
    (row,) = office.orders.list()
    assert (row.total, row.amount_due) == (None, None)
