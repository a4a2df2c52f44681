"""The requests that a real WooCommerce store was sent, sent to the emulator: same status, shape and errors.

``recorded/*.json`` holds what WordPress 7.1 with WooCommerce 11.0.1 answered, ``adapter_*.json`` what it answered to
fbridge itself. ``before`` of a step is what somebody did in the shop before it. Shape means: the same keys and JSON
types at every depth. Errors are compared word for word, and so are the values that a client decides upon.
"""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from oauthlib.oauth1 import Client

from fbridge_woocommerce.sandbox.data import recorded_orders
from fbridge_woocommerce.sandbox.dates import seconds_of_gmt
from fbridge_woocommerce.sandbox.records import TRACKING_META, FulfillmentRecord, MetaRow, OrderRecord, Refund

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fbridge.sandbox import ServedSandbox

RECORDED = Path(__file__).parent / "recorded"
HOURS_AGO = 1795300000

NOT_EMULATED = {
    ("orders_list", "search"): "full-text search; an adapter asks by id",
    ("fulfillments_partial", "lookup UPS"): "guessing a carrier from a number; not used, and wrong for Italy",
    ("fulfillments_partial", "lookup Poste"): "the same",
    ("fulfillments_errors", "-"): "wc-analytics is the shop's own office, not an interface for others",
    ("batch_fields", "WP core batch/v1: not usable with WC keys"): "cannot be used with REST keys",
    ("concurrent_put", ""): "which of several writes at once wins is chance; see test_sandbox_races.py",
    ("wst_tracking", "all 4 kept? (single meta array, read-modify-write)"): "which rows get lost is chance",
    ("ast_tracking", "all 4 kept? (single meta array, read-modify-write)"): "the order of the rows is chance",
}
"""Steps that the emulator answers otherwise (scenario, comment), with the reason."""

NOT_THE_SAME_INSIDE = {
    "value": "meta data may hold anything",
    "error": "a PHP stack trace",
    "remote_post_response": "the recorded store answered false once and an empty text once",
    "remote_get_response": "the recorded store answered false once and an empty text once",
    "_links": "compared by the keys that a client may use",
}
"""Keys below which types are not compared, with the reason."""

MAY_BE_NULL = {"date_paid", "date_paid_gmt", "date_completed", "date_completed_gmt", "parent_name"}
MAY_BE_NUMBER_OR_TEXT = {("image", "id")}
SAME_VALUE = {
    "status",
    "is_fulfilled",
    "entity_id",
    "tracking_provider",
    "tracking_link",
    "tracking_number",
    "date_shipped",
    "customer_note",
    "note",
    "slug",
    "code",
    "timezone_string",
    "version",
}
TODAY = frozenset({"2026-11-23", "2026-11-28"})
HEADERS = ("Allow", "X-WP-Total", "X-WP-TotalPages", "Location", "Link")
HISTORY = (
    "Stock levels",
    "Order status changed from Pending",
    'Email "New order"',
    'Email "Processing order"',
)
"""Notes from before the first recorded request."""
TRIMMED = "..."


def _scenarios() -> list[str]:
    return sorted(path.stem for path in RECORDED.glob("*.json"))


@pytest.mark.parametrize("scenario", _scenarios())
def test_the_emulator_answers_as_the_recorded_store(
    scenario: str, make_sandbox: Callable[..., ServedSandbox]
) -> None:
    recording = json.loads((RECORDED / f"{scenario}.json").read_text(encoding="utf-8"))
    served = make_sandbox(orders=0, trust_forwarded_proto=True, **recording["given"]["options"])
    given = recording["given"]["orders"]
    served.control.shop.add_all(_six_hundred_orders() if given == "six hundred" else _given_orders(given))
    replay = Replay(served)
    differences: list[str] = []
    with httpx.Client(timeout=30) as http:
        for number, step in enumerate(recording["steps"]):
            for act, part in step.get("before", {}).items():
                getattr(served.control, act)(part)
            step["compared"] = recording["given"].get("headers", HEADERS)
            answer = replay.send(http, step["request"])
            step["exactly"] = given == "six hundred"
            if (scenario, step["comment"]) not in NOT_EMULATED:
                found = compare(step, answer, replay)
                differences += [f"step {number} ({step['comment']}): {text}" for text in found]
    assert "\n".join(differences) == ""


