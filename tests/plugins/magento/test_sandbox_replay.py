"""The recorded requests again, on the emulator: same status, same shape, same errors word for word, same numbers.

The steps of a file are one history of one store, in the order in which they were recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import pytest
from oauthlib.common import Request
from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature as untyped_signature

from fbridge.sandbox import ServedSandbox

from .recorded_world import recorded_orders

Pair = tuple[str, str]
signature: Any = untyped_signature

RECORDED = Path(__file__).parent / "recorded"

OPTIONS: dict[str, dict[str, Any]] = {
    "modes": {"input_limit": True},
    "bulk": {"consumer": None},
}
BEFORE: dict[str, list[tuple[str, int]]] = {
    "order_shape_canceled": [("cancel", 51)],
    "msi_ship_source_torino": [("ship", 460)],
    "bulk_ship_bad_field": [("ship", 2)],
    "limits_default_list": [("cancel", 51)],
    "limits_many_tracks": [("ship", 412)],
    "ship_notify_mail_fails": [("ship", 528)],
    "shipments_filter_updated": [("ship", 527)],
}
"""What somebody did in between that was not recorded."""

NOT_EMULATED = {
    "admin_token_use": "counts orders after hundreds of shipments that were not recorded",
    "oauth_sha256_get": "the same",
    "oauth_space_as_pct20": "the same",
}
"""Steps of which only the status is compared, with the reason."""

VOLATILE = {
    "created_at",
    "updated_at",
    "protect_code",
    "entity_id",
    "quote_id",
    "quote_item_id",
    "billing_address_id",
    "shipping_address_id",
    "increment_id",
    "start_time",
    "bulk_uuid",
    "bulk_id",
    "user_id",
    "data_hash",
    "result_serialized_data",
    "trace",
    "city",
    "country_id",
    "email",
    "firstname",
    "lastname",
    "postcode",
    "region",
    "region_code",
    "region_id",
    "street",
    "telephone",
    "customer_email",
    "customer_firstname",
    "customer_lastname",
}
"""Keys of which only the type is compared; in lists of orders all are."""
MAY_BE_MISSING = {"company", "vat_id"}
REPORTED = (
    "Internal Error.",
    "SQLSTATE[42S22]: Column not found: 1054 Unknown column 'nope' in 'WHERE', query was:",
)
"""How errors begin that name a number of the log, or a whole statement."""


@pytest.mark.parametrize("topic", sorted(path.stem for path in RECORDED.glob("*.json")))
def test_the_emulator_answers_as_the_recorded_store(
    topic: str, make_sandbox: Callable[..., ServedSandbox]
) -> None:
    steps = json.loads((RECORDED / f"{topic}.json").read_text("utf-8"))
    clock = Clock()
    options = OPTIONS.get(topic, {})
    served = make_sandbox(orders=0, sources=("default", "roma", "torino"), clock=clock, **options)
    served.control.shop.add_orders(recorded_orders())
    differences = []
    with httpx.Client(base_url=served.url, timeout=30) as http:
        replay = Replay(served, http)
        for step in steps:
            clock.at = datetime.fromisoformat(f"2026-11-23 {step['at']}+00:00")
            answer = replay.send(step)
            if step["name"] in NOT_EMULATED:
                assert answer.status_code == step["response"]["status"], step["name"]
            else:
                exactly = topic == "lists" and "fields=" in step["request"]["path"]
                found = compare(step["response"], answer, served, exactly=exactly)
                differences += [f"{step['name']}: {text}" for text in found]
    assert not differences, "\n".join(differences)


class Clock:
    """The time of the recorded store."""

    at = datetime(2026, 11, 23, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


class Replay:
    """Sends recorded requests; ids that the store gives are made the recorded ones before, bulks are renamed."""

    def __init__(self, served: ServedSandbox, http: httpx.Client) -> None:
        self._served = served
        self._control = served.control
        self._http = http
        self._bulks: dict[str, str] = {}
        self._last_header = ""
        self._admin_token = ""
        self._begun: set[str] = set()

    def send(self, step: dict[str, Any]) -> httpx.Response:
        self._prepare(step)
        request = step["request"]
        path = request["path"]
        for recorded, given in self._bulks.items():
            path = path.replace(recorded, given)
        answer = self._http.request(
            request["method"],
            httpx.URL(f"{self._served.url}{path}"),
            headers=self._headers(request, path),
            content=_content(request),
        )
        self._learn(step, answer)
        return answer

    def _prepare(self, step: dict[str, Any]) -> None:
        shop = self._control.shop
        if step["name"] not in self._begun:
            shop.add_orders(recorded_orders(before=step["name"]))
            for act, order_id in BEFORE.get(step["name"], ()):
                getattr(self._control, act)(order_id)
        self._begun.add(step["name"])
        if "store" in step:
            self._http.post("/__sandbox__/store", json=step["store"]).raise_for_status()
        answered = step["response"]["body"]
        if step["request"]["path"].endswith("/ship") and isinstance(answered, str) and answered.isdigit():
            shop.shipment_ids = count(int(answered))
        if step["name"] == "ship_min_acl":
            shop.track_ids = count(26)

    def _learn(self, step: dict[str, Any], answer: httpx.Response) -> None:
        recorded = step["response"]["body"]
        if answer.status_code == 202:
            self._bulks[recorded["bulk_uuid"]] = answer.json()["bulk_uuid"]
        if step["name"] == "admin_token":
            self._admin_token = answer.json()

    def _headers(self, request: dict[str, Any], path: str) -> dict[str, str]:
        headers = {"Accept": request.get("accept", "application/json")}
        content_type = request.get("content_type", "application/json" if "body" in request else "")
        if content_type:
            headers["Content-Type"] = content_type
        kind, _, what = request.get("auth", "").partition(" ")
        if kind == "bearer":
            known = self._control.integrations.get(what)
            headers["Authorization"] = f"Bearer {known.access_token if known else 'x' * 32}"
        elif kind == "admin":
            headers["Authorization"] = f"Bearer {self._admin_token}{'x' if what == 'tampered' else ''}"
        elif kind == "oauth":
            headers["Authorization"] = self._signed(what, request["method"], path)
        return headers

    def _signed(self, what: str, method: str, path: str) -> str:
        if what == "again":
            return self._last_header
        integration = self._control.integrations["full"]
        client: Any = Client(
            integration.consumer_key,
            client_secret=integration.consumer_secret if what != "wrong" else "wrong",
            resource_owner_key=integration.access_token,
            resource_owner_secret=integration.access_token_secret,
            signature_method="HMAC-SHA1" if what == "sha1" else "HMAC-SHA256",
        )
        url = f"{self._served.url}{path}"
        oauth: list[Pair] = client.get_oauth_params(Request(self._served.url))
        now = int(self._control.shop.now())
        oauth = [(name, str(now) if name == "oauth_timestamp" else value) for name, value in oauth]
        pairs = [*parse_qsl(urlsplit(url).query), *oauth]
        base = signature.signature_base_string(
            method, signature.base_string_uri(url), _joined(pairs, naturally=what != "bytesort")
        )
        signed = client.SIGNATURE_METHODS[client.signature_method](base, client)
        if what == "moved":
            oauth = [
                (name, str(int(value) - 7200) if name == "oauth_timestamp" else value)
                for name, value in oauth
            ]
        header = ", ".join(
            f'{name}="{quote(value, safe="")}"' for name, value in [*oauth, ("oauth_signature", signed)]
        )
        self._last_header = f"OAuth {header}"
        return self._last_header


def _joined(pairs: list[Pair], *, naturally: bool) -> str:
    """Sorted by byte as the RFC wants it, or as Magento does: ``[10]`` after ``[2]``."""
    encoded = [(quote(name, safe="~"), quote(value, safe="~")) for name, value in pairs]
    if naturally:
        encoded.sort(key=lambda pair: re.sub(r"\d+", lambda digits: digits[0].zfill(9), pair[0]))
    else:
        encoded.sort()
    return "&".join(f"{name}={value}" for name, value in encoded)


def _content(request: dict[str, Any]) -> str | None:
    body = request.get("body")
    return body if isinstance(body, str) or body is None else json.dumps(body)


def compare(
    recorded: dict[str, Any], answer: httpx.Response, served: ServedSandbox, *, exactly: bool
) -> list[str]:
    if answer.status_code != recorded["status"]:
        return [f"status {answer.status_code}, recorded {recorded['status']}: {answer.text[:200]}"]
    kind, known_kind = answer.headers["content-type"], recorded["content_type"]
    if kind.replace(" ", "") != known_kind.replace(" ", ""):
        return [f"content type {kind}, recorded {known_kind}"]
    text = json.dumps(recorded["body"]).replace("{home}", served.url)
    wanted = json.loads(text.replace("{host}", served.url.partition("://")[2]))
    if wanted == "<jwt, 151 chars>":
        return [] if len(answer.json()) == 151 else [f"a token of {len(answer.json())} characters"]
    if isinstance(wanted, str) and "json" not in kind:
        return (
            []
            if _words(answer.text) == _words(wanted)
            else [f"{answer.text[:300]!r}, recorded {wanted[:300]!r}"]
        )
    return list(_differences(wanted, answer.json(), "", exactly=exactly))


def _words(page: str) -> str:
    """A page without the number of its error in the log."""
    return re.sub(r"record number: \w+", "", page)


def _differences(recorded: Any, answered: Any, key: str, *, exactly: bool) -> Iterator[str]:
    if _is_free(key, exactly=exactly, recorded=recorded):
        if type(recorded) is not type(answered):
            yield f"{key} is {answered!r}, recorded {recorded!r}"
    elif isinstance(recorded, dict) and isinstance(answered, dict):
        missing = (recorded.keys() ^ answered.keys()) - MAY_BE_MISSING
        if missing:
            yield f"{key} differs in {sorted(missing)}"
        for name in recorded.keys() & answered.keys():
            yield from _differences(recorded[name], answered[name], name, exactly=exactly)
    elif isinstance(recorded, list) and isinstance(answered, list):
        yield from _rows(recorded, answered, key, exactly=exactly)
    elif recorded != answered or isinstance(recorded, bool) is not isinstance(answered, bool):
        yield f"{key} is {answered!r}, recorded {recorded!r}"


def _rows(recorded: list[Any], answered: list[Any], key: str, *, exactly: bool) -> Iterator[str]:
    """Of a list that is the whole answer (the modules) only the beginning was kept."""
    shown = answered if key else answered[: len(recorded)]
    if len(recorded) != len(shown):
        yield f"{len(shown)} {key}, recorded {len(recorded)}: {str(shown)[:200]}"
    for one, other in zip(recorded, shown, strict=False):
        yield from _differences(one, other, key, exactly=exactly)


def _is_free(key: str, *, exactly: bool, recorded: Any) -> bool:
    """Whether only the type counts."""
    if key == "message" and str(recorded).startswith(REPORTED):
        return True
    return key in VOLATILE and not exactly
