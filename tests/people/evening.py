"""One evening after another in the same office: two orders leave, a push works, and a colleague acts meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

from fbridge.bridge import Bridge, PushResult
from fbridge.errors import FbridgeError, InputError
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState, Support
from fbridge.push.decide import MAY_GO_OUT
from fbridge.push.plan import PushPlan
from fbridge.testing import StoreUnderTest
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.office import CARRIER, STORE, Office
from tests.people.acts import OTHER_CARRIER, TAKES_BACK, Target
from tests.people.moments import Interruption, moments_of

AT_REST = frozenset({PushState.SENT, PushState.DONE_ELSEWHERE, PushState.WITHDRAWN})
MOST_PUSHES = 6
LOST_AND_DONE = Fault(name="lost_and_done", answer=Answer.HANG_UP, acts=True)
LOST_AND_NOT_DONE = Fault(name="lost_and_not_done", answer=Answer.HANG_UP)

PersonsAct = Callable[[Target], None]


@dataclass
class Goods:
    """Two orders and the shipment of each; the person acts on the first. ``rest``: a part of it is still free."""

    order: str
    shipment: Shipment
    other_order: str
    other: Shipment
    manifest: str
    rest: bool
    former: list[str] = field(default_factory=list)


class Evenings:
    """An office with a second desk, before a store behind a proxy."""

    def __init__(
        self, store: StoreUnderTest, folder: Path, *, database_url: str | None = None, **settings: object
    ) -> None:
        self.store = store
        self.proxy = FaultProxy(store.url, is_write=store.is_write)
        self.office = Office(
            store, folder / "home", url=self.proxy.url, database_url=database_url, **settings
        )
        self.desk = self.office.another_desk()
        self.splits = self.office.capabilities.partial_shipments is Support.YES
        self.corrects = self.office.capabilities.tracking_update is Support.YES
        self._numbers = count(1)
        self._add_other_carrier()

    def close(self) -> None:
        self.desk.close()
        self.office.close()
        self.proxy.close()

    @property
    def bridge(self) -> Bridge:
        return self.office.bridge

    def _add_other_carrier(self) -> None:
        self.bridge.carriers.add(OTHER_CARRIER, "UPS", tracking_url="https://ups.example/{number}")
        codes = self.bridge.carriers.codes(STORE)
        self.other_label = "UPS"
        if codes.codes and not codes.open:
            self.bridge.carriers.map(STORE, OTHER_CARRIER, codes.codes[1].code)

    def number(self) -> str:
        return f"FB{next(self._numbers):09d}IT"

    def goods(self, *, numbered: bool = True, ship: bool = True) -> Goods:
        """What leaves tonight."""
        skus = self.store.skus
        order = self.store.new_order([(skus[0], 2), (skus[1], 1)])
        other_order = self.store.new_order([(skus[0], 1)])
        self.office.fetch()
        numbers = [self.number()] if numbered else []
        shipment = self.office.pack(order, numbers, [(0, 2)] if self.splits else None)
        other = self.office.pack(other_order, [self.number()])
        if ship:
            assert self.bridge.manifests.ship(CARRIER, check=False).shipped
        return Goods(order, shipment, other_order, other, shipment.manifest or "", self.splits)

    def target(self, goods: Goods) -> Target:
        return Target(
            desk=self.desk,
            shipment=goods.shipment.label,
            manifest=goods.manifest,
            order=goods.shipment.order_number,
        )

    def mails(self, goods: Goods) -> int:
        return len(self.store.mails(goods.order)) + len(self.store.mails(goods.other_order))

    def push(self, goods: Goods, plan: PushPlan | None = None, **more: object) -> PushResult:
        """A planned push: no more mails leave than the plan shows."""
        plan = plan or self.bridge.plan([STORE])
        before = self.mails(goods)
        try:
            return self.bridge.push(plan, **more)  # type: ignore[arg-type]
        finally:
            planned = sum(one.mails for one in plan.stores)
            assert self.mails(goods) - before <= planned, "a mail left that no plan showed"

    def shipments_of(self, goods: Goods) -> list[Shipment]:
        numbers = {goods.shipment.order_number, goods.other.order_number}
        return [one for one in self.bridge.shipments.list(store=STORE) if one.order_number in numbers]

    def work_on(self, goods: Goods) -> None:
        """Push until nothing moves any more; follow the ways out that status names."""
        for _ in range(MOST_PUSHES):
            result = self.push(goods)
            assert not result.errors, result.errors
            moving = [one for one in self.shipments_of(goods) if _moves(one)]
            if not moving:
                return
            for one in moving:
                assert one.push
                if one.push.state is PushState.REFUSED:
                    self.desk.resend(one.label)
                elif one.push.next_at:
                    late = one.push.next_at - self.bridge.context.now()
                    self.office.skip_time(max(late, timedelta(0)) + timedelta(seconds=1))
        stuck = [f"{one.label} {one.push}" for one in self.shipments_of(goods) if _moves(one)]
        raise AssertionError(f"stuck: {stuck}; status: {self.bridge.status().items}")

    def ship_what_stayed(self, goods: Goods) -> None:
        """What came back to the house leaves with the next courier, new where it was withdrawn."""
        self.office.fetch()
        again = []
        for one in self.shipments_of(goods):
            if one.withdrawn_at is not None and one.id == goods.shipment.id:
                items = {item.line_id: item.quantity for item in one.items}
                again.append(
                    self.desk.shipments.create(
                        one.order_number, store=STORE, carrier=CARRIER, items=items, numbers=[self.number()]
                    )
                )
            elif one.in_house:
                again.append(one)
        fresh = [one for one in again if one.manifest is None]
        if fresh:
            manifest = self.desk.manifests.new(CARRIER).number
            results = self.desk.manifests.add(manifest, [one.label for one in fresh]).results
            assert all(result.ok for result in results), results
            assert self.desk.manifests.ship(manifest, check=False).shipped
        for number in {one.manifest for one in again if one.manifest}:
            assert self.desk.manifests.ship(number, check=False).shipped

    # The account

    def check_nothing_doubled(self, goods: Goods) -> None:
        for order, due in ((goods.order, (2, 1)), (goods.other_order, (1,))):
            truth = self.store.truth(order)
            own = [one for one in self.shipments_of(goods) if one.withdrawn_at is None]
            if truth.shipped is not None:
                assert all(is_ <= may for is_, may in zip(truth.shipped, due, strict=True)), truth
            assert truth.shipments <= len(own), truth
            assert len(truth.numbers) == len(set(truth.numbers)), truth

    def check_last_wishes(self, goods: Goods, *, adopted: bool) -> None:
        shown = (*self.store.truth(goods.order).numbers, *self.store.truth(goods.other_order).numbers)
        for one in self.shipments_of(goods):
            assert one.push, one
            if one.push.state is PushState.SENT:
                assert all(number in shown for number in one.numbers), (one.label, one.numbers, shown)
            elif not (adopted and one.id == goods.shipment.id):
                assert one.push.state is PushState.WITHDRAWN, (one.label, one.push)
        wanted = {n for one in self.shipments_of(goods) if one.withdrawn_at is None for n in one.numbers}
        assert adopted or set(shown) <= wanted, f"numbers that nobody wants any more: {shown}, {wanted}"


def _is_told(one: Shipment) -> bool:
    """Its store was told before it was left behind, and that stands."""
    return one.push is not None and one.push.acknowledged_revision is not None


def _moves(one: Shipment) -> bool:
    assert one.push
    not_shipped = one.push.state is PushState.WAITING and one.shipped_at is None
    return one.push.state not in AT_REST and not not_shipped


Scenario = Callable[[Evenings], Goods]


def all_well(evenings: Evenings) -> Goods:
    """Nothing happens but the act."""
    return evenings.goods()


def answer_lost(evenings: Evenings) -> Goods:
    """The store did what it was asked, and its answer never came."""
    goods = evenings.goods()
    evenings.proxy.strike(LOST_AND_DONE, path=_about(goods))
    return goods


def request_lost(evenings: Evenings) -> Goods:
    """The store never saw the request."""
    goods = evenings.goods()
    evenings.proxy.strike(LOST_AND_NOT_DONE, path=_about(goods))
    return goods


def _about(goods: Goods) -> str:
    """Not the request for another order that is written beside it."""
    return rf"/order/{goods.order}/ship|^(?!.*/order/\d+/ship)"


def waited(evenings: Evenings) -> Goods:
    """It waited for its number for too long and goes without."""
    goods = evenings.goods(numbered=False)
    evenings.push(goods)
    evenings.office.skip_time(timedelta(hours=2))
    return goods


def refused_before(evenings: Evenings) -> Goods:
    """The order was on hold; now it is not."""
    goods = evenings.goods()
    evenings.store.hold(goods.order)
    evenings.push(goods)
    evenings.store.release(goods.order)
    return goods


def cancelled_on_the_store(evenings: Evenings) -> Goods:
    """The merchant cancelled the order after it had left."""
    goods = evenings.goods()
    evenings.store.cancel(goods.order)
    return goods


def correction(evenings: Evenings) -> Goods:
    """It is sent, and its number is corrected."""
    goods = evenings.goods()
    evenings.push(goods)
    evenings.office.correct(goods.shipment, [evenings.number()])
    return goods


def correction_lost(evenings: Evenings) -> Goods:
    """As above, and the answer to the correction is lost."""
    goods = correction(evenings)
    evenings.proxy.strike(LOST_AND_DONE)
    return goods


def spend(evenings: Evenings, scenario: Scenario, act: PersonsAct, at: int, kind: str = "") -> Interruption:
    """One evening: what happened at the moment number ``at`` of a kind, after the account was found right."""
    goods = scenario(evenings)
    interruption = Interruption(lambda: act(evenings.target(goods)), at, kind)
    try:
        _spend(evenings, goods, interruption, act.__name__)
    except BaseException as error:
        told = interruption.refused or "done"
        error.add_note(f"{act.__name__} in {scenario.__name__} at {interruption.moment}: {told}")
        raise
    return interruption


def _spend(evenings: Evenings, goods: Goods, interruption: Interruption, name: str) -> None:
    result: PushResult | None = None
    plan = evenings.bridge.plan([STORE])
    due = {entry.shipment for store in plan.stores for entry in store.entries if entry.action in MAY_GO_OUT}
    with moments_of(interruption, evenings.bridge.context.database, evenings.proxy):
        interruption.pass_by("after the plan")
        try:
            result = evenings.push(goods, plan, progress=interruption.told)
        except InputError as error:
            if error.reason != "plan_changed" or not interruption.done:
                raise
        interruption.pass_by("after the push")
    evenings.proxy.heal()
    if result:
        _judge_result(result, interruption, goods, name, due)
    if interruption.broke:
        raise interruption.broke
    if interruption.refused:
        assert _names_the_next_step(interruption.refused), f"no next step: {interruption.refused}"
    told = any(one.id == goods.shipment.id and _is_told(one) for one in evenings.shipments_of(goods))
    if interruption.done and name in TAKES_BACK and not told:
        numbers = evenings.store.truth(goods.order).numbers
        assert not set(goods.shipment.numbers) & set(numbers), "taken back, and on the store"
    if interruption.done and name == "ship_the_rest" and interruption.moment != "after the push":
        rest = [n for n in evenings.store.truth(goods.order).numbers if n.startswith("REST")]
        assert not rest, "a shipment that no plan showed was sent"
    evenings.work_on(goods)
    evenings.ship_what_stayed(goods)
    evenings.work_on(goods)
    evenings.check_nothing_doubled(goods)
    evenings.check_last_wishes(goods, adopted=interruption.done and name == "adopt")


def _names_the_next_step(refusal: FbridgeError) -> bool:
    # Of an order that is wholly in shipments nothing is to be done.
    return "fbridge" in str(refusal) or refusal.reason == "nothing_left"


def _judge_result(
    result: PushResult, interruption: Interruption, goods: Goods, act: str, due: set[str]
) -> None:
    """The run went on for the other order, and names the shipment on which the person acted."""
    for _, error in result.errors:
        assert isinstance(error, FbridgeError)
        assert error.reason == "plan_changed", f"the run ended for all: {error!r}"
        assert interruption.done
        return
    told = {item.shipment for item in result.results}
    if not act.startswith("reopen"):
        assert goods.other.label in told or goods.other.label not in due, f"the other order: {told}"
    acted = (
        interruption.done and not interruption.moment.endswith("after the push") and act != "ship_the_rest"
    )
    if acted and goods.shipment.label in due:
        assert goods.shipment.label in told, f"the result does not name what the person did: {told}"


@contextmanager
def evenings_of(
    store: StoreUnderTest, folder: Path, *, database_url: str | None = None, **settings: object
) -> Iterator[Evenings]:
    evenings = Evenings(store, folder, database_url=database_url, **settings)
    try:
        yield evenings
    finally:
        evenings.close()
