"""Finding by a part of any name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fbridge.find import MOST_OF_A_KIND, find
from fbridge.models.orders import Address
from fbridge.models.shipments import Document


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
    assert len(refs) == MOST_OF_A_KIND + 1  # and the parcel with a 77 in its number
    assert refs[0] == "shop:770099"


def test_an_empty_text_is_refused(office: Any, refused: Any) -> None:
    with refused("no_text", "Say what to find."):
        find(office.context, "  ")
