"""The story of an order, as it is told from what was kept."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.errors import NotFoundError
from fbridge.history.explain import explain
from fbridge.models.states import PushState


@pytest.fixture
def shipped(office: Any, make: Any) -> Any:
    office.keep(make.order("1001"), make.order("1002"))
    office.manifests.add("BRT", ["1001"])
    office.shipments.set_tracking("1001", ["BX1"])
    office.leave("2026-0001")
    return office


@pytest.mark.parametrize("ref", ["1001", "shop:1001", "S1", "BX1"])
def test_an_order_its_shipment_and_its_number_tell_one_story(shipped: Any, ref: str) -> None:
    story = explain(shipped.context, ref)
    kinds = [line.what for line in story.lines]
    assert kinds[0] == "fetched"
    assert "manifest.shipped" in kinds
    assert "tracking.set" in kinds
    assert [line.at for line in story.lines] == sorted(line.at for line in story.lines)
    assert story.standing == (
        "S1 (BRT, BX1) is on manifest 2026-0001; towards its store it is ready: it has left.",
    )
    assert story.next_steps == ("fbridge push",)


def test_what_a_person_must_decide_comes_with_the_ways_out(shipped: Any) -> None:
    shipment = shipped.shipments.get("S1")
    shipped.pushed(shipment, PushState.NEEDS_ATTENTION)
    assert explain(shipped.context, "S1").next_steps == (
        "fbridge push --resend S1",
        "fbridge shipment adopt S1",
    )


@pytest.mark.parametrize(
    ("reason", "acknowledged", "ways"),
    [
        ("bad_tracking_number", None, ["push --resend", "shipment withdraw"]),
        ("order_cancelled", None, ["shipment withdraw"]),
        ("order_cancelled", 1, ["shipment adopt"]),
        ("cannot_correct", 1, ["shipment adopt"]),
        ("on_hold", 1, ["push --resend", "shipment adopt"]),
        ("gone_from_store", 1, ["push --resend", "shipment withdraw"]),
    ],
)
def test_of_what_was_refused_only_ways_out_are_named_that_work(
    shipped: Any, reason: str, acknowledged: int | None, ways: list[str]
) -> None:
    shipment = shipped.shipments.get("S1")
    shipped.pushed(shipment, PushState.REFUSED, reason=reason, acknowledged_revision=acknowledged)
    assert list(explain(shipped.context, "S1").next_steps) == [f"fbridge {way} S1" for way in ways]


def test_what_has_not_left_yet_is_brought_on_by_its_manifest(office: Any, make: Any) -> None:
    office.keep(make.order("1001"))
    office.manifests.add("BRT", ["1001"])
    assert explain(office.context, "S1").next_steps == ("fbridge manifest ship 2026-0001",)


def test_an_order_without_a_shipment_has_a_story_too(shipped: Any) -> None:
    story = explain(shipped.context, "1002")
    assert [line.what for line in story.lines] == ["fetched"]
    assert story.standing == ()


def test_what_is_unknown_is_named_with_near_matches(shipped: Any) -> None:
    with pytest.raises(NotFoundError, match=r"no order 1003.*100"):
        explain(shipped.context, "1003")
