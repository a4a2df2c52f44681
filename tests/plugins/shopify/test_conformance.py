"""The conformance suite on Shopify, with a token that stays and with one that is asked for; fences, two locations."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fbridge.models.states import PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import AdapterConformance, StoreClock, StoreUnderTest
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge.testing.fixtures import KitFixtures
from fbridge.testing.lost_answers import DROPPED_AFTER, DROPPED_BEFORE
from fbridge.testing.office import STORE, Office, number
from fbridge.testing.proofs import assert_all_arrived_once
from fbridge.testing.secrecy import SecrecyConformance
from fbridge_shopify.sandbox.catalogue import MILAN, TURIN

from .conformance_store import ShopifyUnderTest

MakeSandbox = Callable[..., ServedSandbox]
IN_TURIN = "TAZZA-BLU"
HALF_AN_ANSWER = Fault(name="half_an_answer", answer=Answer.HALF_JSON, acts=True)


class TestShopify(AdapterConformance):
    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        clock = StoreClock()
        return ShopifyUnderTest(make_sandbox(orders=0, clock=clock)).with_clock(clock)


@pytest.mark.slow
class TestTokenOfADay(SecrecyConformance):
    """The secret of the app gets a token, which is a secret too."""

    # It puts a wrong permanent token beside, and both at once are refused as settings.
    test_C12_a_wrong_credential_is_not_shown_either = None  # noqa: N815

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        served = make_sandbox(orders=0)
        tokens = served.control.tokens
        return ShopifyUnderTest(served, client_id=tokens.client_id, client_secret=tokens.client_secret)


class TestFences(KitFixtures):
    """Unnumbered parts: what the kit lets end with a person is always told on Shopify, for they are fenced."""

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return ShopifyUnderTest(make_sandbox(orders=0))

    def two_unnumbered_parts(self, store: StoreUnderTest, office: Office) -> str:
        order = store.new_order([(store.skus[0], 3), (store.skus[1], 1)])
        office.fetch()
        office.pack(order, [], [(0, 1)])
        office.pack(order, [], [(0, 1), (1, 1)])
        office.hand_over()
        return order

    @pytest.mark.parametrize("nth", [1, 2], ids=["split", "fulfillment"])
    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER, HALF_AN_ANSWER], ids=str)
    def test_unnumbered_parts_arrive_once_after_a_lost_answer(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, fault: Fault, nth: int
    ) -> None:
        order = self.two_unnumbered_parts(store, office)
        proxy.strike(fault, nth=nth)
        office.push_until_quiet()
        assert_all_arrived_once(office, [order])
        assert store.truth(order).shipped == (2, 1)
        assert proxy.struck == 1

    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_a_strangers_fulfillment_of_equal_pieces_meanwhile_is_not_taken_for_ours(
        self,
        store: StoreUnderTest,
        office: Office,
        proxy: FaultProxy,
        fault: Fault,
    ) -> None:
        order = store.new_order([(store.skus[0], 3)])
        office.fetch()
        shipment = office.ship(order, [], [(0, 1)])
        proxy.strike(fault, nth=2)
        office.push(meanwhile=lambda: store.add_number_by_hand(order, number(9)))
        office.push_until_quiet()
        assert office.state(shipment) is PushState.SENT
        assert store.truth(order).shipped == (2,)


class TestTwoLocations(KitFixtures):
    """One shipment, two fulfillments: the second is not forgotten, and the first not made again."""

    @pytest.fixture
    def store(self, make_sandbox: MakeSandbox) -> StoreUnderTest:
        return ShopifyUnderTest(make_sandbox(orders=0))

    @pytest.mark.parametrize("numbers", [[number(1)], []], ids=["numbered", "unnumbered"])
    @pytest.mark.parametrize("fault", [DROPPED_BEFORE, DROPPED_AFTER], ids=str)
    def test_both_arrive_once_after_a_lost_answer(
        self,
        store: StoreUnderTest,
        office: Office,
        proxy: FaultProxy,
        fault: Fault,
        numbers: list[str],
    ) -> None:
        order = store.new_order([(store.skus[0], 2), (IN_TURIN, 1)])
        office.fetch()
        shipment = office.ship(order, numbers)
        assert office.planned_mails() == 2
        proxy.strike(fault)
        office.push_until_quiet()
        assert office.state(shipment) is PushState.SENT
        assert (store.truth(order).shipped, store.truth(order).shipments) == ((2, 1), 2)
        assert len(store.mails(order)) == 2


class TestReroutedGoods(KitFixtures):
    """A merchant lets another location ship goods between the plan and its run."""

    @pytest.fixture
    def served(self, make_sandbox: MakeSandbox) -> ServedSandbox:
        return make_sandbox(orders=0)

    @pytest.fixture
    def store(self, served: ServedSandbox) -> StoreUnderTest:
        return ShopifyUnderTest(served)

    @pytest.mark.parametrize("accept_mail", [True, False])
    @pytest.mark.parametrize(
        ("moved", "mails", "places"), [(1, 2, [MILAN, TURIN]), (2, 1, [TURIN])], ids=["a part", "all"]
    )
    def test_what_now_leaves_from_elsewhere_waits_for_a_new_plan(
        self,
        served: ServedSandbox,
        store: StoreUnderTest,
        make_office: Callable[..., Office],
        accept_mail: bool,
        moved: int,
        mails: int,
        places: list[int],
    ) -> None:
        office = make_office(accept_mail=accept_mail)
        order, other = (store.new_order([(store.skus[0], 2)]) for _ in range(2))
        office.fetch()
        one, two = office.pack(order, [number(1)]), office.pack(other, [number(2)])
        office.hand_over()
        (plan,) = office.bridge.plan([STORE]).stores
        assert plan.places == (f"location {MILAN}",)
        served.control.move(order, 0, TURIN, moved)
        office.push()
        assert (office.state(one), office.reason(one)) == (PushState.WAITING, "plan_outgrown")
        assert (store.truth(order).shipments, store.mails(order)) == (0, ())
        assert office.state(two) is PushState.SENT
        (plan,) = office.bridge.plan([STORE]).stores
        assert plan.mails == (mails if accept_mail else 0)
        assert plan.places == tuple(f"location {place}" for place in places)
        office.push()
        assert office.state(one) is PushState.SENT
        assert len(store.mails(order)) == plan.mails
