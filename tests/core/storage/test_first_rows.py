"""A row that several programs make when they need it first: two at the same moment make it once, and go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.accounts.accounts import Accounts
from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.listeners.positions import load_positions, take_up
from fbridge.models.accounts import Role
from fbridge.storage.account_tables import accounts
from fbridge.storage.database import Database
from fbridge.storage.restored import fact, keep_fact
from fbridge.stores.rows import ensure_store, find_store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def make_store(connection: Connection) -> object:
    return ensure_store(connection, "shop", "toy", at=NOON) == find_store(connection, "shop")


def make_listener(connection: Connection) -> object:
    take_up(connection, "audit", 7)
    return load_positions(connection)["audit"].after == 7


def make_fact(connection: Connection) -> object:
    keep_fact(connection, "server", "this one")
    return fact(connection, "server") == "this one"


@pytest.mark.parametrize("make", [make_store, make_listener, make_fact])
def test_two_that_need_a_row_first_at_the_same_moment_both_have_it(
    database: Database, make: Callable[[Connection], object]
) -> None:
    def in_a_unit() -> object:
        with database.write() as connection:
            return make(connection)

    with ThreadPoolExecutor() as pool:
        with database.write() as connection:
            assert make(connection)
            second = pool.submit(in_a_unit)
            time.sleep(0.2)  # by then it has looked, and waits for this unit to end
        assert second.result(timeout=20)


def test_of_two_accounts_of_one_name_the_second_is_refused(context: Context) -> None:
    with ThreadPoolExecutor() as pool:
        with context.database.write() as connection:
            connection.execute(
                sa.insert(accounts).values(name="anna", role=Role.CLERK, password_hash="", created_at=NOON)
            )
            second = pool.submit(Accounts(context).add, "anna", Role.MANAGER, "correct horse battery")
            time.sleep(0.2)
        with pytest.raises(InputError, match="already"):
            second.result(timeout=20)
