"""The points of a shop are spent to the last, and no request is put off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fbridge_shopify.cost_budget import MARGIN, CostBudget, Reservation, ThrottleStatus
from fbridge_shopify.sandbox.bucket import Bucket

STANDARD = (2000.0, 100.0)


@dataclass
class Clock:
    now: float = 0.0
    slept: float = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds
        self.slept += seconds


class Shop:
    """Shopify's own bucket, asked through a budget."""

    def __init__(self, maximum: float, rate: float, latency: float = 0.0) -> None:
        self.clock = Clock()
        self.bucket = Bucket(maximum, rate, self.clock)
        self.budget = CostBudget(self.clock, self.clock.sleep)
        self.latency = latency
        self.throttled = 0

    def ask(self, cost: float, actual: float | None = None) -> None:
        reservation = self.budget.take(cost)
        self.clock.now += self.latency
        done = self.bucket.take(cost)
        self.throttled += not done
        if done and actual is not None:
            self.bucket.give_back(cost - actual)
        self.budget.settle(reservation, ThrottleStatus.from_json(self.bucket.status()))


@pytest.mark.parametrize("plan", [STANDARD, (4000.0, 200.0), (20000.0, 1000.0), (7500.0, 100.0)])
@pytest.mark.parametrize("latency", [0.0, 0.4])
def test_two_thousand_pushes_use_the_whole_budget_without_one_put_off(
    plan: tuple[float, float], latency: float
) -> None:
    maximum, rate = plan
    shop, spent = Shop(maximum, rate, latency), 0.0
    for _ in range(20):
        # A chunk of a hundred orders is read again, then written.
        for cost in (131, 131, *[160] * 10):
            shop.ask(cost)
            spent += cost
    assert shop.throttled == 0
    offered = maximum + shop.clock.now * rate
    if shop.clock.slept:
        assert spent / offered >= 0.95 or shop.bucket.available >= maximum * 0.9
    if plan == STANDARD:
        assert spent / offered >= 0.95


def test_before_the_first_answer_everything_goes_at_once() -> None:
    clock = Clock()
    budget = CostBudget(clock, clock.sleep)
    for _ in range(5):
        budget.take(900)
    assert clock.slept == 0
    assert budget.seconds_until(5000) == 0


def test_what_another_program_spends_is_seen_in_the_next_answer() -> None:
    shop = Shop(*STANDARD)
    shop.ask(100)
    shop.bucket.drain(50)
    shop.ask(10)
    slept = shop.clock.slept
    shop.ask(500)
    assert shop.throttled == 0
    assert shop.clock.slept - slept == pytest.approx((500 + MARGIN - 40) / 100)


def test_a_request_that_was_put_off_waits_for_what_is_missing() -> None:
    """The first answer of all may already be THROTTLED: somebody else was here before."""
    shop = Shop(*STANDARD)
    shop.bucket.drain(0)
    shop.ask(300)
    assert shop.throttled == 1
    shop.ask(300)
    assert shop.throttled == 1
    assert shop.clock.slept == pytest.approx((300 + MARGIN) / 100)


def test_a_request_dearer_than_the_bucket_is_not_waited_for_without_end() -> None:
    shop = Shop(1000, 50)
    shop.ask(900)
    shop.budget.take(5000)
    assert shop.clock.slept == pytest.approx(900 / 50)


def test_points_that_were_not_needed_can_be_spent() -> None:
    """A page asks for the points of its largest size, and is charged for what it holds."""
    shop = Shop(*STANDARD)
    for _ in range(20):
        shop.ask(700, actual=60)
    assert (shop.throttled, shop.clock.slept) == (0, 0)


@given(st.lists(st.floats(1, 900), min_size=1, max_size=60), st.floats(0, 2))
def test_no_sequence_of_requests_is_put_off(costs: list[float], latency: float) -> None:
    shop = Shop(*STANDARD, latency)
    for cost in costs:
        shop.ask(cost)
    assert shop.throttled == 0


def test_costs_are_learnt_by_kind() -> None:
    budget = CostBudget()
    assert budget.expected("page", 700) == 700
    budget.learn("page", 612)
    assert budget.expected("page", 700) == 612
    assert budget.expected("other", 5) == 5


def started(
    clock: Clock, status: ThrottleStatus, sleep: Callable[[float], object] | None = None
) -> CostBudget:
    """A budget that knows the shop."""
    budget = CostBudget(clock, sleep or clock.sleep)
    budget.settle(budget.take(1), status)
    return budget


