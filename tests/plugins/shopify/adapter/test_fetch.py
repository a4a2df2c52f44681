"""No order version is lost while the store goes on working (C1), and one bad order stops no other (C2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fbridge.adapterkit.reading import may_succeed_in_part
from fbridge.models.orders import Order
from fbridge.models.platforms import Store
from fbridge.models.states import Delivery, FulfillmentState, OrderStatus, PaymentKind
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import cost_budget, reading
from fbridge_shopify.answers import Answer, GraphError, TooDearError, error_in
from fbridge_shopify.client import MOST_BREAKDOWNS, ShopifyClient
from fbridge_shopify.cost_budget import PageShape, Sizes
from fbridge_shopify.schemas import number_of

from .fetch_calls import PLUS, TIE, TURIN, MakeSandbox, StoreOf, all_ids, asked, fetched, pages_of


@pytest.fixture
def pages_of_fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several pages without thousands of orders."""
    monkeypatch.setattr(cost_budget, "_PAGES", (50,))


def test_all_orders_come_whatever_their_state(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=150)
    got = fetched(store_of(served))
    assert set(got) == all_ids(served)
    assert {order.status for order in got.values()} == set(OrderStatus)
    assert {order.payment.kind for order in got.values()} == set(PaymentKind)
    assert {order.delivery for order in got.values()} == set(Delivery)
    assert {order.fulfillment_state for order in got.values()} == set(FulfillmentState)


def test_pages_come_oldest_change_first(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=250)
    pages = list(pages_of(store_of(served)))
    changed = [order.changed_at for page in pages for order in page.orders]
    assert changed == sorted(changed)
    assert [len(page.orders) for page in pages] == [100, 100, 50]


def test_a_page_is_one_request(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=90)
    assert len(fetched(store_of(served))) == 90
    # The first run counts, to choose between pages and a bulk operation.
    assert [request.path.rpartition(" ")[2] for request in served.control.requests()] == [
        "ordersCount",
        "orders",
    ]


def test_only_what_changed_since_comes(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    store = store_of(sandbox)
    times = sorted(order.changed_at for order in fetched(store).values())
    since = times[len(times) // 2]
    got = fetched(store, since=since)
    assert {order.changed_at for order in got.values()} == {moment for moment in times if moment >= since}


@pytest.mark.usefixtures("pages_of_fifty")
def test_the_next_run_reads_what_changed_and_little_more(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=120, **PLUS)
    store = store_of(served)
    cursor = list(pages_of(store))[-1].cursor
    changed = served.control.order_ids()[40]
    served.control.change(changed, note="Please ring")
    served.control.forget_requests()
    got = fetched(store, cursor)
    assert got[changed].note == "Please ring"
    assert len(got) < 10
    assert asked(served, "ordersCount") == 0


@pytest.mark.usefixtures("pages_of_fifty")
@pytest.mark.parametrize("tied", [50, 120, 200])
def test_hundreds_of_orders_that_share_a_second(
    make_sandbox: MakeSandbox, store_of: StoreOf, tied: int
) -> None:
    served = make_sandbox(orders=260, **PLUS)
    served.control.set_changed(served.control.order_ids()[30 : 30 + tied], TIE)
    got = [order.remote_id for page in pages_of(store_of(served)) for order in page.orders]
    assert set(got) == all_ids(served)
    assert len(got) == len(set(got))


@pytest.mark.usefixtures("pages_of_fifty")
def test_a_tie_survives_orders_that_leave_it_meanwhile(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=300, **PLUS)
    ids = served.control.order_ids()
    served.control.set_changed(ids[:250], TIE)
    got = set[str]()
    for count, page in enumerate(pages_of(store_of(served))):
        got |= {order.remote_id for order in page.orders}
        for order_id in ids[count * 40 : count * 40 + 20]:
            served.control.change(order_id, note="moved")
    assert got == all_ids(served)


@pytest.mark.usefixtures("pages_of_fifty")
def test_orders_that_change_while_pages_are_read_come_in_their_last_version(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=300, **PLUS)
    store, got = store_of(served), dict[str, Order]()
    cursor: Mapping[str, Any] = {}
    for count, page in enumerate(pages_of(store)):
        got |= {order.remote_id: order for order in page.orders}
        cursor = page.cursor
        if count < 3:
            for order_id in served.control.order_ids("UNFULFILLED")[:20]:
                served.control.ship_by_hand(order_id, number=f"N{count}")
    got |= fetched(store, cursor)
    last = fetched(store)
    assert {key: one.remote_status for key, one in got.items()} == {
        key: one.remote_status for key, one in last.items()
    }


@pytest.mark.usefixtures("pages_of_fifty")
def test_a_restart_from_any_cursor_loses_nothing(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=230, **PLUS)
    served.control.set_changed(served.control.order_ids()[50:170], TIE)
    store = store_of(served)
    before = set[str]()
    for page in pages_of(store):
        before |= {order.remote_id for order in page.orders}
        assert before | set(fetched(store, page.cursor)) == all_ids(served)


@pytest.mark.usefixtures("pages_of_fifty")
def test_the_search_moves_up_before_the_list_ends(
    make_sandbox: MakeSandbox, store_of: StoreOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WINDOW", 100)
    served = make_sandbox(orders=260, **PLUS)
    pages = list(pages_of(store_of(served)))
    assert {order.remote_id for page in pages for order in page.orders} == all_ids(served)
    searches = {page.cursor["orders"]["at"].get("since") for page in pages[:-1]}
    assert len(searches) == 3


@pytest.mark.usefixtures("pages_of_fifty")
def test_a_page_cursor_that_the_store_takes_no_more_begins_its_search_anew(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=120, **PLUS)
    kept = next(pages_of(store_of(served))).cursor["orders"]
    cursor = {"orders": {**kept, "at": {**kept["at"], "after": "bm9uc2Vuc2U="}}}
    assert set(fetched(store_of(served), cursor)) == all_ids(served)


def test_an_order_with_more_lines_than_a_page_holds(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 1), ("OLIO-EVO-5L", 2)] * 35)
    sandbox.control.ship_by_hand(order_id, dict.fromkeys(range(60), 1), number="N1")
    store = store_of(sandbox)
    expected = sandbox.control.order(order_id)["lineItems"]
    for got in (fetched(store)[order_id], fetched(store, order_ids=(order_id,), shipments=True)[order_id]):
        assert [(line.id, line.quantity, line.remaining) for line in got.lines] == [
            (number_of(line["id"]), line["quantity"], line["unfulfilledQuantity"]) for line in expected
        ]
        assert len(got.lines) == 70
        assert sum(pieces for line in got.lines for _, pieces in line.locations) == sum(
            line.remaining for line in got.lines
        )
        assert got.adapter_data["unseen_fulfillment_orders"] is False
    assert len(got.shipments[0].lines) == 60


def test_an_order_with_more_fulfillment_orders_than_a_page_holds(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 14)])
    for _ in range(12):
        sandbox.control.move(order_id, 0, TURIN, 1)
    store = store_of(sandbox)
    for got in (fetched(store)[order_id], fetched(store, order_ids=(order_id,))[order_id]):
        assert len(got.adapter_data["fulfillment_orders"]) == 13
        assert dict(got.lines[0].locations)[str(TURIN)] == 12


