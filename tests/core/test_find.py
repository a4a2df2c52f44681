"""Finding by how any name begins, and by how a number ends."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from fbridge.find import MOST_OF_A_KIND, find
from fbridge.history.purge import purge
from fbridge.models.orders import Address
from fbridge.models.shipments import Document
from fbridge.storage.search_tables import order_words, shipment_words


@pytest.fixture(autouse=True)
def goods(office: Any, make: Any) -> Any:
    office.keep(make.order("#1001"), replace(make.order("#1002"), ship_to=Address(name="Carla Verdi")))
    shipment = office.shipments.create(
        "1001", numbers=["BRT777"], document=Document(source="ERP", number="DDT-55"), manifest="BRT"
    )
    return office.shipments.set_tracking(shipment.label, ["BRT888"])


def found(office: Any, text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.ref) for one in find(office.context, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1001", [("order", "shop:#1001")]),
        ("#100", [("order", "shop:#1002"), ("order", "shop:#1001")]),
        ("verdi", [("order", "shop:#1002")]),
        ("r#1002", [("order", "shop:#1002")]),
        ("ddt-55", [("shipment", "S1")]),
        ("ERP//DDT-55/", [("shipment", "S1")]),
        ("s1", [("shipment", "S1")]),
        ("2026-", [("manifest", "2026-0001")]),
        (" brt888 ", [("number", "S1")]),
        ("777", [("number", "S1")]),
        ("BRT 888", [("number", "S1")]),
        ("bartolini", [("carrier", "BRT")]),
        ("%", []),
        ("_", []),
    ],
)
def test_what_is_found(office: Any, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(office, text) == expected


def test_the_words_say_what_it_is(office: Any, goods: Any) -> None:
    assert [one.words for one in find(office.context, "BRT")] == [
        "BRT888: order shop:#1001, BRT, manifest 2026-0001, waiting",
        "BRT777 (replaced): order shop:#1001, BRT, manifest 2026-0001, waiting",
        "Bartolini",
    ]
    assert find(office.context, goods.uuid)[0].ref == goods.label
    assert find(office.context, "2026-0001")[0].words == "BRT, preparing, 1 shipment"
    assert find(office.context, "1002")[0].words == "Carla Verdi, unfulfilled, open"


def test_equal_numbers_of_one_store_are_told_apart_by_where_they_were_sold(office: Any, make: Any) -> None:
    """Store views may count for themselves, and so may the shops of a multishop."""
    office.keep(
        make.order("2001", remote_id="77", sold_in="it"),
        make.order("2001", remote_id="78", sold_in="b2b_it"),
        make.order("2002", remote_id="79", sold_in="it"),
    )
    assert [(one.ref, one.words.rpartition(", ")[2]) for one in find(office.context, "200")] == [
        ("shop:2002", "sold in it"),
        ("shop:id=78", "sold in b2b_it"),
        ("shop:id=77", "sold in it"),
    ]
    assert [office.orders.get(one.ref).row.remote_id for one in find(office.context, "2001")] == ["78", "77"]


def test_no_more_than_some_of_a_kind(office: Any, make: Any) -> None:
    office.keep(*(make.order(f"77{number:04}") for number in range(100)))
    refs = [ref for _, ref in found(office, "77")]
    assert len(refs) == MOST_OF_A_KIND
    assert refs[0] == "shop:770099"
    assert {one.of for one in find(office.context, "77")} == {100}


def test_an_empty_text_is_refused(office: Any, refused: Any) -> None:
    with refused("no_text", "Say what to find."):
        find(office.context, "  ")


@pytest.fixture
def zoe(office: Any, make: Any) -> Any:
    """An order whose customer can be named in many ways."""
    address = Address(
        name="Zoë D'Angelo-Łoś",
        company="Straße & Ko",
        email="zoe.dangelo@esempio.it",
        phone="+39 333 123 4567",
    )
    order = make.order("3001", remote_id="9001", ship_to=address, bill_to=address)
    office.keep(order)
    return order


@pytest.mark.usefixtures("zoe")
def test_neither_case_nor_accents_nor_punctuation_matter(office: Any) -> None:
    names = ["zoe", "ZOË", "zoe\u0308", "d'angelo", "dangelo", "angelo zoe", "los", "strasse", "STRASSE KO"]
    mails = ["zoe.dangelo@esempio.it", "zoe.dan", "@esempio.it", "esempio.it"]
    numbers = ["+39333", "333 123 4567", "1234567", "4567", "9001", "300", "001 "]
    texts = [*names, *mails, *numbers]
    assert [text for text in texts if ("order", "shop:3001") in found(office, text)] == texts


@pytest.mark.usefixtures("zoe")
def test_no_more_is_found_than_was_asked_for(office: Any) -> None:
    texts = ["oe", "90", "zoe verdi", "@", "---", "com", "\u0308", "%", "_"]
    assert [text for text in texts if ("order", "shop:3001") in found(office, text)] == []


def test_an_order_is_found_by_what_it_is_called_now(office: Any, zoe: Any) -> None:
    later = zoe.changed_at + timedelta(seconds=1)
    office.keep(replace(zoe, ship_to=Address(name="Carla"), bill_to=Address(name="Carla"), changed_at=later))
    assert found(office, "angelo") == found(office, "4567") == []
    assert found(office, "carla")[0] == ("order", "shop:3001")
    purge(office.context, timedelta(0))
    assert found(office, "carla") == []
    assert found(office, "3001") == [("order", "shop:3001")]


def test_a_forgotten_recipient_is_not_found(office: Any, clock: Any) -> None:
    parcel = office.shipments.create_external(
        carrier="BRT",
        recipient=Address(name="Rosa Fò"),
        document=Document(number="R0SA"),
        manifest="2026-0001",
    )
    assert found(office, "fo") == found(office, "r0sa") == [("shipment", parcel.label)]
    office.leave("2026-0001")
    clock.forward(days=1)
    purge(office.context, timedelta(0))
    assert (found(office, "fo"), found(office, "r0sa")) == ([], [("shipment", parcel.label)])


@pytest.mark.usefixtures("zoe")
def test_what_was_stored_before_is_found_after_the_upgrade(office: Any) -> None:
    office.shipments.create_external(
        carrier="BRT",
        recipient=Address(name="Rosa Fò"),
        document=Document(number="R0SA", series="A", year=2026),
    )

    def words(connection: Any) -> list[Any]:
        return [sorted(connection.execute(sa.select(table)).all()) for table in (order_words, shipment_words)]

    upgrade = importlib.import_module("fbridge.storage.migrations.versions.0022_words_to_find_by").upgrade
    with office.context.database.write() as connection:
        kept = words(connection)
        order_words.drop(connection)
        shipment_words.drop(connection)
        with Operations.context(MigrationContext.configure(connection)):
            upgrade()
        assert words(connection) == kept