def _given_orders(given: dict[str, dict[str, Any]]) -> Iterator[OrderRecord]:
    """The orders of a scenario before its first step; lines are named where their ids matter."""
    known = {record.id: record for record in recorded_orders(HOURS_AGO)}
    for text, wanted in given.items():
        order_id = int(text)
        base = known.get(order_id) or known[29]
        body = dict(base.body or {}) | {"id": order_id, "number": text}
        if "lines" in wanted:
            template = body["line_items"][0]
            body["line_items"] = [
                template | {"id": int(line), "quantity": quantity}
                for line, quantity in wanted["lines"].items()
            ]
        body |= {name: wanted[name] for name in ("total", "customer_note", "parent_id") if name in wanted}
        record = OrderRecord(
            order_id,
            wanted.get("status") or ("on-hold" if order_id == 23 else "processing"),
            created=HOURS_AGO + order_id,
            modified=HOURS_AGO + order_id,
            paid=HOURS_AGO + order_id,
            body=body,
            refunds=[_refund(one) for one in wanted.get("refunds", ())]
            or (base.refunds if order_id == base.id and base.status == "processing" else []),
            fulfillments=[_fulfillment(one) for one in wanted.get("fulfillments", ())],
        )
        yield _with_meta(record, wanted)


def _refund(given: dict[str, Any]) -> Refund:
    return Refund(
        id=given["id"],
        created=HOURS_AGO + given["id"],
        amount=given["amount"],
        reason=given["reason"],
        total_tax="0.00",
        kind="partial",
        line_items=given["line_items"],
        tax_lines=[],
    )


def _fulfillment(given: dict[str, Any]) -> FulfillmentRecord:
    meta = [
        MetaRow(900 + position, key, value) for position, (key, value) in enumerate(given["meta"].items())
    ]
    return FulfillmentRecord(given["id"], "fulfilled", HOURS_AGO, meta)


def _six_hundred_orders() -> Iterator[OrderRecord]:
    """The store of the listings: 600 orders every 2 h 24 min, 250 of them changed in one second."""
    body = next(recorded_orders(HOURS_AGO)).body
    first = seconds_of_gmt("2026-09-24T00:45:52")
    ids = [order_id for order_id in range(19, 634) if order_id % 41 != 33]  # those are refunds
    for position, order_id in enumerate(ids):
        created = first + round(8640.291 * position)
        modified = seconds_of_gmt("2026-11-20T10:00:00") if 224 <= order_id < 480 else created + 60
        modified = seconds_of_gmt("2026-11-23T00:50:55") if order_id == 19 else modified
        record = OrderRecord(order_id, _status(position), created, modified, paid=created)
        record.body = dict(body or {}) | {"id": order_id, "number": str(order_id)}
        yield record


def _status(position: int) -> str:
    for every, offset, status in ((12, 4, "on-hold"), (24, 11, "cancelled"), (12, 8, "completed")):
        if position % every == offset:
            return status
    return {17: "pending", 25: "failed"}.get(position % 60, "processing")


def _with_meta(record: OrderRecord, wanted: dict[str, Any]) -> OrderRecord:
    meta = dict(wanted.get("meta", {}))
    if "trackings" in wanted:
        meta[TRACKING_META] = wanted["trackings"]
    record.meta = [MetaRow(1800 + position, key, value) for position, (key, value) in enumerate(meta.items())]
    return record


