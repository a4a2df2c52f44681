"""Several documents under way at once: never two for one order, and a fault in one costs no other its receipt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import pytest

from fbridge.errors import BusyError, CredentialsError, NotSent
from fbridge.models.fulfillments import Fulfillment, Receipt
from fbridge.models.states import Outcome
from fbridge.sandbox import ServedSandbox
from fbridge_shopify import plugin
from fbridge_shopify.documents import Kind
from fbridge_shopify.lanes import MOST_MUTATIONS
from fbridge_shopify.run_memory import memory_of
from fbridge_shopify.sandbox.catalogue import LOGISTICS
from fbridge_shopify.sending import MOST_AT_ONCE

from .push_calls import CUP, OIL, PASTA, Make
from .wire import CREATES, wire_for


@pytest.fixture
def desk(served: ServedSandbox, desk_of: Make) -> Any:
    return desk_of(served, own_services="*")


@pytest.fixture
def chunk_of(served: ServedSandbox, desk: Any, fulfillment_of: Make) -> Callable[..., list[Fulfillment]]:
    """``chunk_of(30)``: so many small orders, each with a number; ``chunk_of(3, lines=[...])``."""

    def make(
        count: int, lines: Sequence[tuple[str, int]] = ((OIL, 1),), served: Any = served, desk: Any = desk
    ) -> list[Fulfillment]:
        ids = [served.control.new_order(list(lines)) for _ in range(count)]
        chunk = [fulfillment_of(order, [f"N{order.number}"]) for order in desk.orders(*ids)]
        served.control.forget_requests()
        return chunk

    return make


def made(served: ServedSandbox, chunk: Sequence[Fulfillment]) -> list[int]:
    return [len(served.control.order(one.order_id)["fulfillments"]) for one in chunk]


def outcomes(receipts: dict[str, Receipt], chunk: Sequence[Fulfillment]) -> list[str | None]:
    """Of each fulfillment of the chunk; None without a receipt."""
    return [
        str(receipts[one.order_id].shipments[0].outcome) if one.order_id in receipts else None
        for one in chunk
    ]


def stopped_push(desk: Any, chunk: Sequence[Fulfillment], error: type[Exception]) -> tuple[Any, Any]:
    """The receipts that came before the error, and the error."""
    receipts: dict[str, Receipt] = {}

    def listen() -> None:
        for receipt in plugin.push_fulfillment(desk.store, chunk):
            assert receipt.order_id not in receipts, "a second receipt"
            receipts[receipt.order_id] = receipt

    with pytest.raises(error) as stop:
        listen()
    return receipts, stop.value


class TestSideBySide:
    def test_four_documents_are_under_way_and_never_more(
        self, served: ServedSandbox, desk: Any, chunk_of: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chunk = chunk_of(70)
        wire = wire_for(chunk, gather=4)
        with wire.on(desk.store, monkeypatch):
            receipts = desk.push(*chunk)
        assert wire.most_at_once == MOST_AT_ONCE == 4
        assert [len(one.orders) for one in wire.sent] == [MOST_MUTATIONS] * 7
        assert set(outcomes(receipts, chunk)) == {Outcome.DONE}
        assert made(served, chunk) == [1] * 70

    def test_what_one_document_cannot_hold_of_an_order_goes_in_one_after_another(
        self,
        served: ServedSandbox,
        desk: Any,
        chunk_of: Make,
        shipment_of: Make,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        order = desk.order(served.control.new_order([(OIL, 23)]))
        line = order.lines[0].id
        shipments = tuple(
            shipment_of(order, [f"X{place}"], items=[(line, 1)], name=str(place)) for place in range(23)
        )
        large = Fulfillment(order=order, shipments=shipments, completes_order=True)
        chunk = [large, *chunk_of(30)]
        served.control.add_fault("slow", path=CREATES, seconds=0.05, times=20)
        wire = wire_for(chunk)
        with wire.on(desk.store, monkeypatch):
            receipts = desk.push(*chunk)
        assert wire.met == set(), "two requests for one order at once"
        assert wire.most_at_once > 1
        own = [one.orders.count(order.remote_id) for one in wire.sent if order.remote_id in one.orders]
        assert own == [10, 10, 3]
        assert [entry.outcome for entry in receipts[order.remote_id].shipments] == [Outcome.DONE] * 23
        assert made(served, chunk) == [23] + [1] * 30

    def test_an_order_is_not_divided_where_it_fits_in_a_document(
        self,
        served: ServedSandbox,
        desk: Any,
        fulfillment_of: Make,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        ids = [served.control.new_order([(OIL, 1), (CUP, 1), (PASTA, 1)]) for _ in range(6)]
        for order_id in ids:
            served.control.move(order_id, 2, LOGISTICS)
        chunk = [fulfillment_of(order, [f"N{order.number}"]) for order in desk.orders(*ids)]
        wire = wire_for(chunk)
        with wire.on(desk.store, monkeypatch):
            desk.push(*chunk)
        assert [len(one.orders) for one in wire.sent] == [9, 9]
        assert [len(set(one.orders)) for one in wire.sent] == [3, 3]
        assert made(served, chunk) == [3] * 6

    def test_a_long_order_makes_no_small_ones_dear(
        self, served: ServedSandbox, desk: Any, chunk_of: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chunk = [*chunk_of(1, lines=[(OIL, 1)] * 40), *chunk_of(20)]
        wire = wire_for(chunk)
        with wire.on(desk.store, monkeypatch):
            receipts = desk.push(*chunk)
        assert sorted((one.pieces, len(one.orders)) for one in wire.sent) == [(2, 10), (2, 10), (54, 1)]
        assert set(outcomes(receipts, chunk)) == {Outcome.DONE}

    @pytest.mark.slow  # it waits until the points are there
    def test_costs_that_shopify_has_raised_make_smaller_documents(
        self, served: ServedSandbox, desk: Any, chunk_of: Make
    ) -> None:
        chunk = chunk_of(8)
        memory_of(desk.store).budget.learn((Kind.CREATE, 2), 400)
        desk.push(*chunk)
        assert len(served.control.requests()) == 4
        assert made(served, chunk) == [1] * 8


class TestFaultsOfOne:
    """Five documents: four under way when one of them fails, and one that waits for its turn."""

    SIZE = 5 * MOST_MUTATIONS

    def strike(self, served: ServedSandbox, kind: str, **details: Any) -> None:
        """One of the four; the others are answered after that."""
        served.control.add_fault(kind, path=CREATES, **details)
        served.control.add_fault("slow", path=CREATES, seconds=0.4, times=3)

    @pytest.mark.parametrize(
        ("kind", "reason", "done"),
        [
            ("drop_before", "no_answer", 0),
            ("drop_after", "no_answer", 1),
            ("gateway_timeout", "gateway_timeout", 1),
            ("server_error", "server_error", 0),
            ("internal_error", "server_error", 0),
            ("internal_error_after", "server_error", 1),
            ("truncated", "broken_json", 1),
            ("login_page", "html_instead_of_json", 0),
        ],
    )
    def test_after_a_lost_answer_nothing_more_is_begun_and_what_is_under_way_is_told(
        self,
        served: ServedSandbox,
        desk: Any,
        chunk_of: Make,
        monkeypatch: pytest.MonkeyPatch,
        kind: str,
        reason: str,
        done: int,
    ) -> None:
        chunk = chunk_of(self.SIZE)
        self.strike(served, kind)
        wire = wire_for(chunk, gather=4)
        with wire.on(desk.store, monkeypatch):
            receipts, stop = stopped_push(desk, chunk, NotSent)
        assert len(wire.sent) == 4
        told = outcomes(receipts, chunk)
        assert sorted(map(str, told)) == sorted(["unconfirmed"] * 10 + ["done"] * 30 + ["None"] * 10)
        assert stop.order_ids == {one.order_id for one, word in zip(chunk, told, strict=True) if word is None}
        for count, word, one in zip(made(served, chunk), told, chunk, strict=True):
            if word == "unconfirmed":
                assert receipts[one.order_id].shipments[0].reason == reason
                # The request that was answered by a gateway is still at work.
                assert kind == "gateway_timeout" or count == done
            else:
                assert count == (word == "done")

    def test_after_a_lost_answer_what_waits_for_points_is_not_sent(
        self, desk_of: Make, make_sandbox: Make, chunk_of: Make
    ) -> None:
        served = make_sandbox(orders=0, restore_rate=200)
        desk = desk_of(served)
        chunk = chunk_of(2 * MOST_MUTATIONS, served=served, desk=desk)
        served.control.drain(165)
        desk.order(chunk[0].order_id)
        served.control.add_fault("drop_after", path=CREATES)
        served.control.forget_requests()
        receipts, stop = stopped_push(desk, chunk, NotSent)
        assert len(served.control.requests()) == 1
        assert sum(made(served, chunk)) == len(receipts) == len(stop.order_ids) == MOST_MUTATIONS
        assert not stop.order_ids & set(receipts)

    def test_too_many_requests_puts_off_what_is_not_begun(
        self, served: ServedSandbox, desk: Any, chunk_of: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chunk = chunk_of(self.SIZE)
        self.strike(served, "too_many_requests", retry_after=7)
        wire = wire_for(chunk, gather=4)
        with wire.on(desk.store, monkeypatch):
            receipts = desk.push(*chunk)
        told = outcomes(receipts, chunk)
        assert (told.count("retry"), told.count("done")) == (20, 30)
        assert made(served, chunk) == [word == "done" for word in told]
        assert all(
            entry.not_before is not None
            for one in receipts.values()
            for entry in one.shipments
            if entry.outcome is Outcome.RETRY
        )

    def test_a_store_that_shuts_in_the_middle_is_stopped_and_nothing_is_made_without_a_receipt(
        self, served: ServedSandbox, desk: Any, chunk_of: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chunk = chunk_of(self.SIZE)
        wire = wire_for(chunk, before=lambda number: number == 3 and served.control.shut(423))
        with wire.on(desk.store, monkeypatch):
            receipts, stop = stopped_push(desk, chunk, NotSent)
        assert isinstance(stop.__cause__, CredentialsError)
        assert outcomes(receipts, chunk) == ["done" if count else None for count in made(served, chunk)]
        assert not all(made(served, chunk))

    def test_a_refused_document_is_halved_while_others_are_under_way(
        self, served: ServedSandbox, desk: Any, chunk_of: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chunk = chunk_of(self.SIZE)
        wire = wire_for(chunk, gather=4)
        spoilt = chunk[7].order_id

        def spoil(number: int) -> None:
            """Shopify refuses a whole document for a value that is no Int."""
            body = wire.sent[number].body
            if spoilt in wire.sent[number].orders:
                place = wire.sent[number].orders.index(spoilt)
                row = body["variables"][f"fulfillment_{place}"]["lineItemsByFulfillmentOrder"][0]
                row["fulfillmentOrderLineItems"][0]["quantity"] = 2**40

        wire.before = spoil
        with wire.on(desk.store, monkeypatch):
            receipts = desk.push(*chunk)
        assert outcomes(receipts, chunk) == ["done"] * 7 + ["refused"] + ["done"] * 42
        assert made(served, chunk) == [1] * 7 + [0] + [1] * 42
        assert wire.met == set()

    def test_whoever_overtakes_this_program_stops_it(
        self, served: ServedSandbox, desk: Any, chunk_of: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chunk = chunk_of(self.SIZE)
        writes = iter(range(1000))

        def verify() -> None:
            if next(writes) >= 2:
                raise BusyError("Another fbridge works on this store.")

        monkeypatch.setattr(desk.store.http, "before_write", verify)
        receipts, _ = stopped_push(desk, chunk, BusyError)
        assert outcomes(receipts, chunk).count("done") == sum(made(served, chunk)) == 2 * MOST_MUTATIONS


def test_a_token_that_ends_while_four_are_under_way_is_renewed_once(
    served: ServedSandbox, desk_of: Make, chunk_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = served.control.tokens
    granted = desk_of(
        served, access_token=None, client_id=tokens.client_id, client_secret=tokens.client_secret
    )
    chunk = chunk_of(50, desk=granted)
    wire = wire_for(chunk, gather=4, before=lambda number: number == 0 and tokens.revoke())
    with wire.on(granted.store, monkeypatch):
        receipts = granted.push(*chunk)
    assert set(outcomes(receipts, chunk)) == {Outcome.DONE}
    assert made(served, chunk) == [1] * 50
    assert len(wire.sent) > 5, "those that were refused came a second time"
    assert sum("oauth" in request.path for request in served.control.requests()) == 1


class TestPoints:
    def test_documents_that_were_put_off_come_again(
        self, desk_of: Make, make_sandbox: Make, chunk_of: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        served = make_sandbox(orders=0, restore_rate=1000)
        desk = desk_of(served)
        chunk = chunk_of(60, served=served, desk=desk)
        wire = wire_for(chunk, before=lambda number: number == 2 and served.control.drain())
        with wire.on(desk.store, monkeypatch):
            receipts = desk.push(*chunk)
        assert set(outcomes(receipts, chunk)) == {Outcome.DONE}
        assert made(served, chunk) == [1] * 60
        assert wire.throttled >= 1

    def test_where_only_we_spend_none_is_put_off(
        self, desk_of: Make, make_sandbox: Make, chunk_of: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        served = make_sandbox(orders=0, bucket=400, restore_rate=800)
        desk = desk_of(served)
        chunk = chunk_of(100, served=served, desk=desk)
        wire = wire_for(chunk)
        with wire.on(desk.store, monkeypatch):
            desk.push(*chunk)
        assert made(served, chunk) == [1] * 100
        assert (wire.throttled, len(wire.sent)) == (0, 10)


def test_who_stops_listening_leaves_nothing_running(
    served: ServedSandbox, desk: Any, chunk_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    chunk = chunk_of(100)
    wire = wire_for(chunk)
    served.control.add_fault("slow", path=CREATES, seconds=0.2, times=20)
    with wire.on(desk.store, monkeypatch):
        with closing(plugin.push_fulfillment(desk.store, chunk)) as receipts:  # type: ignore[type-var]
            next(receipts)
        assert not [one for one in threading.enumerate() if one.name.startswith("shopify")]
        assert len(wire.answers) == len(wire.sent) < 10
    assert sum(made(served, chunk)) == len(wire.sent) * MOST_MUTATIONS
