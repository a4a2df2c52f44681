"""How parts of the ledger are kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fbridge.models.drift import Aspect, Drift, Finding
from fbridge.models.fulfillments import Baseline, Item, StoreHolds


def baseline_to_json(baseline: Baseline | None) -> dict[str, Any] | None:
    """As it is kept in the ledger."""
    if baseline is None:
        return None
    return {
        "entries": [list(entry) for entry in baseline.entries],
        "remaining": [[item.line_id, item.quantity] for item in baseline.remaining],
        "remote_status": baseline.remote_status,
    }


def baseline_from_json(data: dict[str, Any] | None) -> Baseline | None:
    """As it was kept in the ledger."""
    if data is None:
        return None
    return Baseline(
        entries=tuple((remote_id, number) for remote_id, number in data["entries"]),
        remaining=tuple(Item(line_id=line, quantity=quantity) for line, quantity in data["remaining"]),
        remote_status=data["remote_status"],
    )


def holds_from_json(data: Mapping[str, Any] | None) -> StoreHolds | None:
    """What a receipt said that the store holds, as it was kept."""
    if data is None:
        return None
    items = tuple(Item(line_id=one["line_id"], quantity=one["quantity"]) for one in data["items"])
    return StoreHolds(**{**data, "numbers": tuple(data["numbers"]), "items": items})


def drift_to_json(drift: Drift) -> dict[str, Any]:
    """As it is kept, without its time."""
    return {
        "finding": str(drift.finding),
        "aspects": [str(one) for one in drift.aspects],
        "words": drift.words,
        "shown": list(drift.shown),
        "mendable": drift.mendable,
        "print": drift.print,
    }


def drift_from_json(data: Mapping[str, Any] | None, since: datetime | None) -> Drift | None:
    """As it was kept."""
    if data is None or since is None:
        return None
    return Drift(
        finding=Finding(data["finding"]),
        aspects=tuple(Aspect(one) for one in data["aspects"]),
        words=data["words"],
        shown=tuple(data["shown"]),
        mendable=data["mendable"],
        print=data["print"],
        since=since,
    )
