"""Documents and numbers of files, on both databases: each once, also when two take them in at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fbridge.models.results import Outcome
from fbridge.models.shipments import Document
from fbridge.shipping.document_wishes import DocumentWish, PartWish
from fbridge.shipping.intake import Intake
from fbridge.shipping.meant import DocumentMeant, Meant
from fbridge.shipping.tracking_intake import NumbersWish


@pytest.fixture
def intake(office: Any, make: Any) -> Intake:
    office.keep(make.order("1001"), make.order("1002"), make.order("1003", payment=make.cod("12.50")))
    return Intake(office.context, office.shipments)


def wish(number: str, *orders: str, **more: Any) -> DocumentWish:
    parts = tuple(PartWish(order=order) for order in orders)
    return DocumentWish(document=Document(number=number, year=2026), parts=parts, carrier="BRT", **more)


def outcomes(results: Any) -> list[str]:
    return [one.outcome if one.outcome is not Outcome.REFUSED else one.reason for one in results]


def test_a_plan_tells_what_would_come_and_undoes_it(office: Any, intake: Intake) -> None:
    wishes = [wish("1", "1001", "1003"), wish("2", "1001"), wish("3", "1009"), wish("4", "1002")]
    before = office.history()
    planned = outcomes(intake.documents(wishes, plan=True, on_manifest=True))
    assert office.history() == before
    assert office.manifests.list() == ()
    assert (
        planned == ["taken", "nothing_left", "unknown_order", "taken"]
        or not office.context.database.is_sqlite
    )
    assert outcomes(intake.documents(wishes, on_manifest=True)) == [
        "taken", "nothing_left", "unknown_order", "taken",
    ]  # fmt: skip
    assert outcomes(intake.documents(wishes, on_manifest=True))[0] == "already_there"
    manifest = office.manifests.get("BRT")
    assert (len(manifest.shipments), manifest.parcels) == (3, 2)


def test_a_document_that_is_refused_leaves_nothing_of_its_orders(office: Any, intake: Intake) -> None:
    (refused,) = intake.documents([wish("1", "1001", "1003", cod=5)], on_manifest=True)
    assert refused.reason == "cod_differs"
    assert office.shipments.list() == ()
    assert office.manifests.list() == ()
    assert office.orders.get("1001").row.open_quantity == 3


def test_two_who_take_in_the_same_file_at_once_make_each_shipment_once(office: Any, intake: Intake) -> None:
    wishes = [wish("1", "1001", "1003", numbers=("X1",)), wish("2", "1002")]
    with ThreadPoolExecutor(2) as pool:
        both = [one.result() for one in [pool.submit(intake.documents, wishes) for _ in range(2)]]
    assert len(office.shipments.list()) == 3
    assert sorted(outcomes([*both[0], *both[1]])).count("taken") == 2


def test_a_number_of_a_document_goes_to_all_its_orders(office: Any, intake: Intake) -> None:
    intake.documents([wish("1", "1001", "1003")])
    meant = Meant(document=DocumentMeant(number="1", year=2026))
    numbers = [
        NumbersWish(meant=meant, numbers=("A1",)),
        NumbersWish(meant=Meant(order="1001"), numbers=("A2",)),
    ]
    assert outcomes(intake.numbers(numbers)) == ["taken", "taken"]
    assert [one.numbers for one in office.shipments.list()] == [("A1", "A2")] * 2
    assert outcomes(intake.numbers(numbers, plan=True)) == ["already_there", "already_there"]
