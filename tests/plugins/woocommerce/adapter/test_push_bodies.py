"""A chunk is read at once and completed in bodies, so that no body takes longer than proxies wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.plugins.woocommerce.conformance_store import WooCommerceUnderTest

from fbridge.models.states import PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import Office, number
from fbridge.testing.faults import Answer, Fault, FaultProxy
from fbridge_woocommerce.sending import MOST_COMPLETED

MORE = MOST_COMPLETED + 3


@pytest.fixture
def shop(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    return make_sandbox(orders=0, tracking="ast")


@pytest.fixture
def proxy(shop: ServedSandbox) -> Iterator[FaultProxy]:
    with FaultProxy(shop.url, is_write=WooCommerceUnderTest(shop).is_write) as made:
        yield made


@pytest.fixture
def office(shop: ServedSandbox, proxy: FaultProxy, tmp_path: Path) -> Iterator[Office]:
    with Office(WooCommerceUnderTest(shop), tmp_path / "home", url=proxy.url) as made:
        yield made


def handed_over(office: Office, count: int) -> list[Any]:
    orders = [office.store.new_order([(office.store.skus[0], 1)]) for _ in range(count)]
    office.fetch()
    shipments = [office.pack(order, [number(at)]) for at, order in enumerate(orders, 1)]
    office.hand_over()
    return shipments


def mails(shop: ServedSandbox) -> list[Any]:
    return [mail for mail in shop.control.mails() if mail.kind == "customer_completed_order"]


@pytest.mark.slow
def test_after_a_body_without_an_answer_the_next_is_not_sent(
    shop: ServedSandbox, office: Office, proxy: FaultProxy
) -> None:
    shipments = handed_over(office, MORE)
    # The first write tries how the plugin shows the carrier.
    proxy.strike(Fault(name="lost", answer=Answer.HANG_UP, acts=True), nth=2)
    shop.control.forget_requests()
    seen: list[int] = []
    office.push(meanwhile=lambda: seen.append(len(mails(shop))))
    assert seen == [MOST_COMPLETED], "one body had arrived when the push began to look"
    office.push_until_quiet()
    assert {office.state(one) for one in shipments} == {PushState.SENT}
    assert len(mails(shop)) == MORE


@pytest.mark.slow
def test_forty_orders_cost_one_read_and_two_bodies(shop: ServedSandbox, office: Office) -> None:
    handed_over(office, 40)
    shop.control.forget_requests()
    office.push()
    seen = [
        f"{one.method} {one.path.partition('?')[0].rpartition('/')[2]}" for one in shop.control.requests()
    ]
    assert sorted(seen) == sorted(
        [
            "GET enabled",
            "GET shipment-trackings",
            "GET providers",
            *["GET orders", "GET notes"] * 2,
            *["POST batch"] * 3,
        ]
    ), (
        "one batch and look more to try how the plugin shows the carrier; of each body whether its last mail left"
    )