class Replay:
    """Sends recorded requests, with the ids that the emulator has given in place of the recorded ones."""

    def __init__(self, served: ServedSandbox) -> None:
        self._served = served
        self._renamed: dict[str, str] = {}
        self._last_signed = ""
        self.home = ""

    def send(self, http: httpx.Client, request: dict[str, Any]) -> httpx.Response:
        self.home = self._served.url.replace("http", request["scheme"], 1)
        path = request["path"]
        for recorded, given in self._renamed.items():
            path = path.replace(recorded, given)
        headers = {"X-Forwarded-Proto": "https"} if request["scheme"] == "https" else {}
        if "override" in request:
            headers["X-HTTP-Method-Override"] = request["override"]
        url, credentials = self._authorize(request, f"{self._served.url}{path}")
        body = request.get("body")
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = body if isinstance(body, str) or body is None else json.dumps(body)
        return http.request(request["method"], url, headers=headers | credentials, content=content)

    def learn(self, recorded: Any, answered: Any) -> None:
        """A later step may name what this one made."""
        if isinstance(recorded, list) and recorded and "note" in recorded[0]:
            whole = all(isinstance(note, dict) for note in recorded)
            for one, other in zip(_without_history(recorded), sorted(answered, key=_text), strict=whole):
                self.learn(one, other)
        if isinstance(recorded, dict) and isinstance(answered, dict):
            for key in ("id", "tracking_id"):
                if key in recorded and key in answered and recorded[key] != answered[key]:
                    kind = {"tracking_id": "shipment-trackings"}.get(
                        key, "notes" if "note" in recorded else "orders"
                    )
                    self._renamed[f"/{kind}/{recorded[key]}"] = f"/{kind}/{answered[key]}"
                    if "entity_id" in recorded:
                        self._renamed[f"/fulfillments/{recorded[key]}"] = f"/fulfillments/{answered[key]}"

    def _authorize(self, request: dict[str, Any], url: str) -> tuple[str, dict[str, str]]:
        kind, _, name = request["auth"].partition(":")
        if kind == "none":
            return url, {}
        unknown = ("ck_unknown", "cs_unknown")
        pair = self._served.control.keys.get(name)
        key, secret = (pair.consumer_key, pair.consumer_secret) if pair else unknown
        secret = "cs_wrong" if kind.endswith("bad-secret") else secret
        joined = "&" if "?" in url else "?"
        if kind == "query":
            return f"{url}{joined}consumer_key={key}&consumer_secret={secret}", {}
        if kind.startswith("basic"):
            token = base64.b64encode(f"{key}:{secret}".encode()).decode()
            return url, {"Authorization": f"Basic {token}"}
        if kind == "oauth-missing":
            return f"{url}{joined}oauth_consumer_key={key}", {}
        if kind == "oauth-replayed":
            return self._last_signed, {}
        return self._sign(request, kind, url, key, secret)

    def _sign(
        self, request: dict[str, Any], kind: str, url: str, key: str, secret: str
    ) -> tuple[str, dict[str, str]]:
        signer = Client(
            key,
            client_secret=secret,
            signature_method="HMAC-SHA1" if kind == "oauth-sha1" else "HMAC-SHA256",
            signature_type="AUTH_HEADER" if kind == "oauth-header" else "QUERY",
            timestamp=str(int(time.time()) - 1000) if kind == "oauth-stale" else None,
        )
        signed_scheme = url.replace("http", request["scheme"], 1)
        signed, headers, _ = signer.sign(signed_scheme, cast("Any", request["method"]))
        self._last_signed = signed.replace(request["scheme"], "http", 1)
        return self._last_signed, dict(headers)


def compare(step: dict[str, Any], answer: httpx.Response, replay: Replay) -> list[str]:
    expected = step["response"]
    if answer.status_code != expected["status"]:
        return [f"status {answer.status_code}, recorded {expected['status']}: {answer.text[:200]}"]
    found = _headers(expected["headers"], answer, step, home=replay.home)
    if step["request"]["method"] == "HEAD" or not isinstance(expected["body"], (dict, list)):
        return found
    recorded = json.loads(json.dumps(expected["body"]).replace("{home}", replay.home))
    answered = answer.json()
    replay.learn(recorded, answered)
    if expected["status"] >= 400 and expected["status"] != 500:
        return found + ([] if answered == recorded else [f"error {answered}, recorded {recorded}"])
    if step["exactly"] and isinstance(recorded, list):
        ids = [item["id"] for item in recorded if isinstance(item, dict)]
        if ids != [item["id"] for item in answered[: len(ids)]]:
            found.append(f"orders {[item['id'] for item in answered[: len(ids)]]}, recorded {ids}")
    return found + list(_shapes(recorded, answered, ()))


