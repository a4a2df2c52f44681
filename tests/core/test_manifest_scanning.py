"""Parcels scanned before they go: yes or no for each, then what is missing and what is too many."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.models.shipments import Document

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def scan(office: Any, make: Any) -> Any:
    """A manifest of three: one number for two boxes, two numbers, a document alone. A fourth goes elsewhere."""
    office.keep(*(make.order(number) for number in ("1001", "1002", "1003", "1004")))
    office.shipments.create("1001", carrier="BRT", numbers=["BRT1"], parcels=2)
    office.shipments.create("1002", carrier="BRT", numbers=["BRT2", "BRT3"])
    office.shipments.create("1003", carrier="BRT", document=Document(number="125", series="A", year=2026))
    office.shipments.create("1004", carrier="GLS", numbers=["GLS1"])
    office.manifests.add("GLS", ["S4"])
    office.manifests.add("BRT", [], every=True)
    return office.manifests.scan("BRT")


def answers(scan: Any, *codes: str) -> list[tuple[bool, str]]:
    return [(one.ok, one.reason) for code in codes if (one := scan.read(code))]


def test_all_that_is_there_is_complete(scan: Any) -> None:
    assert answers(scan, "BRT1", "brt2", " BRT3 ", "125/A", "", "BRT1") == [(True, "scanned")] * 5
    result = scan.result()
    assert (result.complete, result.missing, result.too_many) == (True, (), ())


def test_what_was_not_scanned_is_missing_number_by_number(scan: Any) -> None:
    answers(scan, "BRT2")
    result = scan.result()
    assert result.missing == ("S1 (order 1001): BRT1", "S2 (order 1002): BRT3", "S3 (order 1003)")
    assert not result.complete


def test_what_goes_elsewhere_is_told_where(scan: Any) -> None:
    said = scan.read("GLS1")
    assert (said.ok, said.reason) == (False, "not_on_manifest")
    assert said.words == "not on manifest 2026-0002: it is S4, on manifest 2026-0001"
    assert scan.read("nonsense").words == "not on manifest 2026-0002"
    assert scan.result().too_many == ("GLS1", "nonsense")


def test_a_box_more_than_there_are_is_one_too_many(scan: Any) -> None:
    assert answers(scan, "BRT1", "BRT1", "BRT1", "BRT2", "BRT2") == [
        (True, "scanned"),
        (True, "scanned"),
        (False, "scanned_twice"),
        (True, "scanned"),
        (False, "scanned_twice"),
    ]


@pytest.mark.parametrize("code", ["#1003", "1003", "s3", "A/125/2026", "125"])
def test_without_a_number_a_parcel_is_known_by_its_other_names(scan: Any, code: str) -> None:
    said = scan.read(code)
    assert (said.ok, said.shipment) == (True, "S3")
    assert not any(words.startswith("S3") for words in scan.result().missing)


def test_a_part_of_a_manifest_tells_of_the_whole(office: Any, scan: Any) -> None:
    whole = office.manifests.get(scan.manifest)
    first = office.manifests.page(scan.manifest, limit=2)
    rest = office.manifests.page(scan.manifest, after=first.following, limit=2)
    assert (*first.shipments, *rest.shipments) == whole.shipments
    assert (first.following, rest.following) == (whole.shipments[1].id, None)
    assert first.count == rest.count == 3
    assert first.fingerprint == office.manifests.fingerprint(scan.manifest) == whole.fingerprint
    office.shipments.set_tracking("S3", ["BRT9"])
    assert office.manifests.fingerprint(scan.manifest) != whole.fingerprint
