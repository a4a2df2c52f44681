"""How a shipment is named: by its label, its order, its document; nothing is taken on a guess."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.errors import NotFoundError
from fbridge.history.explain import explain
from fbridge.models.shipments import Document


class TestReferences:
    def test_the_question_which_of_two_orders_is_meant_names_where_they_were_sold(
        self, office: Any, make: Any, refused: Any
    ) -> None:
        office.keep(
            make.order("1001", remote_id="77", sold_in="it"), make.order("1001", remote_id="78", sold_in="de")
        )
        with refused(
            "ambiguous_order",
            "2 orders have the number 1001; name one of them: shop:id=77 (sold in it), shop:id=78 (sold in de).",
        ):
            office.shipments.create("1001")

    def test_an_order_with_two_shipments_names_them(self, office: Any, make: Any, refused: Any) -> None:
        office.keep(make.order("1001"))
        labels = [office.shipments.create("1001", items={"MUG": 1}).label for _ in range(2)]
        with refused("ambiguous_shipment", f"1001 has 2 shipments; name one of them: {', '.join(labels)}."):
            office.shipments.get("1001")

    def test_label_and_uuid(self, office: Any, make: Any) -> None:
        office.keep(make.order("1001"))
        made = office.shipments.create("1001")
        assert office.shipments.get(made.label.lower()) == office.shipments.get(made.uuid) == made

    @pytest.mark.parametrize("ref", ["S99", "S99999999999999999999", "nothing"])
    def test_an_unknown_shipment_is_said(self, office: Any, ref: str) -> None:
        with pytest.raises(NotFoundError, match=f"There is no shipment {ref}"):
            office.shipments.get(ref)

    def test_an_order_without_shipments_says_how_to_make_one(self, office: Any, make: Any) -> None:
        office.keep(make.order("1001"))
        with pytest.raises(NotFoundError, match="fbridge shipment create 1001"):
            office.shipments.get("1001")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "written", ["125", "125/A", "A/125", "125/A/2026", "125/2026", "A/125/2026", "erp/A/125/2026"]
)
def test_a_document_is_found_as_people_write_it(office: Any, make: Any, written: str) -> None:
    office.keep(make.order("1001"), make.order("1002"))
    document = Document(number="125", series="A", year=2026, source="erp")
    made = office.shipments.create("1001", carrier="BRT", document=document)
    office.shipments.create("1002", carrier="BRT", document=Document(number="126", series="A", year=2026))
    assert office.shipments.get(written).label == made.label


class TestCalledAlike:
    """An order or a document may be called like a shipment's label: nothing is taken on a guess."""

    def test_a_label_that_is_another_orders_number_is_asked_for(
        self, office: Any, make: Any, refused: Any
    ) -> None:
        office.keep(make.order("1001"), make.order("S1"))
        first = office.shipments.create("1001", carrier="BRT")
        words = (
            "S1 is a shipment, and others are called so as well; name one of them: shop:S1 (the order), "
            f"or for the shipment with this label {first.uuid}."
        )
        with refused("ambiguous_label", words):
            office.shipments.get("S1")
        with refused("ambiguous_label", words):
            explain(office.context, "S1")
        (asked,) = office.manifests.add("BRT", ["S1"]).results
        assert (asked.reason, asked.words) == ("ambiguous_label", words)
        (of_shipment, of_order) = office.manifests.add("BRT", [first.uuid, "shop:S1"]).results
        assert (of_shipment.label, of_order.label) == ("S1", "S2")
        assert office.shipments.get(first.uuid).label == "S1"
        assert office.shipments.get("shop:S1").label == "S2"

    def test_a_label_that_is_another_shipments_document_is_asked_for(
        self, office: Any, make: Any, refused: Any
    ) -> None:
        office.keep(make.order("1001"), make.order("1002"))
        office.shipments.create("1001")
        office.shipments.create("1002", document=Document(number="S1"))
        with refused("ambiguous_label", "name one of them: S2 (by its document), or"):
            office.shipments.get("S1")

    def test_an_order_with_the_label_of_its_own_shipment_is_clear(self, office: Any, make: Any) -> None:
        office.keep(make.order("S1"))
        assert office.shipments.create("S1").label == "S1"
        assert office.shipments.get("S1").label == "S1"
