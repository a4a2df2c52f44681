"""What fbridge itself asked of real stores, again, on the emulator: same status, same shape, same errors.

Of long lists and long histories only the beginning was recorded, so lists are compared as far as they go, and what
happened in between is made up for (see ``pushed_world``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from fbridge.sandbox import ServedSandbox

from .pushed_world import PushedWorld
from .test_sandbox_replay import Clock, Replay, compare

RECORDED = Path(__file__).parent / "recorded_pushes"
CUT = re.compile(r"\.\.\. \d+ more like these")
SITE = ("/store/", "/modules", "/inventory/sources", "/stock-resolver/", "/source-selection-algorithm-result")
"""What they answer is the shop's own; only its shape is compared."""


@pytest.mark.parametrize("topic", sorted(path.stem for path in RECORDED.glob("*.json")))
def test_the_emulator_answers_fbridge_as_a_real_store_did(
    topic: str, make_sandbox: Callable[..., ServedSandbox]
) -> None:
    fixture = json.loads((RECORDED / f"{topic}.json").read_text("utf-8"))
    steps = fixture["steps"]
    clock = Clock()
    clock.at = datetime(2026, 11, 28, 8, tzinfo=UTC)
    served = make_sandbox(orders=0, sources=("default", "roma", "torino"), clock=clock, consumer=None)
    world = PushedWorld(served.control)
    world.begin(fixture["orders"], fixture["shipments"])
    differences = []
    with httpx.Client(base_url=served.url, timeout=30) as http:
        replay = PushReplay(served, http, steps)
        for number, step in enumerate(steps):
            for later in steps[number : number + 2]:
                world.catch_up(_shipments_shown(later) if later is step or _is_list(step) else ())
            answer = replay.send(step)
            differences += [
                f"{number} {step['request']['path'][:60]}: {one}" for one in alike(step, answer, served)
            ]
    assert not differences, "\n".join(differences)


class PushReplay(Replay):
    """Gives shipments and tracks the recorded ids, and takes the rights that an integration did not have."""

    def __init__(self, served: ServedSandbox, http: httpx.Client, steps: list[dict[str, Any]]) -> None:
        super().__init__(served, http)
        self._shop = served.control.shop
        self._marks = {
            comment["comment"]: row["entity_id"]
            for step in steps
            for row in _shipments_shown(step)
            for comment in row.get("comments") or ()
            if "comment" in comment
        }

    def send(self, step: dict[str, Any]) -> httpx.Response:
        for integration in self._served.control.integrations.values():
            integration.taken.clear()
            integration.taken.update(step.get("without", ()))
        body, answered = step["request"].get("body"), step["response"]["body"]
        if step["request"]["path"].endswith("/ship") and isinstance(body, dict) and "comment" in body:
            made = answered if isinstance(answered, int) else self._marks.get(body["comment"]["comment"])
            self._shop.shipment_ids = count(made or next(self._shop.shipment_ids))
        return super().send(step)

    def _headers(self, request: dict[str, Any], path: str) -> dict[str, str]:
        headers = super()._headers(request, path)
        if request["auth"] == "oauth unknown":
            key = self._served.control.integrations["full"].consumer_key
            headers["Authorization"] = headers["Authorization"].replace(key, "k" * 32)
        return headers


def alike(step: dict[str, Any], answer: httpx.Response, served: ServedSandbox) -> list[str]:
    """What differs between the recorded and the emulated answer."""
    recorded, path = step["response"], step["request"]["path"]
    wanted = recorded["body"]
    if answer.status_code != recorded["status"] or not answer.content:
        return compare(recorded, answer, served, exactly=False) if wanted is not None else []
    if isinstance(wanted, str):
        return [] if re.sub(r"\d+", "0", answer.text) == re.sub(r"\d+", "0", wanted) else [answer.text]
    given = answer.json()
    if step["request"]["path"].endswith("/ship") and isinstance(wanted, int):
        wanted = str(wanted)
    if any(part in path for part in SITE) and answer.status_code == 200:
        wanted, given = _shape(wanted), _shape(given)
        return [] if wanted == given else [f"{given}, recorded {wanted}"]
    cut = {**recorded, "body": _uncut(wanted)}
    shown = httpx.Response(
        answer.status_code,
        headers={"content-type": answer.headers["content-type"]},
        json=_as_far(given, wanted),
    )
    return compare(cut, shown, served, exactly=False)


def _uncut(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _uncut(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_uncut(one) for one in value if not _is_cut(one)]
    return value


def _as_far(given: Any, recorded: Any) -> Any:
    """What was given, as far as it was recorded."""
    if isinstance(given, dict) and isinstance(recorded, dict):
        rows = next((inner for inner in recorded.values() if isinstance(inner, list)), [])
        counts = {"total_count", "operation_count"} & recorded.keys()
        counts = {name for name in counts if recorded[name] > len(_uncut(rows))}
        kept = {key: _as_far(inner, recorded.get(key)) for key, inner in given.items()}
        return kept | {key: recorded[key] for key in counts}
    if isinstance(given, list) and isinstance(recorded, list):
        bare = [one for one in recorded if not _is_cut(one)]
        shown = given[: len(bare)] if len(bare) < len(recorded) else given
        return [_as_far(one, bare[at] if at < len(bare) else None) for at, one in enumerate(shown)]
    return given


def _is_cut(value: Any) -> bool:
    return isinstance(value, str) and CUT.fullmatch(value) is not None


def _shape(value: Any) -> Any:
    """The keys and types of it; of a list those of its first row."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        return [_shape(one) for one in value[:1]]
    return type(value).__name__


def _is_list(step: dict[str, Any]) -> bool:
    return "/orders?" in step["request"]["path"]


def _shipments_shown(step: dict[str, Any]) -> list[dict[str, Any]]:
    body = step["response"]["body"]
    if "/shipments?" not in step["request"]["path"] or not isinstance(body, dict):
        return []
    return [row for row in body.get("items") or () if isinstance(row, dict)]