def test_a_page_that_is_too_dear_is_halved(
    make_sandbox: MakeSandbox, store_of: StoreOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shopify changes what things cost: pages of 100 with this much of each order are refused by the real limit."""
    monkeypatch.setattr(reading, "USUAL", Sizes(lines=250, fulfillment_orders=10, pieces=250))
    monkeypatch.setattr(cost_budget.comfortable_page, "__kwdefaults__", {"points": 5000})
    served = make_sandbox(orders=120, **PLUS)
    shapes: list[PageShape] = []
    read = ShopifyClient.changed_orders

    def watched(client: ShopifyClient, *args: Any, **options: Any) -> Any:
        shapes.append(args[2])
        return read(client, *args, **options)

    monkeypatch.setattr(ShopifyClient, "changed_orders", watched)
    assert set(fetched(store_of(served))) == all_ids(served)
    firsts = [shape.first for shape in shapes]
    assert firsts[0] == 100
    assert firsts == sorted(firsts, reverse=True)
    assert firsts[-1] < 100


def test_a_page_that_takes_more_than_ten_seconds_is_halved(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=120, **PLUS)
    store = store_of(served)
    served.control.add_fault("gateway_timeout", method="read", path=" orders$", times=2)
    pages = list(pages_of(store))
    assert [len(page.orders) for page in pages] == [25, 25, 25, 25, 20]
    # The same again would take as long.
    assert asked(served, "orders") == 2 + 5


@pytest.mark.parametrize(
    ("code", "of_one"), [("TIMEOUT", True), ("MAX_COST_EXCEEDED", True), ("INTERNAL_SERVER_ERROR", False)]
)
def test_which_errors_of_a_query_are_a_reason_to_ask_for_less(code: str, of_one: bool) -> None:
    """Of a page all of them; of one order that Shopify breaks off at, less would break off too."""
    error = error_in([GraphError("It did not work out.", code)])
    assert may_succeed_in_part(error)
    assert reading.is_too_much(error) is of_one


def test_orders_by_id_are_halved_too(
    make_sandbox: MakeSandbox, store_of: StoreOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = make_sandbox(orders=20)
    read = ShopifyClient.orders

    def dear(client: ShopifyClient, ids: Any, sizes: Sizes, **options: Any) -> Any:
        if len(ids) > 6:
            raise TooDearError("Query cost is 2003")
        return read(client, ids, sizes, **options)

    monkeypatch.setattr(ShopifyClient, "orders", dear)
    ids = tuple(served.control.order_ids())
    got = [order.remote_id for page in pages_of(store_of(served), order_ids=ids) for order in page.orders]
    assert got == list(ids)


def test_a_chunk_is_read_again_in_one_request(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=60)
    store = store_of(served)
    ids = tuple(served.control.order_ids()[:20])
    assert set(fetched(store, order_ids=ids, shipments=True)) == set(ids)
    assert len(served.control.requests()) == 1


def test_orders_by_id_with_their_shipments_and_the_unknown(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 2), ("OLIO-EVO-5L", 1)])
    (made,) = sandbox.control.ship_by_hand(order_id, {0: 1}, number="N1", company="BRT")
    gone = ("gid://shopify/Order/99", "77", "gid://shopify/Product/1", "gid://shopify/Order/0", "")
    (page,) = pages_of(store_of(sandbox), order_ids=(order_id, *gone, order_id), shipments=True)
    assert page.absent == gone
    (order,) = page.orders
    shown = sandbox.control.order(order_id)
    (shipment,) = order.shipments
    assert (shipment.remote_id, shipment.numbers, shipment.carrier) == (made, ("N1",), "BRT")
    assert shipment.lines == ((number_of(shown["lineItems"][0]["id"]), 1),)
    assert shipment.mark == shown["fulfillmentOrders"][0]["id"]
    assert not order.marks
    assert [line.remaining for line in order.lines] == [1, 1]


def test_c3_pieces_that_were_given_back_are_taken_off(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 3)])
    sandbox.control.refund(order_id, 0, 2)
    (line,) = fetched(store_of(sandbox))[order_id].lines
    assert (line.quantity, line.removed, line.due, line.remaining) == (3, 2, 1, 1)


@pytest.mark.parametrize("breaks_below", [True, False], ids=["a part of it", "all of it"])
def test_an_order_that_shopify_breaks_off_at_does_not_take_the_others_along(
    shop: Callable[..., Store],
    raw_order_of: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    breaks_below: bool,
) -> None:
    """An error at one of the nodes, each time: names are there beside it, or nothing is."""
    ids = ("gid://shopify/Order/1", "gid://shopify/Order/2")
    second = raw_order_of(id=ids[1], name="#2", shippingAddress=None) if breaks_below else None
    fault = GraphError("Internal error.", "INTERNAL_SERVER_ERROR", ("nodes", 1, "shippingAddress"))
    broken = Answer(data={"nodes": [raw_order_of(id=ids[0]), second]}, errors=(fault,))
    tries: list[Answer] = []

    def executed(*_: Any) -> Answer:
        tries.append(broken)
        return broken

    monkeypatch.setattr(ShopifyClient, "_executed", executed)
    (page,) = pages_of(shop(), order_ids=ids, shipments=True)
    assert [order.remote_id for order in page.orders] == [ids[0]]
    (rejected,) = page.rejected
    assert (rejected.remote_id, rejected.number) == (ids[1], "#2" if breaks_below else ids[1])
    assert "Internal error" in rejected.reason
    assert not page.absent
    assert len(tries) == MOST_BREAKDOWNS


@pytest.mark.parametrize(("shipped", "status"), [(True, OrderStatus.CLOSED), (False, OrderStatus.CANCELLED)])
def test_a_refund_in_full_is_a_return_only_after_the_goods_left(
    sandbox: ServedSandbox, store_of: StoreOf, shipped: bool, status: OrderStatus
) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 3)])
    if shipped:
        sandbox.control.ship_by_hand(order_id)
    sandbox.control.refund(order_id, 0, 3)
    sandbox.control.change(order_id, financial="REFUNDED")
    order = fetched(store_of(sandbox))[order_id]
    assert (order.status, order.lines[0].remaining) == (status, 0)


def test_an_order_on_hold_and_why(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 3)])
    sandbox.control.hold(order_id, "INCORRECT_ADDRESS", "no house number")
    store = store_of(sandbox)
    order = fetched(store, order_ids=(order_id,))[order_id]
    assert (order.status, order.lines[0].held) == (OrderStatus.ON_HOLD, 3)
    assert order.adapter_data["fulfillment_orders"][0]["holds"] == ["INCORRECT_ADDRESS: no house number"]
    sandbox.control.release(order_id)
    assert fetched(store, order_ids=(order_id,))[order_id].status is OrderStatus.OPEN


def test_cash_on_delivery_by_a_name_of_the_merchants(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 1)], cod=True, gateways=["Metodo Bruno"])
    assert fetched(store_of(sandbox))[order_id].payment.kind is PaymentKind.UNPAID
    payment = fetched(store_of(sandbox, cod_gateways="Metodo Bruno"))[order_id].payment
    assert (payment.kind, payment.amount_due > 0) == (PaymentKind.COD, True)


def test_values_of_a_later_version_are_kept(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 1)])
    sandbox.control.show(order_id, displayFulfillmentStatus="REQUEST_DECLINED", sourceName="tiktok")
    order = fetched(store_of(sandbox))[order_id]
    assert (order.remote_status, order.channel) == ("REQUEST_DECLINED", "tiktok")


@pytest.mark.parametrize("version", ["2026-01", "2026-04", "2026-07", "2026-10"])
def test_each_version_is_read(sandbox: ServedSandbox, store_of: StoreOf, version: str) -> None:
    assert set(fetched(store_of(sandbox, api_version=version))) == all_ids(sandbox)
