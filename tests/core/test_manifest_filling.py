"""Hundreds of references at once: each comes to what it comes to alone, in as many statements as few of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from fbridge.errors import FbridgeError
from fbridge.models.shipments import Document
from fbridge.references import find_order, shipment_labelled
from fbridge.shipping.many_references import Named, find_named
from fbridge.storage.tables import shipments

FEW, MANY = 2, 40


def statements(office: Any, act: Callable[[], object]) -> list[int]:
    """Of each that is made, how many values it carries."""
    said: list[int] = []

    def remember(*told: Any) -> None:
        said.append(len(told[3]))

    engine = office.context.database.engine
    sa.event.listen(engine, "before_cursor_execute", remember)
    act()
    sa.event.remove(engine, "before_cursor_execute", remember)
    return said


def alone(connection: Any, ref: str, store: str | None) -> Named | str:
    """What one reference means, by the rules of one."""
    try:
        key = shipment_labelled(connection, ref)
        if key is None:
            return Named(order_id=find_order(connection, ref, store))
    except FbridgeError as error:
        return f"{error.reason}: {error}"
    order = connection.execute(sa.select(shipments.c.order_id).where(shipments.c.id == key)).scalar_one()
    return Named(key, order)


def test_many_references_name_what_each_names_alone(office: Any, make: Any) -> None:
    numbers = ("1001", "#1002", "1003", "#1003", "S1", "shop:9", "#S3", "id=4", "##5")
    office.keep(*map(make.order, numbers))
    office.keep(make.order("1001"), make.order("2001"), store="b2b")
    made = [office.shipments.create(ref, carrier="BRT") for ref in ("b2b:2001", "shop:#1002", "shop:1003")]
    document = Document(number="S2")
    office.shipments.create("shop:1001", items={"MUG": 1}, carrier="BRT", document=document)
    refs = [
        *numbers,
        *("1002", "#1001", " 1003 ", "S2", "s2", "S3", "S4", "S77", "S99999999999", "", ":", "#", "1002 "),
        *("shop:1001", "b2b:1001", "shop:#1002", "shop:shop:9", "nobody:1001", "id=r1001", "shop:id=r1001"),
        *("b2b:id=r#1002", "shop:S2", "2001", "b2b:S1", *(one.uuid for one in made), f" {made[0].uuid}"),
    ]
    with office.context.database.read() as connection:
        for store in (None, "shop", "nobody"):
            told = {
                ref: one if isinstance(one, Named) else f"{one.reason}: {one}"
                for ref, one in find_named(connection, refs, store).items()
            }
            assert told == {ref: alone(connection, ref, store) for ref in refs}


def test_as_many_statements_for_many_orders_as_for_few(office: Any, make: Any) -> None:
    office.keep(*(make.order(str(at)) for at in range(100, 100 + 2 * (FEW + MANY))))
    refs = [f"shop:{at}" if at % 2 else str(at) for at in range(100, 100 + FEW + MANY)]
    few = statements(office, lambda: office.manifests.put_on("BRT", refs[:FEW]))
    assert len(statements(office, lambda: office.manifests.put_on("BRT", refs[FEW:]))) <= len(few)
    labels = [one.label for one in office.manifests.get("BRT").shipments]
    assert len(labels) == FEW + MANY
    few = statements(office, lambda: office.manifests.put_on("BRT", labels[:FEW]))
    assert len(statements(office, lambda: office.manifests.put_on("BRT", labels[FEW:]))) == len(few)


def test_as_many_statements_to_ship_many_and_to_leave_them_behind(office: Any, make: Any) -> None:
    numbers = [str(at) for at in range(100, 100 + FEW + MANY)]
    office.keep(*map(make.order, numbers))
    few, many = (ship_and_leave(office, refs) for refs in (numbers[:FEW], numbers[FEW:]))
    assert many == few


def ship_and_leave(office: Any, refs: list[str]) -> tuple[int, int]:
    made = office.manifests.put_on("BRT", refs)
    labels = [one.label for one in made.results]
    shipped = statements(office, lambda: office.manifests.ship("BRT", check=False))
    left = statements(office, lambda: office.manifests.leave_behind(made.number, labels))
    assert not office.manifests.get(made.number).shipments
    return len(shipped), len(left)


def test_each_reference_sees_what_those_before_it_did(office: Any, make: Any) -> None:
    office.keep(*(make.order(number) for number in ("1001", "1002")))
    first = office.shipments.create("1001", items={"MUG": 1})
    refs = ["1001", "1001", first.label, "1002", "nobody", "shop:1002", "1002", "nobody"]
    added = office.manifests.add("BRT", refs)
    assert [one.ref for one in added.results] == refs
    reasons = "added added already_there added unknown_order already_there already_there unknown_order"
    assert [one.reason for one in added.results] == reasons.split()
    assert [one.order_number for one in added.manifest.shipments] == ["1001", "1001", "1002"]
    off = office.manifests.remove("BRT", [first.label, first.uuid, "nobody", first.label])
    reasons = "removed not_on_manifest unknown_shipment not_on_manifest"
    assert [one.reason for one in off] == reasons.split()


def test_taking_a_row_off_loads_nothing_else_of_the_manifest(office: Any, make: Any) -> None:
    office.keep(*(make.order(str(at)) for at in range(100, 100 + MANY)))
    first, second = office.manifests.add("BRT", ["100", "101"]).manifest.shipments
    few = statements(office, lambda: office.manifests.remove("BRT", [first.label]))
    office.manifests.put_on("BRT", [str(at) for at in range(102, 100 + MANY)])
    assert statements(office, lambda: office.manifests.remove("BRT", [second.label])) == few
