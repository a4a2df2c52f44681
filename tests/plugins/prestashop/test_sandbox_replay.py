"""The requests that a real PrestaShop was sent, sent to the emulator: same status, shape, errors and mails.

``recorded/*.json`` holds what PrestaShop 8.2.1 answered, ``direct_9.json`` what 9.0.3 did. Shape means: the same keys
with the same JSON types, the same XML but for its values. Errors are compared word for word, and so are the values
that a client decides upon.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from fbridge_prestashop.sandbox.catalogue import CATALOGUE
from fbridge_prestashop.sandbox.data import recorded_orders
from fbridge_prestashop.sandbox.order_making import Line, OrderPlan, made_order
from fbridge_prestashop.sandbox.payments import payment_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fbridge.sandbox import ServedSandbox
    from fbridge_prestashop.sandbox.control import Control

RECORDED = Path(__file__).parent / "recorded"

NOT_EMULATED = {
    ("carriers_states", "payments"): "payments of orders that are not cash on delivery are not kept",
    ("carriers_states", "order_invoices"): "invoices are the ERP's matter",
    **{
        (f"direct_{version}", step): reason
        for version in (8, 9)
        for step, reason in (
            ("products", "a line with a weight is for a carrier, and so is one without a file to download"),
            ("broken XML", "the words are those of PHP's XML parser"),
        )
    },
}
"""Steps that the emulator answers otherwise (scenario, comment), with the reason."""

WITHOUT_DATA = {"messages", "order_invoices", "products", "shop_groups"}
"""Resources that the recorded key could use and no adapter needs."""

MORE = re.compile(r"\.\.\. (\d+) more like these")
"""Stands in a recording for the rest of a long list."""

ROWS_OF_ANOTHER_SHOP = {
    "an order",
    "an order, full",
    "details, some fields",
    "a detail, full",
    "carriers",
    "a carrier, full",
    "an address",
    "customers",
    "provinces",
}
"""Steps about what the second recorded shop sells, and to whom: only the shape is compared."""

SAME_VALUE = {
    "code",
    "message",
    "id_order",
    "id_carrier",
    "id_order_state",
    "current_state",
    "tracking_number",
    "shipping_number",
    "reference",
    "module",
    "id_reference",
    "name",
    "url",
    "active",
    "deleted",
    "template",
    "value",
    "iso_code",
    "email",
    "city",
    "total_paid_real",
    "valid",
}
IDS_OF_THEIR_OWN = {"order_history", "order_histories"}
"""Rows whose ids are counted on; all others are compared with theirs."""

CARRIERS = (
    "22222765877877867876665557887868555656888768888576576778758886657887555765658677"
    "75586555778685577786667787856678875578778666775775567556877887565676658557658675"
    "86878775755556777576856558577567668785575566586758776778867765688885867856566568"
    "88656785675587566875566766786576658767868878686856887775887688587877776"
)
"""The carrier of each of the 311 orders."""

NOT_PAID = {2: "1", 4: "1", 291: "10"}
REFERENCES = {2: "OHSATSERP", 3: "XKBKNCBJK", 4: "FFATNOMMJ"} | {
    289: "WGJKHWAYK",
    290: "UOKRLYBAB",
    292: "GGXUUMTGW",
}
FIRST_DEMO, SEEDED = datetime(2026, 11, 23, 1, 43, 14), datetime(2026, 10, 30)  # noqa: DTZ001 - the shop's time
NEWEST = "2026-11-23 01:50:00"
"""Lets the recorded orders keep their own dates."""


def _scenarios() -> list[str]:
    return sorted(path.stem for path in RECORDED.glob("*.json"))


@pytest.mark.parametrize("scenario", _scenarios())
def test_the_emulator_answers_as_the_recorded_store(
    scenario: str, make_sandbox: Callable[..., ServedSandbox]
) -> None:
    recording = json.loads((RECORDED / f"{scenario}.json").read_text(encoding="utf-8"))
    given = recording["given"]
    options = {name: given[name] for name in ("version", "php_warnings") if name in given}
    served = make_sandbox(orders=0, domain="127.0.0.1", **options)
    (_fill_as_upgraded if given else _fill)(served.control, *given.get("changed", ()))
    if scenario == "carriers_states":
        _before_the_edit(served.control)
    differences: list[str] = []
    with httpx.Client(timeout=30) as http:
        for number, step in enumerate(recording["steps"]):
            _prepare(served.control, step.get("before", {}))
            mails = len(served.control.mails())
            answer = _send(http, served, step["request"])
            if (scenario, step["comment"]) not in NOT_EMULATED:
                kinds = [mail.kind for mail in served.control.mails()[mails:]]
                found = [*compare(step, answer, served.url), *_mails(step["mails"], kinds)]
                differences += [f"step {number} ({step['comment']}): {text}" for text in found]
    assert "\n".join(differences) == ""


def _fill(control: Control) -> None:
    """The 311 orders of the recorded shop; of most only what a list shows is known."""
    known = {record.id: record for record in recorded_orders(NEWEST)}
    for order_id in range(1, 312):
        record = known.get(order_id) or made_order(_plan(order_id))
        for row in record.histories:
            row["date_add"] = "2026-11-23 01:49:12"
        control.shop.orders.add(record)


def _fill_as_upgraded(control: Control, *changed: int) -> None:
    """The second shop that was recorded, as far as its answers are compared."""
    for number in (1, 2, 3, 4, 5, *changed):
        created = f"2026-11-03 {number:02d}:43:36" if number < 24 else f"2026-11-06 00:{number}:00"
        plan = replace(
            _plan(number),
            reference={1: "XKBKNABJK", 2: "OHSATSERP", 3: "UOYEVOLI"}.get(number, f"R{number:08d}"),
            carrier="2",
            customer=2,
            address=5,
            states={1: "16", 2: "1", 3: "8"}.get(number, "2"),
            module="ps_checkpayment",
            lines=[Line(product=CATALOGUE[index], quantity=1) for index in range(2)],
            created=created,
            updated="2026-11-20 10:00:00" if number in changed else created,
            note="Test" if number == 1 else "",
        )
        record = made_order(plan)
        record.head |= {"round_mode": "0", "round_type": "0"}
        for row in record.details:
            row["taxes"] = []
        control.shop.orders.add(record)


def _plan(order_id: int) -> OrderPlan:
    created, updated = _dates(order_id)
    return OrderPlan(
        id=order_id,
        reference=REFERENCES.get(order_id, f"R{order_id:08d}"),
        states=[NOT_PAID.get(order_id, "2")],
        carrier=CARRIERS[order_id - 1],
        customer=3,
        address=7,
        lines=[Line(product=CATALOGUE[0], quantity=1)],
        module="ps_wirepayment",
        payment="Bonifico bancario",
        shop="1",
        created=str(created),
        updated=str(updated),
    )


def _dates(order_id: int) -> tuple[datetime, datetime]:
    """The five orders of a new shop are of one second, the others of every 90 minutes."""
    if order_id <= 5:
        return FIRST_DEMO, FIRST_DEMO
    created = SEEDED + timedelta(minutes=90) * (order_id - 20)
    changed = {41: (16, 6.5), 42: (16, 17.0), 43: (17, 3.5), 44: (17, 14.0)}.get((order_id - 2) // 7)
    if changed is None:
        return created, created + timedelta(hours=5)
    return created, datetime(2026, 11, changed[0]) + timedelta(hours=changed[1])  # noqa: DTZ001


def _before_the_edit(control: Control) -> None:
    carriers = control.shop.tables["carriers"]
    carriers.change(6, {"deleted": "0"})
    for later in (10, 11):
        carriers.remove(later)


def _prepare(control: Control, before: dict[str, Any]) -> None:
    """What was done behind the recorded store before a step."""
    for what, value in before.items():
        if what == "readonly key active":
            control.keys["readonly"].active = value
        elif what == "edit carrier 6":
            control.edit_carrier(6, **value)
        elif what == "invoice is paid":
            head = control.shop.orders.to_change(value).head
            row = payment_row(head, head["total_paid"], "Bonifico bancario", on=head["date_upd"])
            control.shop.tables["order_payments"].add(row)
        elif what == "no carrier row":
            control.shop.orders.to_change(value).carriers.clear()
        else:
            setattr(control.shop, what, value)


def _send(http: httpx.Client, served: ServedSandbox, request: dict[str, Any]) -> httpx.Response:
    kind, _, name = request["key"].partition(":")
    path, headers = request["path"], dict(request.get("headers", {}))
    if kind == "query":
        path += f"?ws_key={served.control.keys[name].key}"
    elif kind != "none":
        key = name if kind == "text" else served.control.keys[kind].key
        headers["Authorization"] = f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"
    if "Host" in headers:
        headers["Host"] = f"localhost:{served.url.rpartition(':')[2]}"
    content = request.get("body")
    return http.request(request["method"], f"{served.url}{path}", headers=headers, content=content)


def compare(step: dict[str, Any], answer: httpx.Response, home: str) -> Iterator[str]:
    expected = step["response"]
    if answer.status_code != expected["status"]:
        yield f"status {answer.status_code}, recorded {expected['status']}: {answer.text[:300]}"
        return
    for name in ("Content-Type", "Location", "PSWS-Version", "WWW-Authenticate"):
        wanted = expected["headers"].get(name)
        wanted = None if wanted is None else wanted.replace("{home}", home)
        if answer.headers.get(name) != wanted:
            yield f"header {name}: {answer.headers.get(name)}, recorded {wanted}"
    recorded = expected["body"]
    if recorded is None:
        return
    if isinstance(recorded, str):
        yield from _compare_texts(recorded.replace("{home}", home), answer.text)
    elif answer.status_code >= 400:
        yield from _lists(recorded["errors"], _without_place(answer.json()["errors"]), ("error",))
    elif step["comment"] in ROWS_OF_ANOTHER_SHOP:
        yield from _shapes(_types(recorded), _types(answer.json()), ())
    else:
        yield from _shapes(recorded, answer.json(), ())


def _compare_texts(recorded: str, answered: str) -> Iterator[str]:
    if "<errors>" in recorded or "<?xml" not in recorded:
        if answered != recorded:
            yield f"text {answered[:300]}, recorded {recorded[:300]}"
        return
    for name in WITHOUT_DATA:
        recorded = re.sub(rf"<{name} xlink.*?</{name}>\n", "", recorded, flags=re.DOTALL)
    if _without_values(recorded) != _without_values(answered):
        yield f"XML {_without_values(answered)[:900]}, recorded {_without_values(recorded)[:900]}"
    for name in SAME_VALUE:
        values = [re.findall(rf"<{name}[ >].*?CDATA\[(.*?)\]", text) for text in (recorded, answered)]
        if values[0] != values[1]:
            yield f"{name} is {values[1]}, recorded {values[0]}"


def _without_values(xml: str) -> str:
    return re.sub(r"/\d+\"", '/N"', re.sub(r"CDATA\[.*?\]\]", "CDATA[]]", xml))


def _types(content: Any) -> Any:
    """The same without its values, and with the first row alone of a list."""
    if isinstance(content, dict):
        return {name: _types(value) for name, value in content.items()}
    return [_types(content[0])] if isinstance(content, list) else type(content)()


def _without_place(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "message": one["message"].replace("/srv/shop/www", "{root}")} for one in errors]


def _shapes(recorded: Any, answered: Any, path: tuple[str, ...]) -> Iterator[str]:
    if type(recorded) is not type(answered):
        yield f"{'.'.join(path)} is {answered!r}, recorded {recorded!r}"
    elif isinstance(recorded, dict):
        yield from _objects(recorded, answered, path)
    elif isinstance(recorded, list):
        yield from _lists(recorded, answered, path)
    elif recorded != answered and (path[-1] in SAME_VALUE or _is_known_id(recorded, path)):
        yield f"{'.'.join(path)} is {answered!r}, recorded {recorded!r}"


def _objects(recorded: dict[str, Any], answered: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    if recorded.keys() != answered.keys():
        yield f"{'.'.join(path)} has {list(answered)}, recorded {list(recorded)}"
    for key in recorded.keys() & answered.keys():
        yield from _shapes(recorded[key], answered[key], (*path, key))


def _lists(recorded: list[Any], answered: list[Any], path: tuple[str, ...]) -> Iterator[str]:
    length = len(recorded)
    if length and isinstance(recorded[-1], str) and (cut := MORE.fullmatch(recorded[-1])):
        recorded, length = recorded[:-1], length - 1 + int(cut[1])
    if length != len(answered):
        yield f"{'.'.join(path)} has {len(answered)} items, recorded {length}"
    for number, (one, other) in enumerate(zip(recorded, answered, strict=False)):
        yield from _shapes(one, other, (*path, str(number)))


def _is_known_id(recorded: Any, path: tuple[str, ...]) -> bool:
    return path[-1:] == ("id",) and not IDS_OF_THEIR_OWN & set(path) and int(recorded) <= 311


def _mails(recorded: list[str], answered: list[str]) -> Iterator[str]:
    subjects = {"in_transit": "Package in transit", "shipped": "Shipped"}
    if [subjects.get(kind, kind) for kind in answered] != recorded:
        yield f"mails {answered}, recorded {recorded}"