def _headers(
    recorded: dict[str, str], answer: httpx.Response, step: dict[str, Any], *, home: str
) -> list[str]:
    """Whether the same headers are there; of the listings of the 600 orders also whether they say the same."""
    if answer.status_code >= 400:
        return []
    wanted = {name: value.replace("{home}", home) for name, value in recorded.items()}
    same = {"Allow", "X-WP-Total", "X-WP-TotalPages", "Link"} if step["exactly"] else {"Allow"}
    return [
        f"header {name}: {answer.headers.get(name)}, recorded {wanted.get(name)}"
        for name in step["compared"]
        if (name in wanted) != (name in answer.headers)
        or (name in same and answer.headers.get(name) != wanted.get(name))
    ]


def _shapes(recorded: Any, answered: Any, path: tuple[str, ...]) -> Iterator[str]:
    last = path[-1] if path else ""
    if last in NOT_THE_SAME_INSIDE or recorded == TRIMMED or _may_differ(recorded, answered, path):
        return
    if last == "routes":
        yield from _routes(recorded, answered)
    elif type(recorded) is not type(answered):
        yield f"{'.'.join(path)} is {answered!r}, recorded {recorded!r}"
    elif isinstance(recorded, dict):
        yield from _objects(recorded, answered, path)
    elif isinstance(recorded, list):
        yield from _lists(recorded, answered, path)
    elif last in SAME_VALUE and recorded not in {answered, *TODAY}:
        yield f"{'.'.join(path)} is {answered!r}, recorded {recorded!r}"


def _may_differ(recorded: Any, answered: Any, path: tuple[str, ...]) -> bool:
    """Of the tracking plugins several versions were recorded, and PHP writes a whole price without decimals."""
    last = path[-1] if path else ""
    a_null = last in MAY_BE_NULL and None in (recorded, answered)
    prices = last == "price" and {type(recorded), type(answered)} <= {int, float}
    a_version = last == "version" and "active_plugins" in path
    return a_null or prices or a_version or path[-2:] in MAY_BE_NUMBER_OR_TEXT


def _routes(recorded: Any, answered: dict[str, Any]) -> Iterator[str]:
    """The emulator lists the routes without their arguments, and so do most recordings."""
    if set(recorded) != set(answered):
        yield f"routes differ: {sorted(set(recorded) ^ set(answered))}"


def _objects(recorded: dict[str, Any], answered: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    if "routes(order related only)" in recorded:
        missing = set(recorded["routes(order related only)"]) - set(answered["routes"])
    elif "has_fulfillments" in recorded:
        missing = {route for route in answered["routes"] if "fulfillments" in route}
    else:
        unseen = {"_links"} if isinstance(recorded.get("routes"), list) else set()
        missing = (set(recorded) ^ set(answered)) - unseen
    if missing:
        yield f"{'.'.join(path)} differs in {sorted(missing)}"
    for key in recorded.keys() & answered.keys():
        yield from _shapes(recorded[key], answered[key], (*path, key))


def _lists(recorded: list[Any], answered: list[Any], path: tuple[str, ...]) -> Iterator[str]:
    whole: list[Any] = [item for item in recorded if not isinstance(item, str) or "trimmed" not in item]
    if whole and isinstance(whole[0], dict) and "note" in whole[0]:
        whole, answered = _without_history(whole), sorted(answered, key=_text)
        if len(whole) != len(answered):
            yield f"{len(answered)} notes, recorded {len(whole)}"
    may_be_empty = (
        path[-1:] in {("meta_data",), ("taxes",), ("shipping_lines",), ("tax_lines",)} or whole != recorded
    )
    if bool(whole) != bool(answered) and not may_be_empty:
        yield f"{'.'.join(path)} is {str(answered)[:200]}, recorded {str(recorded)[:200]}"
    for number, (one, other) in enumerate(zip(whole, answered, strict=False)):
        yield from _shapes(one, other, (*path, str(number)))


def _without_history(notes: list[Any]) -> list[dict[str, Any]]:
    whole = (note for note in notes if isinstance(note, dict))
    return sorted((note for note in whole if not note["note"].startswith(HISTORY)), key=_text)


def _text(note: dict[str, Any]) -> tuple[str, int]:
    return str(note["note"]), int(note.get("id", 0))
