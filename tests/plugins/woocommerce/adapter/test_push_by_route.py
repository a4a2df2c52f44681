"""Where a request is needed for each number: the tracking plugin's own route, and a chunk that stops on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fbridge.errors import CredentialsError, FbridgeError, NotSent, NotSentError
from fbridge.http import StoreHttp
from fbridge.models.fulfillments import Baseline, Fulfillment, FulfillmentShipment, Receipt, ResolvedCarrier
from fbridge.models.states import Effect, Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_woocommerce import plugin

DeskOf = Callable[..., Any]
FulfillmentOf = Callable[..., Fulfillment]
ShipmentOf = Callable[..., FulfillmentShipment]


def due_orders(served: ServedSandbox, desk: Any) -> list[Any]:
    orders = desk.orders(*served.control.order_ids("processing"))
    return [order for order in orders if any(line.due for line in order.lines)]


def numbers(served: ServedSandbox, order: Any) -> list[str]:
    return [row["tracking_number"] for row in served.control.trackings(int(order.remote_id))]


@pytest.fixture
def desk(sandbox: ServedSandbox, desk_of: DeskOf) -> Any:
    """A store of which it is known that the plugin does not show rows of the order meta."""
    made = desk_of(sandbox)
    made.store = replace(made.store, facts={**made.store.facts, "rows_shown": False})
    return made


def test_each_number_is_entered_once_and_before_the_status(
    sandbox: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf
) -> None:
    order = due_orders(sandbox, desk)[0]
    for tried in (None, desk.store.now()):
        order = desk.order(order.remote_id)
        (entry,) = desk.push_one(fulfillment_of(order, ["N1", "N2"], unconfirmed_since=tried)).shipments
        assert (entry.outcome, entry.effects.tracking) == (Outcome.DONE, Effect.DONE)
        assert entry.holds.carrier == "BRT Bartolini"
        assert len(entry.remote_ids) == 2
    assert numbers(sandbox, order) == ["N1", "N2"]
    (mail,) = sandbox.control.mails(int(order.remote_id))
    assert mail.tracking_numbers == ("N1", "N2")


def test_a_correction_takes_the_old_row_away(
    sandbox: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf, shipment_of: ShipmentOf
) -> None:
    order = due_orders(sandbox, desk)[0]
    first = fulfillment_of(order, ["WRONG"])
    receipt = desk.push_one(first)
    order = desk.order(order.remote_id)
    rossi = ResolvedCarrier(code="ROSSI", label="Rossi")
    right = replace(
        first.shipments[0],
        revision=2,
        acknowledged=1,
        acknowledged_numbers=("WRONG",),
        remote_ids=receipt.shipments[0].remote_ids,
        tracking=shipment_of(order, ["RIGHT"], url="https://rossi.example/RIGHT").tracking,
        carrier=rossi,
    )
    desk.push_one(Fulfillment(order=order, shipments=(right,), completes_order=True))
    (row,) = sandbox.control.trackings(int(order.remote_id))
    assert (row["tracking_number"], row["custom_tracking_link"]) == ("RIGHT", "https://rossi.example/RIGHT")


def test_rows_of_lost_tries_are_taken_away_and_a_persons_row_stays(
    sandbox: ServedSandbox, desk: Any, fulfillment_of: FulfillmentOf
) -> None:
    order = due_orders(sandbox, desk)[0]
    given = {"a": "LOST", "b": "LOST", "c": "THEIRS"}
    rows = [
        {"tracking_id": key * 32, "tracking_number": number, "tracking_provider": "ups"}
        for key, number in given.items()
    ]
    sandbox.control.set_trackings(int(order.remote_id), rows)
    before = Baseline(entries=(("c" * 32, "THEIRS"),), remaining=(), remote_status="processing")
    wish = fulfillment_of(
        desk.order(order.remote_id), ["NEW"], former_numbers=("LOST", "THEIRS"), baseline=before
    )
    (entry,) = desk.push_one(wish).shipments
    assert (entry.outcome, entry.effects.tracking) == (Outcome.DONE, Effect.DONE)
    assert sorted(numbers(sandbox, order)) == ["NEW", "THEIRS"]


@pytest.mark.parametrize("stop_with", [NotSentError("No network."), CredentialsError("The key is gone.")])
def test_a_chunk_that_stops_tells_what_was_sent_and_what_not(
    make_sandbox: Callable[..., ServedSandbox],
    desk_of: DeskOf,
    fulfillment_of: FulfillmentOf,
    monkeypatch: pytest.MonkeyPatch,
    stop_with: FbridgeError,
) -> None:
    served = make_sandbox(tracking="none", fulfillments=True)
    desk = desk_of(served)
    chunk = [fulfillment_of(order, [f"N{order.remote_id}"]) for order in due_orders(served, desk)[:3]]
    write, sent = StoreHttp.write, list[str]()

    def fails_later(http: StoreHttp, method: str, path: str, **options: Any) -> Any:
        if sent:
            raise stop_with
        sent.append(path)
        return write(http, method, path, **options)

    monkeypatch.setattr(StoreHttp, "write", fails_later)
    receipts: list[Receipt] = []
    with pytest.raises((NotSent, CredentialsError)) as stop:
        receipts.extend(plugin.push_fulfillment(desk.store, chunk))
    (entry,) = (entry for receipt in receipts for entry in receipt.shipments)
    assert (entry.shipment_id, entry.outcome) == (chunk[0].shipments[0].id, Outcome.RETRY)
    assert (entry.effects.tracking, entry.effects.status) == (Effect.DONE, Effect.NOT_DONE)
    if isinstance(stop.value, NotSent):
        assert stop.value.order_ids == {one.order_id for one in chunk[1:]}
