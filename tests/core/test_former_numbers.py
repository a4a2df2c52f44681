"""Which numbers on a store a shipment's new ones replace (C8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fbridge.models.fulfillments import Baseline, FulfillmentShipment, TrackingNumber

WISH = FulfillmentShipment(
    id="u1",
    revision=3,
    items=(),
    tracking=(TrackingNumber(number="NEW"),),
    shipped_at=datetime(2026, 11, 23, tzinfo=UTC),
    former_numbers=("LOST", "OLD"),
    baseline=Baseline(entries=(("7", "THEIRS"), ("7", "LOST")), remaining=(), remote_status="open"),
)


@pytest.mark.parametrize(
    ("remote_id", "number", "replaced"),
    [
        ("7", "OLD", True),
        ("8", "LOST", True),
        ("7", "LOST", False),
        ("7", "THEIRS", False),
        ("7", "NEW", False),
        ("7", "OTHER", False),
    ],
)
def test_what_a_try_left_is_replaced_and_what_stood_there_before_is_not(
    remote_id: str, number: str, *, replaced: bool
) -> None:
    assert WISH.replaces(remote_id, number) is replaced


def test_a_number_that_the_store_took_as_ours_is_replaced_wherever_it_stood() -> None:
    assert replace(WISH, acknowledged=1, acknowledged_numbers=("LOST",)).replaces("7", "LOST")
