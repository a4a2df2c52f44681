"""No order version is lost while the store goes on working (C1), and one bad order stops no other (C2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fbridge.errors import ConfigError, CredentialsError
from fbridge.models.orders import Order
from fbridge.models.platforms import Store
from fbridge.models.states import Delivery, OrderStatus, PaymentKind
from fbridge.sandbox import ServedSandbox
from fbridge_magento import plugin

from .fetch_calls import (
    LONG_AGO,
    TIE,
    MakeSandbox,
    StoreOf,
    all_ids,
    fetched,
    last_cursor,
    pages_of,
    set_updated,
    ship_a_part,
)


def test_all_orders_come_whatever_their_state(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=240)
    got = fetched(store_of(served))
    assert set(got) == all_ids(served)
    assert {order.status for order in got.values()} == set(OrderStatus)
    assert {order.payment.kind for order in got.values()} >= {PaymentKind.PAID, PaymentKind.COD}


def test_pages_come_oldest_change_first_and_tell_what_remains(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    pages = list(pages_of(store_of(make_sandbox(orders=350))))
    changed = [order.changed_at for page in pages for order in page.orders]
    assert changed == sorted(changed)
    assert len(changed) == 350
    assert [page.remaining for page in pages][:4] == [251, 152, 53, 0]


def test_a_first_fetch_costs_a_request_a_page_and_one_for_the_shipments(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    """Of a full page the last second is read once more."""
    served = make_sandbox(orders=295)
    assert len(fetched(store_of(served))) == 295
    paths = [request.path.partition("?")[0] for request in served.control.requests()]
    assert paths == ["/rest/V1/orders"] * 3 + ["/rest/V1/shipments"]


def test_only_what_changed_since_comes(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    store = store_of(make_sandbox(orders=120))
    times = sorted(order.changed_at for order in fetched(store).values())
    since = times[len(times) // 2]
    got = fetched(store, since=since)
    assert {order.changed_at for order in got.values()} >= {moment for moment in times if moment >= since}
    assert len(got) < 120


def test_the_next_run_reads_what_changed_and_little_more(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=250)
    store = store_of(served)
    cursor = last_cursor(store)
    served.control.comment(7, "Please ring", visible=True)
    got = fetched(store, cursor)
    assert got["7"].note == "Please ring"
    assert len(got) < 20


@pytest.mark.parametrize(("setting", "kind"), [(None, "paid"), ("paid", "paid"), ("unpaid", "unpaid")])
def test_an_authorised_payment_counts_as_the_merchant_says(
    sandbox: ServedSandbox, store_of: StoreOf, setting: str | None, kind: str
) -> None:
    """Shops that capture when they ship have nothing but such orders: processing, and all of it due."""
    made = sandbox.control.new_order([("TAZZA-01", 2)], authorized=True)
    shown = sandbox.control.order(made)
    assert (shown["state"], shown.get("total_paid"), shown["total_due"] > 0) == ("processing", None, True)
    store = store_of(sandbox, **({"authorized": setting} if setting else {}))
    (order,) = fetched(store, order_ids=(str(made),)).values()
    assert order.payment.kind == PaymentKind(kind)
    assert (order.payment.amount_due == 0) is (kind == "paid")


def test_equal_numbers_of_two_store_views_are_told_apart(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=0)
    for view in (1, 2, 4):
        made = served.control.new_order([("TAZZA-01", 1)], store_id=view)
        served.control.record(made).number = 7
    checked = store_of(served)
    checked = Store(
        checked.name, checked.url, checked.settings, checked.http, plugin.check_store(checked).facts
    )
    assert [order.sold_in for order in fetched(checked).values()] == ["default", "it", "de"]
    bare = fetched(store_of(served, checked=False)).values()
    assert [order.sold_in for order in bare] == ["view 1", "view 2", "view 4"]


@pytest.mark.parametrize("tied", [100, 250, 300])
def test_hundreds_of_orders_that_share_a_second(
    make_sandbox: MakeSandbox, store_of: StoreOf, tied: int
) -> None:
    served = make_sandbox(orders=420)
    set_updated(served, served.control.order_ids()[30 : 30 + tied], TIE)
    pages = list(pages_of(store_of(served)))
    got = [order.remote_id for page in pages for order in page.orders]
    assert set(got) == all_ids(served)
    assert len(got) == len(set(got))


def test_a_tie_survives_orders_that_leave_it_meanwhile(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=400)
    ids = served.control.order_ids()
    set_updated(served, ids[:350], TIE)
    got = set[str]()
    for count, page in enumerate(pages_of(store_of(served))):
        got |= {order.remote_id for order in page.orders}
        for order_id in ids[count * 40 : count * 40 + 20]:
            served.control.touch(order_id)
    assert got == all_ids(served)


def test_orders_that_change_while_pages_are_read_come_in_their_last_version(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=520)
    store, got = store_of(served), dict[str, Order]()
    cursor: Mapping[str, Any] = {}
    for count, page in enumerate(pages_of(store)):
        got |= {order.remote_id: order for order in page.orders}
        cursor = page.cursor
        if count < 3:
            for order_id in served.control.order_ids("processing")[:30]:
                served.control.hold(order_id)
    got |= fetched(store, cursor)
    last = fetched(store)
    assert {key: one.remote_status for key, one in got.items()} == {
        key: one.remote_status for key, one in last.items()
    }


def test_a_restart_from_any_cursor_loses_nothing(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=460)
    set_updated(served, served.control.order_ids()[50:300], TIE)
    store = store_of(served)
    before = set[str]()
    for page in pages_of(store):
        before |= {order.remote_id for order in page.orders}
        assert before | set(fetched(store, page.cursor)) == all_ids(served)


def test_since_is_a_moment_whatever_its_zone(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    """Magento would ignore an offset without a word."""
    served = make_sandbox(orders=3)
    moment = datetime(2026, 7, 3, 12, 0, 30, tzinfo=UTC)
    (order_id, *_) = served.control.order_ids()
    set_updated(served, [order_id], moment)
    store = store_of(served)
    assert fetched(store)[str(order_id)].changed_at == moment
    rome = moment.astimezone(datetime.fromisoformat("2026-07-03T14:00:30+02:00").tzinfo)
    assert str(order_id) in fetched(store, since=rome)
    assert str(order_id) not in fetched(store, since=rome + timedelta(seconds=1))


class TestStoreViews:
    def test_only_those_of_the_setting_come(self, make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
        served = make_sandbox(orders=120)
        got = {
            view: set(fetched(store_of(served, store_views=[view]))) for view in ("default", "it", "3", "4")
        }
        assert all(got.values())
        assert set().union(*got.values()) == all_ids(served)
        assert sum(map(len, got.values())) == len(all_ids(served))
        assert set(fetched(store_of(served, store_views=["2", "de"]))) == got["it"] | got["4"]

    def test_their_new_shipments_too(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        ids = [sandbox.control.new_order([("TAZZA-01", 2)], store_id=view) for view in (1, 2)]
        set_updated(sandbox, ids, LONG_AGO)
        store = store_of(sandbox, store_views=["it"])
        cursor = last_cursor(store)
        for order_id in ids:
            ship_a_part(sandbox, order_id)
        assert set(fetched(store, cursor)) >= {str(ids[1])}
        assert str(ids[0]) not in fetched(store, cursor)

    def test_a_cursor_of_other_store_views_begins_again(
        self, make_sandbox: MakeSandbox, store_of: StoreOf
    ) -> None:
        served = make_sandbox(orders=60)
        cursor = last_cursor(store_of(served, store_views=["it"]))
        assert set(fetched(store_of(served), cursor)) == all_ids(served)
        assert len(fetched(store_of(served, store_views=[2]), cursor)) < 10

    def test_an_unknown_code_is_named_with_those_that_there_are(
        self, sandbox: ServedSandbox, store_of: StoreOf
    ) -> None:
        with pytest.raises(ConfigError, match="no fr; it has b2b_it, de, default, it"):
            fetched(store_of(sandbox, store_views=["fr", "it"]))

    def test_without_the_permission_ids_will_do(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        token = sandbox.control.credentials("min")
        with pytest.raises(CredentialsError, match=r"Magento_Backend::store.*by id"):
            fetched(store_of(sandbox, checked=False, store_views=["it"], **token))
        assert fetched(store_of(sandbox, checked=False, store_views=["2"], **token))


class TestKindsOfGoods:
    """C3: the shippable row of a configurable and of a bundle is the parent."""

    def test_a_configurable(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        order_id = sandbox.control.new_order([("MAGLIA-L", 2)])
        (line,) = fetched(store_of(sandbox))[str(order_id)].lines
        assert (line.id, line.due) == (str(sandbox.control.order(order_id)["items"][0]["item_id"]), 2)

    @pytest.mark.parametrize("sku", ["CESTO-INSIEME", "CESTO-SEPARATO"])
    def test_a_bundle_of_either_kind_shipped_whole(
        self, sandbox: ServedSandbox, store_of: StoreOf, sku: str
    ) -> None:
        order_id = sandbox.control.new_order([(sku, 2)], cod=True)
        sandbox.control.ship(order_id)
        order = fetched(store_of(sandbox))[str(order_id)]
        assert [(line.quantity, line.shipped, line.remaining) for line in order.lines] == [(2, 2, 0)]
        assert (order.status, order.remote_status) == (OrderStatus.CLOSED, "processing")

    def test_one_child_of_a_bundle_leaves_it_open_although_the_order_is_complete(
        self, sandbox: ServedSandbox, store_of: StoreOf
    ) -> None:
        order_id = sandbox.control.new_order([("CESTO-SEPARATO", 1)])
        child = sandbox.control.order(order_id)["items"][1]["item_id"]
        sandbox.control.ship(order_id, items=[{"order_item_id": child, "qty": 1}])
        order = fetched(store_of(sandbox))[str(order_id)]
        assert order.remote_status == "complete"
        assert (order.status, order.lines[0].remaining) == (OrderStatus.OPEN, 1)

    def test_refunded_pieces_are_taken_off(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        order_id = sandbox.control.new_order([("TAZZA-01", 3), ("SCIARPA-02", 1)])
        row = sandbox.control.order(order_id)["items"][0]["item_id"]
        sandbox.control.refund(order_id, {row: 2})
        cups, scarf = fetched(store_of(sandbox))[str(order_id)].lines
        assert (cups.quantity, cups.removed, cups.due) == (3, 2, 1)
        assert (scarf.removed, scarf.due) == (0, 1)

    def test_virtual_goods_need_no_carrier(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        alone = sandbox.control.new_order([("GIFT-VIRT", 1)])
        mixed = sandbox.control.new_order([("GIFT-VIRT", 1), ("TAZZA-01", 1)])
        got = fetched(store_of(sandbox))
        assert (got[str(alone)].delivery, got[str(alone)].status) == (Delivery.NONE, OrderStatus.CLOSED)
        assert [line.shippable for line in got[str(mixed)].lines] == [False, True]

    def test_cancelled_refunded_and_held_orders(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        unpaid, paid, held = (
            sandbox.control.new_order([("TAZZA-01", 1)], payment=method)
            for method in ("banktransfer", "stripe_payments", "stripe_payments")
        )
        sandbox.control.cancel(unpaid)
        sandbox.control.cancel(paid)
        sandbox.control.hold(held)
        got = fetched(store_of(sandbox))
        told = [(got[str(one)].status, got[str(one)].remote_status) for one in (unpaid, paid, held)]
        assert told == [
            (OrderStatus.CANCELLED, "canceled"),
            (OrderStatus.CANCELLED, "closed"),
            (OrderStatus.ON_HOLD, "holded"),
        ]


def test_c2_an_order_that_cannot_be_read_is_named_and_the_others_come(
    make_sandbox: MakeSandbox, store_of: StoreOf
) -> None:
    served = make_sandbox(orders=20)
    broken = served.control.order_ids()[3]
    served.control.malform(broken)
    pages = list(pages_of(store_of(served)))
    assert sum(len(page.orders) for page in pages) == 19
    (rejected,) = (entry for page in pages for entry in page.rejected)
    assert rejected.remote_id == str(broken)
    assert rejected.reason.startswith("fractional_quantity")


class TestById:
    def test_with_shipments_and_the_unknown(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        order_id = sandbox.control.new_order([("TAZZA-01", 3)])
        tracks = [
            {"track_number": number, "title": "BRT", "carrier_code": "custom"} for number in ("A1", "B2")
        ]
        ship_a_part(sandbox, order_id, tracks=tracks, notify=True)
        ship_a_part(sandbox, order_id)
        asked = (str(order_id), "99999999", "not-a-number")
        (page,) = pages_of(store_of(sandbox), order_ids=asked, shipments=True)
        assert set(page.absent) == {"99999999", "not-a-number"}
        (order,) = page.orders
        line = order.lines[0]
        assert [(one.numbers, one.carrier, one.lines, one.mailed) for one in order.shipments] == [
            (("A1", "B2"), "BRT", ((line.id, 1),), True),
            ((), "", ((line.id, 1),), False),
        ]
        assert order.marks
        assert order.adapter_data["open"] == {line.id: 1}

    def test_a_number_is_no_id(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        """Magento reads 000000005 as the id 5: never another order in place of the one that was asked for."""
        (page,) = pages_of(store_of(sandbox), order_ids=("000000005",))
        assert (page.orders, page.absent) == ((), ("000000005",))

    def test_more_than_a_hundred_are_asked_in_several_pages_and_each_side_by_side(
        self, make_sandbox: MakeSandbox, store_of: StoreOf
    ) -> None:
        served = make_sandbox(orders=230)
        ids = tuple(map(str, served.control.order_ids()))
        pages = list(pages_of(store_of(served), order_ids=ids, shipments=True))
        assert len(pages) == 3
        assert {order.remote_id for page in pages for order in page.orders} == set(ids)
        asked = [one.path.partition("?")[0].rpartition("/")[2] for one in served.control.requests()]
        assert (asked.count("orders"), asked.count("shipments")) == (4 + 4 + 3, 3)

    def test_more_than_a_hundred_shipments_of_a_page_all_come(
        self, sandbox: ServedSandbox, store_of: StoreOf
    ) -> None:
        ids = [sandbox.control.new_order([("TAZZA-01", 80)]) for _ in range(3)]
        for _ in range(70):
            for order_id in ids:
                ship_a_part(sandbox, order_id)
        (page,) = pages_of(store_of(sandbox), order_ids=tuple(map(str, ids)), shipments=True)
        assert [len(order.shipments) for order in page.orders] == [70, 70, 70]
        assert len({one.remote_id for order in page.orders for one in order.shipments}) == 210

    def test_no_ids_no_requests(self, sandbox: ServedSandbox, store_of: StoreOf) -> None:
        assert list(pages_of(store_of(sandbox), order_ids=())) == []
        assert sandbox.control.requests() == []


def test_signed_requests_read_the_same(make_sandbox: MakeSandbox, store_of: StoreOf) -> None:
    served = make_sandbox(orders=220, bearer=False)
    store = store_of(served, store_views=["default", "it"])
    pages = list(pages_of(store))
    assert sum(len(page.orders) for page in pages) > 100
    assert list(pages_of(store, pages[0].cursor))
