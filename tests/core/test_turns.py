"""Turns: one process pushes to a store at a time, and who was overtaken sends nothing more (promise 2)."""

from __future__ import annotations

import os
import re
from contextlib import nullcontext
from pathlib import Path
from socket import gethostname
from typing import Any

import pytest
import sqlalchemy as sa

from fbridge.context import Context, utc_now
from fbridge.errors import BusyError
from fbridge.http import BasicAuth
from fbridge.http.client import StoreHttp
from fbridge.models.states import PushState
from fbridge.orders.fetch import fetch_turn
from fbridge.push.ledger import adopt_dead_claims
from fbridge.push.rows import load_rows
from fbridge.push.turn import PushTurn, push_turn, refuse_while_pushing
from fbridge.storage.database import Database
from fbridge.storage.restored import mark_restored
from fbridge.storage.tables import stores
from fbridge.stores.rows import ensure_store


@pytest.fixture
def shop(database: Database) -> str:
    with database.write() as connection:
        ensure_store(connection, "shop", "plain", at=utc_now())
        ensure_store(connection, "b2b", "plain", at=utc_now())
    return "shop"


def pushed(database: Database, folder: Path) -> PushTurn:
    """A push that came and went."""
    with push_turn(database, "shop", folder) as turn:
        return turn


def go_back(database: Database, *, epoch: int) -> None:
    """As an older copy put in the place of the database does."""
    with database.write() as connection:
        connection.execute(sa.update(stores).where(stores.c.name == "shop").values(push_epoch=epoch))


def die(*_: Any) -> None:
    raise SystemExit


def overtake(database: Database, store: str) -> None:
    """As another process does that took the turn after this one lost it."""
    with database.write() as connection:
        connection.execute(
            sa.update(stores).where(stores.c.name == store).values(push_epoch=stores.c.push_epoch + 1)
        )


def test_a_second_push_to_the_store_is_refused_and_one_to_another_store_is_not(
    database: Database, shop: str, tmp_path: Path
) -> None:
    with push_turn(database, shop, tmp_path):
        who = rf"pushing to store 'shop' \(on {re.escape(gethostname())}, process {os.getpid()}, for 0 s\)"
        with pytest.raises(BusyError, match=who), push_turn(database, shop, tmp_path):
            pass
        with pytest.raises(BusyError):
            refuse_while_pushing(database, shop, tmp_path)
        with push_turn(database, "b2b", tmp_path), fetch_turn(database, shop, tmp_path):
            pass
    with push_turn(database, shop, tmp_path) as again:
        again.verify()


def test_each_turn_has_a_later_epoch_and_the_former_one_is_overtaken(
    database: Database, shop: str, tmp_path: Path
) -> None:
    with push_turn(database, shop, tmp_path) as first:
        first.verify()
        overtake(database, shop)
        with pytest.raises(BusyError, match="nothing more is sent"):
            first.verify()


def test_who_was_overtaken_in_its_sleep_sends_nothing_more(
    database: Database, shop: str, tmp_path: Path
) -> None:
    with (
        push_turn(database, shop, tmp_path) as turn,
        StoreHttp("http://127.0.0.1:9", auth=BasicAuth("a", "b")) as http,
    ):
        http.before_write = turn.verify
        overtake(database, shop)
        with pytest.raises(BusyError, match="taken over"):
            http.write("POST", "orders")


def test_a_database_older_than_the_last_push_from_here_was_restored(
    database: Database, shop: str, tmp_path: Path
) -> None:
    for _ in range(3):
        assert not pushed(database, tmp_path).restored_epoch
    go_back(database, epoch=1)
    noticed = pushed(database, tmp_path)
    if not database.is_sqlite:
        assert not noticed.restored_epoch, "no file of one computer tells what many have done"
        return
    assert noticed.restored_epoch == noticed.epoch > 3
    assert pushed(database, tmp_path).restored_epoch == noticed.epoch, "no later turn forgets it"


def test_a_first_push_that_is_killed_before_it_wrote_its_file_uses_nothing_up(
    database: Database, shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark is in the database before the file is written, and stays there."""
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has no such file")
    for _ in range(3):
        pushed(database, tmp_path)
    go_back(database, epoch=1)
    monkeypatch.setattr("fbridge.push.turn._keep_epoch", die)
    with pytest.raises(SystemExit):
        pushed(database, tmp_path)
    monkeypatch.undo()
    assert pushed(database, tmp_path).restored_epoch == 4


def test_a_database_that_came_from_another_computer_may_be_older_than_its_last_push(
    database: Database, shop: str, tmp_path: Path
) -> None:
    pushed(database, tmp_path / "here")
    turn = pushed(database, tmp_path / "new computer")
    assert bool(turn.restored_epoch) is database.is_sqlite


def test_a_crash_before_the_file_was_written_is_no_restore(
    database: Database, shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed(database, tmp_path)
    monkeypatch.setattr("fbridge.push.turn._keep_epoch", die)
    with pytest.raises(SystemExit) if database.is_sqlite else nullcontext():
        pushed(database, tmp_path)
    monkeypatch.undo()
    assert not pushed(database, tmp_path).restored_epoch


def test_a_person_says_that_the_database_was_restored(database: Database, shop: str, tmp_path: Path) -> None:
    pushed(database, tmp_path)
    with database.write() as connection:
        mark_restored(connection)
    turn = pushed(database, tmp_path)
    assert turn.restored_epoch == turn.epoch
    with database.write() as connection:
        ensure_store(connection, "added", "plain", at=utc_now())
    with push_turn(database, "added", tmp_path) as new:
        assert new.restored_epoch == new.epoch, "the lost database may have known it"


def test_the_lock_of_a_dead_process_is_free(database: Database, shop: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit), push_turn(database, shop, tmp_path) as turn:
        die(turn)
    refuse_while_pushing(database, shop, tmp_path)


def test_what_a_dead_process_was_sending_settles_from_the_takeover_on(
    office: Any, make: Any, clock: Any, context: Context
) -> None:
    """A host that was frozen for an hour may have written to the store right before it was taken over."""
    office.keep(make.order("1001"))
    shipment = office.shipments.create("1001", manifest="BRT")
    office.leave("2026-0001")
    office.pushed(shipment, PushState.SENDING, claimed_at=clock(), since=clock())
    clock.forward(hours=1)
    with (
        push_turn(context.database, "shop", context.lock_folder) as turn,
        context.database.write() as connection,
    ):
        turn.verify(connection)
        adopted = adopt_dead_claims(connection, "shop", at=clock())
        (row,) = load_rows(connection, [shipment.id])
    assert (adopted, row.state, row.reason) == (1, PushState.UNCONFIRMED, "process_died")
    assert row.unconfirmed_since == clock()
