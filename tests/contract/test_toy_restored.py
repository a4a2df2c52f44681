"""What a restored backup calls by any name is looked up before it is sent."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.errors import RefusedError
from fbridge.models.drift import Finding
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.push.decide import Action
from fbridge.sandbox import ServedSandbox
from fbridge.storage.tables import pushes
from fbridge.testing import Office, number
from fbridge.testing.proofs import assert_all_arrived_once

from .toy_store import ToyUnderTest


@pytest.fixture
def office(install_toy: Callable[[str], None], tmp_path: Path) -> Iterator[Office]:
    install_toy("adapter:adapter")
    from fbridge_toy.sandbox import ToySandbox

    with (
        ServedSandbox(ToySandbox(), "127.0.0.1", 0) as served,
        Office(ToyUnderTest(served), tmp_path / "home") as made,
    ):
        yield made


def ship(office: Office, numbers: tuple[str, ...] = (number(1),)) -> tuple[str, Shipment]:
    order = office.store.new_order([(office.store.skus[0], 1)])
    office.fetch()
    return order, office.ship(order, numbers)


def put_back(office: Office, file: Path) -> None:
    office.bridge.close()
    path = office.bridge.context.database.path
    assert path is not None
    shutil.copy(file, path)


def call(office: Office, shipment: Shipment, **columns: Any) -> None:
    with office.bridge.context.database.write() as connection:
        entry = sa.update(pushes).where(pushes.c.shipment_id == shipment.id)
        connection.execute(entry.values(**columns))


@pytest.mark.parametrize("state", [PushState.READY, PushState.WAITING, PushState.RETRY, PushState.REFUSED])
def test_whatever_the_backup_calls_it_it_is_looked_up(
    office: Office, tmp_path: Path, state: PushState
) -> None:
    order, shipment = ship(office)
    backup = office.bridge.backup(tmp_path / "backup.db")
    office.push()
    truth, mails = office.store.truth(order), office.store.mails(order)
    put_back(office, backup)
    call(office, shipment, state=state, reason="as it was", next_at=office.bridge.context.now())
    if state is PushState.REFUSED:
        office.bridge.resend(shipment.label)
    (entry,) = office.bridge.plan().stores[0].entries
    assert (entry.action, entry.reason) == (Action.CHECK, "database_restored")
    assert "the store is read first" in entry.words
    office.push_until_quiet()
    assert office.reason(shipment) == "found_on_store"
    assert office.store.truth(order) == truth
    assert office.store.mails(order) == mails


def test_a_write_on_its_way_when_the_backup_came_back_has_time_to_arrive(
    office: Office, tmp_path: Path
) -> None:
    """Nothing is sent before the settle time has passed, counted from the first push after the restore."""
    _, shipment = ship(office)
    backup = office.bridge.backup(tmp_path / "backup.db")
    put_back(office, backup)
    told: list[str] = []
    office.bridge.push(progress=lambda progress: told.append(progress.words))
    assert any(words.startswith("waiting") for words in told), told
    assert office.state(shipment) is PushState.SENT


def test_once_looked_up_a_shipment_goes_its_usual_way(office: Office, tmp_path: Path) -> None:
    """No later push reads twice: neither for a correction, nor for a shipment that was made since."""
    order, shipment = ship(office)
    put_back(office, office.bridge.backup(tmp_path / "backup.db"))
    office.push_until_quiet()
    office.skip_time(timedelta(minutes=1))
    told: list[str] = []
    office.correct(shipment, [number(2)])
    later, made_since = ship(office, (number(3),))
    actions = [entry.action for entry in office.bridge.plan().stores[0].entries]
    assert actions == [Action.UPDATE, Action.SEND]
    office.bridge.push(progress=lambda progress: told.append(progress.words))
    office.correct(made_since, [number(4)])
    office.bridge.push(progress=lambda progress: told.append(progress.words))
    assert not any(words.startswith("reading") for words in told), told
    assert_all_arrived_once(office, [order, later])


def test_a_correction_after_a_restore_still_arrives(office: Office, tmp_path: Path) -> None:
    order, shipment = ship(office)
    office.push()
    put_back(office, office.bridge.backup(tmp_path / "backup.db"))
    office.correct(shipment, [number(2)])
    office.push_until_quiet()
    assert office.store.truth(order).numbers == (number(2),)
    assert_all_arrived_once(office, [order])


def test_a_backup_of_a_backup_is_looked_up_again(office: Office, tmp_path: Path) -> None:
    order, shipment = ship(office)
    put_back(office, office.bridge.backup(tmp_path / "first.db"))
    office.push_until_quiet()
    again = office.bridge.backup(tmp_path / "second.db")
    office.correct(shipment, [number(2)])
    office.push()
    truth = office.store.truth(order)
    put_back(office, again)
    office.correct(shipment, [number(2)])
    (entry,) = office.bridge.plan().stores[0].entries
    assert entry.action is Action.CHECK
    office.push_until_quiet()
    assert office.store.truth(order) == truth


def test_db_check_tells_what_is_still_to_be_looked_up(office: Office, tmp_path: Path) -> None:
    ship(office)
    put_back(office, office.bridge.backup(tmp_path / "backup.db"))
    care = office.bridge.maintenance(office.home)
    (store,) = care.check().restored
    assert (store.store, store.noticed_at, store.unchecked) == ("shop", None, 1)
    office.push_until_quiet()
    (store,) = care.check().restored
    assert store.noticed_at is not None
    assert store.unchecked == 0


def taken_back_after(office: Office, folder: Path) -> tuple[str, Shipment]:
    """A shipment that the backup calls sent and that was taken back since, and one that stayed."""
    order, shipment = ship(office)
    ship(office, (number(2),))
    office.push()
    office.bridge.backup(folder / "backup.db")
    return order, shipment


def test_what_was_taken_back_since_the_backup_is_asked_about(office: Office, tmp_path: Path) -> None:
    order, shipment = taken_back_after(office, tmp_path)
    office.bridge.take_back(shipment.label)
    office.store.set_changed([order], datetime.now(UTC) + timedelta(minutes=1))
    truth = office.store.truth(order)
    put_back(office, tmp_path / "backup.db")
    (behind,) = office.bridge.status().restored
    assert (behind.store, behind.shipments, behind.next_step) == ("shop", 2, "fbridge verify shop")
    (compared,) = office.bridge.push().compared
    assert [(item.shipment, item.finding) for item in compared.items] == [
        (shipment.label, Finding.NOT_STORED)
    ]
    assert office.store.truth(order) == truth
    (item,) = office.bridge.status().items
    assert item.shipment == shipment.label
    ways = office.bridge.explain(shipment.label).next_steps
    assert f"fbridge shipment withdraw {shipment.label}" in ways
    assert office.bridge.push().compared == (), "each is looked at once"
    assert office.bridge.take_back(shipment.label).withdrawn_at is not None
    status = office.bridge.status()
    assert (status.items, status.restored) == ((), ())


def test_what_no_look_can_settle_is_not_asked_for_again_and_again(office: Office, tmp_path: Path) -> None:
    """Somebody else shipped it, a person let it stand, or its mail is missing."""
    elsewhere, _ = ship(office)
    office.store.complete_by_hand(elsewhere)
    office.push()
    _, adopted = ship(office, (number(2),))
    call(office, adopted, state=PushState.NEEDS_ATTENTION, reason="as it was")
    office.bridge.adopt(adopted.label)
    _, unmailed = ship(office, (number(3),))
    office.push()
    call(office, unmailed, mail_missing_since=office.bridge.context.now())
    put_back(office, office.bridge.backup(tmp_path / "backup.db"))
    office.bridge.push()
    assert office.bridge.status().restored == ()


@pytest.mark.slow
def test_what_was_taken_back_by_half_since_the_backup_can_be_ended(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, shipment = taken_back_after(office, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(office.store._shop, "keeps_status", True)  # type: ignore[attr-defined]
        with pytest.raises(RefusedError):
            office.bridge.take_back(shipment.label)
    office.store.set_changed([order], datetime.now(UTC) + timedelta(minutes=1))
    put_back(office, tmp_path / "backup.db")
    (compared,) = office.bridge.push().compared
    assert [item.shipment for item in compared.items] == [shipment.label]
    assert office.bridge.take_back(shipment.label).withdrawn_at is not None
    truth = office.store.truth(order)
    assert (truth.closed, truth.numbers) == (False, ())