def test_requests_under_way_are_counted_once() -> None:
    budget = started(Clock(), ThrottleStatus(1000, 1000, 50))
    lost, answered = budget.take(400), budget.take(400)
    assert budget.seconds_until(100) == 0
    assert budget.seconds_until(400) == pytest.approx((400 + MARGIN - 200) / 50)
    # One ends without an answer: its points may be gone.
    budget.settle(lost, None)
    assert budget.seconds_until(400) == pytest.approx((400 + MARGIN - 200) / 50)
    # Whether the other's answer knows of that, nobody can tell.
    budget.settle(answered, ThrottleStatus(1000, 900, 50))
    assert budget.seconds_until(400) == 0
    assert budget.seconds_until(700) == pytest.approx((700 + MARGIN - 600) / 50)
    budget.settle(budget.take(10), ThrottleStatus(1000, 890, 50))
    assert budget.seconds_until(700) == 0


def test_points_of_what_the_store_did_not_execute_are_there_again() -> None:
    budget = started(Clock(), ThrottleStatus(1000, 1000, 50))
    reservation = budget.take(900)
    assert budget.seconds_until(500) > 0
    budget.settle(reservation, None, executed=False)
    assert budget.seconds_until(500) == 0


def test_an_answer_that_was_overtaken_does_not_bring_back_what_was_spent_since() -> None:
    budget = started(Clock(), ThrottleStatus(1000, 1000, 50))
    first, second = budget.take(400), budget.take(400)
    budget.settle(second, ThrottleStatus(1000, 200, 50))
    budget.settle(first, ThrottleStatus(1000, 600, 50))
    assert budget.seconds_until(400) == pytest.approx((400 + MARGIN - 200) / 50)


def test_a_wait_is_not_over_before_the_points_are_there() -> None:
    """Somebody else spends while we sleep, and an answer that comes in meanwhile tells of it."""
    clock, sleeps = Clock(), list[float]()

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if not sleeps:
            budget.settle(slow, ThrottleStatus(1000, 0, 50))
        sleeps.append(seconds)

    budget = started(clock, ThrottleStatus(1000, 1000, 50), sleep)
    slow = budget.take(900)
    budget.take(200)
    assert sleeps == pytest.approx([(200 + MARGIN - 100) / 50, (200 + MARGIN) / 50])


@dataclass
class Flight:
    """A request under way: charged by the shop at one moment, answered at another, read by us at a third."""

    reservation: Reservation
    cost: float
    actual: float
    charged: bool = False
    status: ThrottleStatus | None = None
    ended: bool = False


MOVES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(50, 400), st.floats(0, 1), st.sampled_from([0.0, 0.0, 0.3])),
    min_size=20,
    max_size=120,
)


@settings(max_examples=300)
@given(MOVES)
def test_nothing_is_put_off_however_requests_and_answers_overtake_each_other(
    moves: list[tuple[int, int, float, float]],
) -> None:
    """A move begins a request, or brings one of those under way a step on."""
    clock = Clock()
    bucket = Bucket(1000, 50, clock)
    budget = started(clock, ThrottleStatus(1000, 1000, 50))
    flights: list[Flight] = []
    for which, cost, share, seconds in moves:
        clock.now += seconds
        if which < len(flights):
            _step(flights[which], bucket)
            if flights[which].ended:
                done = flights.pop(which)
                budget.settle(done.reservation, done.status)
        elif sum(flight.cost for flight in flights) + cost < 1000 - MARGIN:
            # A dearer one would wait for those under way, which stand still meanwhile.
            flights.append(Flight(budget.take(cost), cost, cost * share))


def _step(flight: Flight, bucket: Bucket) -> None:
    if not flight.charged:
        flight.charged = bucket.take(flight.cost)
        assert flight.charged, "it was put off"
    elif flight.status is None:
        bucket.give_back(flight.cost - flight.actual)
        flight.status = ThrottleStatus.from_json(bucket.status())
    else:
        flight.ended = True


def test_several_threads_share_the_points() -> None:
    """One waits at a time, and each goes when its points are there."""
    clock = Clock()
    budget = started(clock, ThrottleStatus(1000, 1000, 50))
    run_all([lambda: budget.settle(budget.take(200), None)] * 10)
    assert clock.slept == pytest.approx((10 * 200 + MARGIN - 1000) / 50)


def run_all(targets: Iterable[object]) -> None:
    threads = [threading.Thread(target=target) for target in targets]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    "status",
    [
        None,
        [],
        {},
        {"maximumAvailable": 1},
        {"maximumAvailable": 1, "currentlyAvailable": "x", "restoreRate": 1},
    ],
)
def test_a_status_that_tells_nothing_changes_nothing(status: object) -> None:
    assert ThrottleStatus.from_json(status) is None


def test_a_status_without_restoring_is_none() -> None:
    told = {"maximumAvailable": 1000, "currentlyAvailable": 10, "restoreRate": 0}
    assert ThrottleStatus.from_json(told) is None
