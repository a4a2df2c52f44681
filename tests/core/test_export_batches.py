"""Numbered batches: nothing twice, nothing missed, whoever dies, races or commits late."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from fbridge.cli.shipment_export import print_of
from fbridge.errors import BusyError, InputError, NotFoundError
from fbridge.history.event_feed import follow
from fbridge.history.export_batches import (
    Batch,
    claim_orders,
    claim_shipments,
    exporting,
    find_batch,
    finish,
    list_batches,
    shipments_of,
)
from fbridge.models.states import OrderStatus, PaymentKind
from fbridge.orders.filters import OrderFilter
from fbridge.orders.storage import upsert_page
from fbridge.storage.events import record


def orders_in(office: Any, batch: Batch | None) -> list[str]:
    return [one.row.number for one in office.orders.of_batch(batch.id)] if batch else []


def new_orders(office: Any, **chosen: Any) -> list[str]:
    batch = claim_orders(office.context, OrderFilter(**chosen))
    if batch:
        finish(office.context, batch)
    return orders_in(office, batch)


def new_shipments(office: Any) -> list[str]:
    batch = claim_shipments(office.context, print_of)
    if batch is None:
        return []
    finish(office.context, batch)
    return [one.label for one in shipments_of(office.context, batch)]


def test_an_order_is_new_once_and_when_it_fits_at_last(office: Any, make: Any) -> None:
    unpaid = make.order("1002", payment=make.cod("9").__class__(kind=PaymentKind.UNPAID))
    old = make.order("1003", created_at=make.order("x").created_at - timedelta(days=400))
    office.keep(make.order("1001"), unpaid, old, orders_from=make.order("x").created_at.date())
    assert new_orders(office, ready=True) == ["1001"]
    assert new_orders(office, ready=True) == []
    changed = make.order("1001", changed_at=make.order("x").changed_at + timedelta(hours=2), note="ring")
    office.keep(changed)  # told once
    office.keep(make.order("1002", changed_at=make.order("x").changed_at + timedelta(hours=2)))
    assert new_orders(office, ready=True) == ["1002"]
    assert new_orders(office) == []  # what is before the first day counts as done


def test_a_batch_that_was_begun_is_repeated_with_what_it_held(office: Any, make: Any) -> None:
    office.keep(make.order("1001"))
    begun = claim_orders(office.context, OrderFilter())
    office.keep(make.order("1002"))
    office.keep(make.order("2001"), store="b2b")
    again = claim_orders(office.context, OrderFilter())
    assert begun
    assert again
    assert (again.name, again.is_repeated, orders_in(office, again)) == ("orders-0001", True, ["1001"])
    other = claim_orders(office.context, OrderFilter(store="b2b"))  # another export: not that batch
    assert other
    assert (other.number, orders_in(office, other)) == (2, ["2001"])
    finish(office.context, again)
    assert new_orders(office) == ["1002"]
    assert orders_in(office, find_batch(office.context, "orders", 1)) == ["1001"]
    assert [one.finished_at is None for one in list_batches(office.context)] == [False, True, False]
    with pytest.raises(NotFoundError, match="no batch 9 of orders; the last is 3"):
        find_batch(office.context, "orders", 9)


def test_a_shipment_is_told_again_when_it_has_changed_and_only_then(office: Any, make: Any) -> None:
    office.keep(make.order("1001"), make.order("1002"))
    office.shipments.create("1001")
    assert new_shipments(office) == ["S1"]
    assert new_shipments(office) == []
    second = office.shipments.create("1002")
    office.shipments.set_tracking("S1", ["T1"])
    assert new_shipments(office) == ["S1", "S2"]
    office.shipments.set_tracking("S1", ["T9"])
    office.shipments.set_tracking("S1", ["T1"])  # as it was told
    assert new_shipments(office) == []
    number = office.manifests.add("BRT", ["S1", "S2"]).manifest.number
    assert new_shipments(office) == ["S1", "S2"]
    office.leave(number)
    assert new_shipments(office) == ["S1", "S2"]
    office.manifests.reopen(number)
    assert new_shipments(office) == ["S1", "S2"]
    office.manifests.cancel(number)
    assert new_shipments(office) == ["S1", "S2"]
    office.shipments.withdraw(second.label)
    assert new_shipments(office) == ["S2"]


def test_a_change_between_a_kill_and_the_repeat_is_told_by_the_next_batch(office: Any, make: Any) -> None:
    office.keep(make.order("1001"))
    office.shipments.create("1001")
    assert claim_shipments(office.context, print_of)
    office.shipments.set_tracking("S1", ["T1"])
    assert new_shipments(office) == ["S1"]  # repeated, as it is now
    assert new_shipments(office) == ["S1"]  # at least once
    assert new_shipments(office) == []


def test_two_at_once_never_make_a_batch_of_one_kind(office: Any) -> None:
    with exporting(office.context, "orders"):
        with (
            pytest.raises(BusyError, match="Another fbridge is exporting orders"),
            exporting(office.context, "orders"),
        ):
            pass
        with exporting(office.context, "shipments"):
            pass


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_writers_that_commit_crosswise_are_both_told(office: Any, make: Any) -> None:
    office.keep(make.order("1001"), make.order("1002"))
    office.shipments.create("1001")
    office.shipments.create("1002")
    assert new_shipments(office) == ["S1", "S2"]
    assert new_orders(office) == ["1001", "1002"]
    context, found = office.context, []
    before = [*follow(context)][-1].id
    with context.database.write() as first:  # takes its numbers first, and commits last
        at = context.now()
        record(first, "shipment.changed", "The first one.", at=at, shipment_id=1)
        office.shipments.set_tracking("S2", ["T2"])
        first.exec_driver_sql("UPDATE shipments SET parcels = 5 WHERE id = 1")
        page = [make.order("2001")]
        upsert_page(first, "b2b", page, orders_from=None, timezone=context.timezone, now=at)
        office.keep(make.order("1003"))
        assert new_orders(office) == ["1003"]
        reader = threading.Thread(target=lambda: found.extend(new_shipments(office)))
        reader.start()

        reader.join(0.3)
        assert not found
    reader.join(30)
    assert {"S1", "S2"} <= {one.shipment for one in follow(context, before)}
    assert found == ["S1", "S2"]
    assert new_orders(office) == ["2001"]


def test_a_program_follows_every_change_once_and_in_sequence(office: Any, make: Any) -> None:
    office.keep(make.order("1001"))
    old = make.order("0001", created_at=make.order("x").created_at - timedelta(days=400))
    office.keep(old, orders_from=make.order("x").created_at.date())
    office.keep(make.order("1001"))  # nothing new
    cancelled = make.order(
        "1001", status=OrderStatus.CANCELLED, changed_at=make.order("x").changed_at + timedelta(hours=1)
    )
    office.shipments.create("1001")
    office.keep(cancelled)
    number = office.manifests.add("BRT", ["S1"]).manifest.number
    seen = list(follow(office.context))
    told = [
        (one.kind, one.order, one.shipment, one.manifest)
        for one in seen
        if not one.kind.startswith("carrier")
    ]
    assert told == [
        ("order.new", "1001", "", ""),
        ("shipment.created", "1001", "S1", ""),
        ("order.changed", "1001", "", ""),
        ("manifest.opened", "", "", number),
        ("manifest.added", "1001", "S1", number),
    ]
    assert [one.id for one in seen] == sorted(one.id for one in seen)
    assert next(one.words for one in seen if one.kind == "order.changed") == "cancelled, unfulfilled, paid"
    some = list(follow(office.context, limit=2))
    assert [*some, *follow(office.context, some[-1].id)] == seen
    assert list(follow(office.context, seen[-1].id)) == []
    with pytest.raises(InputError, match="has not happened"):
        follow(office.context, seen[-1].id + 1)
    with pytest.raises(InputError, match="has not happened"):
        office.orders.changed(seen[-1].id + 1)


def test_orders_are_followed_by_the_same_cursor(office: Any, make: Any) -> None:
    def changed(since: int, **how: Any) -> list[tuple[int, str]]:
        return [(event, one.row.number) for event, one in office.orders.changed(since, **how)]

    later = make.order("x").changed_at + timedelta(hours=1)
    office.keep(make.order("1001"), make.order("1002"), make.order("1003"))
    office.keep(make.order("1001", changed_at=later, note="ring"))
    seen = changed(0)
    assert [number for _, number in seen] == ["1002", "1003", "1001"], (
        "each once, by the last that tells of it"
    )
    first = changed(0, limit=1)
    assert first + changed(first[0][0]) == seen
    assert changed(seen[-1][0]) == changed(0, store="shop", limit=0) == []
    office.shipments.create("1002")  # ours, and no change on its store
    assert changed(seen[-1][0]) == []
    assert seen[-1][0] == max(one.id for one in follow(office.context) if one.kind.startswith("order."))
