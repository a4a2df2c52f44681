"""No order version is lost while the store goes on working (C1), and one bad order stops no other (C2)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stamina

from fbridge.adapterkit.reading import may_succeed_in_part
from fbridge.errors import CredentialsError, UnreachableError
from fbridge.models.orders import Order
from fbridge.models.platforms import OrderPage, OrderQuery, Store
from fbridge.models.states import Delivery, FulfillmentState, OrderStatus, PaymentKind
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import cost_budget, plugin, reading
from fbridge_shopify.answers import Answer, GraphError, TooDearError, error_in
from fbridge_shopify.client import MOST_BREAKDOWNS, ShopifyClient
from fbridge_shopify.cost_budget import PageShape, Sizes
from fbridge_shopify.schemas import number_of

MakeSandbox = Callable[..., ServedSandbox]
StoreOf = Callable[..., Store]
TIE = int(datetime(2026, 11, 3, 8, 30, tzinfo=UTC).timestamp())
TURIN = 70_000_000_002


PLUS = {"bucket": 20_000, "restore_rate": 2000}
"""The points of a large plan, for tests that read much and do not look at the time."""


@pytest.fixture
def pages_of_fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several pages without thousands of orders."""
    monkeypatch.setattr(cost_budget, "_PAGES", (50,))


def pages_of(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> Iterator[OrderPage]:
    """As the core gets them: the cursor went through JSON."""
    kept = json.loads(json.dumps(cursor)) if cursor is not None else None
    return plugin.fetch_orders(store, OrderQuery(cursor=kept, **query))


def fetched(store: Store, cursor: Mapping[str, Any] | None = None, **query: Any) -> dict[str, Order]:
    return {order.remote_id: order for page in pages_of(store, cursor, **query) for order in page.orders}


def all_ids(served: ServedSandbox) -> set[str]:
    return set(served.control.order_ids())


def asked(served: ServedSandbox, root: str) -> int:
    return sum(request.path.endswith(f" {root}") for request in served.control.requests())


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


def test_c2_an_order_that_cannot_be_read_is_named_and_the_others_come(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=20)
    broken = served.control.order_ids()[3]
    served.control.malform(broken)
    pages = list(pages_of(store_of(served)))
    assert sum(len(page.orders) for page in pages) == 19
    (rejected,) = (entry for page in pages for entry in page.rejected)
    assert rejected.remote_id == broken
    assert rejected.number == "#1004"
    assert "Quantity" in rejected.reason


def test_fulfillment_orders_that_the_app_may_not_see_are_not_taken_for_none(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    """It sees those of fulfillment services only; the store leaves the others out without a word."""
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 1)])
    scopes = {"read_orders", "read_all_orders", "read_locations", "read_third_party_fulfillment_orders"}
    store = store_of(sandbox, checked=False, access_token=sandbox.control.new_token(scopes))
    for order in (fetched(store)[order_id], fetched(store, order_ids=(order_id,))[order_id]):
        assert order.adapter_data["fulfillment_orders"] == []
        assert order.adapter_data["unseen_fulfillment_orders"] is True
        assert (order.status, order.lines[0].remaining) == (OrderStatus.OPEN, 1)


def test_without_the_scope_for_orders_nothing_is_called_absent(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    token = sandbox.control.new_token({"read_locations"})
    store = store_of(sandbox, checked=False, access_token=token)
    ids = tuple(sandbox.control.order_ids()[:2])
    for query in (OrderQuery(), OrderQuery(order_ids=ids)):
        with pytest.raises(CredentialsError, match="read_orders"):
            list(plugin.fetch_orders(store, query))


def test_without_the_scope_for_locations_places_go_by_their_names(
    sandbox: ServedSandbox, store_of: StoreOf
) -> None:
    order_id = sandbox.control.new_order([("CAFFE-MOKA", 1)])
    scopes = {"read_orders", "read_all_orders", "read_merchant_managed_fulfillment_orders"}
    token = sandbox.control.new_token(scopes)
    order = fetched(store_of(sandbox, checked=False, access_token=token))[order_id]
    assert order.lines[0].locations == (("Magazzino Milano", 1),)
    assert order.adapter_data["fulfillment_orders"][0]["location"] == "Magazzino Milano"


def test_names_and_addresses_that_are_withheld_reject_nothing(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(customer_data="no_names")
    pages = list(pages_of(store_of(served)))
    assert not any(page.rejected for page in pages)
    orders = [order for page in pages for order in page.orders]
    assert {order.remote_id for order in orders} == all_ids(served)
    assert not any(order.ship_to.name or order.ship_to.email or order.ship_to.street for order in orders)


def test_orders_that_are_withheld_as_a_whole_are_told(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(customer_data="none")
    with pytest.raises(CredentialsError, match="protected customer data"):
        fetched(store_of(served, checked=False), since=datetime(2026, 1, 1, tzinfo=UTC))


def test_an_unknown_token_stops_the_fetch(sandbox: ServedSandbox, store_of: StoreOf) -> None:
    with pytest.raises(CredentialsError, match="does not know the access token") as stop:
        fetched(store_of(sandbox, checked=False, access_token="shpat_" + "a" * 32))
    assert "a" * 32 not in str(stop.value)


def test_a_token_of_the_grant_that_ends_while_orders_are_read(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=300, **PLUS)
    tokens = served.control.tokens
    app = {"access_token": None, "client_id": tokens.client_id, "client_secret": tokens.client_secret}
    pages = pages_of(store_of(served, checked=False, **app))
    got = {order.remote_id for order in next(pages).orders}
    tokens.revoke()
    got |= {order.remote_id for page in pages for order in page.orders}
    assert got == all_ids(served)


@pytest.mark.parametrize("kind", ["drop_before", "server_error", "internal_error", "too_many_requests"])
def test_a_passing_fault_is_outlasted(
    make_sandbox: MakeSandbox, store_of: StoreOf, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fbridge_shopify.client._SHORT_WAIT", 0.0)
    served = make_sandbox(orders=30)
    store = store_of(served)
    served.control.add_fault(kind, method="read", path=" orders$")
    assert set(fetched(store)) == all_ids(served)


def test_points_that_another_program_spent_are_waited_for(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=30, bucket=2000, restore_rate=2000)
    store = store_of(served)
    served.control.drain()
    started = datetime.now(UTC)
    assert set(fetched(store)) == all_ids(served)
    assert datetime.now(UTC) - started > timedelta(seconds=0.3)


@pytest.mark.slow  # it waits for each retry
def test_a_fault_in_the_middle_comes_out_after_the_pages_before_it(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=350)
    pages = pages_of(store_of(served))
    assert next(pages).orders
    served.control.add_fault("server_error", method="read", times=99)
    with stamina.set_testing(True, attempts=3, cap=True), pytest.raises(UnreachableError):
        list(pages)


def test_leaving_early_ends_the_thread(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    pages = pages_of(store_of(make_sandbox(orders=350)))
    next(pages)
    pages.close()  # type: ignore[attr-defined] # the core closes it too
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fbridge-read-ahead")]


@pytest.mark.parametrize("version", ["2026-01", "2026-04", "2026-07", "2026-10"])
def test_each_version_is_read(sandbox: ServedSandbox, store_of: StoreOf, version: str) -> None:
    assert set(fetched(store_of(sandbox, api_version=version))) == all_ids(sandbox)
