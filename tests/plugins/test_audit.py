"""``fetch --audit`` on every platform: what the cursor missed, and what the store deleted, is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.people.stores import PLATFORMS

from fbridge.models.states import OrderStatus
from fbridge.orders.audit import AuditFinding, AuditResult
from fbridge.sandbox import ServedSandbox
from fbridge.testing.office import STORE, Office

QUICK = ("woocommerce", "prestashop")


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    create, options, under_test, own = PLATFORMS[request.param]
    with (
        ServedSandbox(create(orders=0, **options), "127.0.0.1", 0) as served,
        Office(under_test(served, **own), tmp_path / "home") as office,
    ):
        yield office


def audit(office: Office) -> AuditResult:
    (result,) = office.bridge.audit([STORE])
    assert result.error is None
    return result


@pytest.mark.parametrize(
    "office",
    [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in PLATFORMS],
    indirect=True,
)
def test_what_was_missed_and_what_was_deleted_is_named(office: Office) -> None:
    store, long_ago = office.store, datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)
    well, behind, deleted, last = (store.new_order([(store.skus[0], 2)]) for _ in range(4))
    store.set_changed([well, behind, deleted], long_ago)
    office.fetch()
    missed = store.new_order([(store.skus[0], 1)])
    store.refund(behind, 0, 1)
    store.set_changed([missed, behind], long_ago + timedelta(days=1))
    store.delete(deleted)
    assert {missed, deleted} & office.fetched().keys() == {deleted}
    result = audit(office)
    assert {one.remote_id: one.finding for one in result.orders} == {
        missed: AuditFinding.MISSED,
        behind: AuditFinding.BEHIND,
        deleted: AuditFinding.DELETED,
    }
    assert (result.listed, result.stored, result.told) == (4, 4, result.told and 4)
    kept = office.fetched()
    assert kept[behind].lines[0].due == 1
    assert (kept[deleted].status, missed in kept) == (OrderStatus.CANCELLED, True)
    again = audit(office)
    assert (again.orders, again.listed) == ((), 4)
    assert last in kept
