"""The HTTP API: what programs in other languages prepare, ship and push by it, each act once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from flask import Flask
from tests.core.office_web.api_programs import PREFIX, Program, document
from tests.core.office_web.conftest import ADDRESS, PASSWORD, Browser, on_sqlite
from tests.core.test_listeners import Site, site  # noqa: F401 - a fixture

from fbridge import Bridge
from fbridge.models.accounts import Right, Role
from fbridge.models.api_tokens import SCOPES
from fbridge.office_web.app import create_app
from fbridge.storage.account_tables import kept_answers
from fbridge.storage.upserts import insert_if_new
from fbridge.testing.office import Office

DOCS = Path(__file__).parents[3] / "docs"
Programs = Callable[..., Program]


@pytest.fixture
def program(office: Office, app: Flask) -> Programs:
    def made(name: str = "erp", *scopes: Right) -> Program:
        token = office.bridge.api_tokens.add(name, scopes or SCOPES)
        return Program(app.test_client(), token.token)

    return made


def test_the_day_of_an_erp(office: Office, program: Programs) -> None:
    orders = [office.store.new_order([("HAT", 2)]) for _ in range(3)]
    office.fetch()
    erp = program()
    page = erp.get("/orders?limit=2&open=true")
    rest = erp.get(page["next"])
    assert [one["remote_id"] for one in page["items"] + rest["items"]] == orders
    assert rest["next"] is None
    assert erp.get(f"/orders/shop:id={orders[0]}")["row"]["number"] == f"T{orders[0]}"
    changed = erp.get("/changed-orders?limit=1")
    since = changed["items"][0]["event"]
    assert len(erp.get(f"/changed-orders?store=shop&since={since}")["items"]) == 2
    said = {"order": f"T{orders[0]}", "carrier": "BRT", "numbers": ["FB000000001IT"], "weight_grams": 900}
    made = erp.post("/shipments", said, 201)
    added = erp.post("/manifests/BRT/add", {"refs": [made["label"], f"T{orders[1]}", "none"]})
    assert [one["ok"] for one in added["results"]] == [True, True, False]
    second = added["manifest"]["shipments"][1]["label"]
    erp.post(f"/shipments/{second}/numbers", {"numbers": ["FB000000002IT"]})
    number = added["manifest"]["number"]
    assert erp.get("/manifests?state=preparing&limit=1")["items"][0]["number"] == number
    assert erp.post(f"/manifests/{number}/ship")["shipped"]
    assert erp.post(f"/manifests/{number}/ship", code=422)["reason"] == "already_shipped"
    assert erp.get("/push-plan?store=shop")["stores"][0]["orders"] == 2
    done = erp.post("/fulfil", {"order": f"T{orders[2]}", "carrier": "BRT", "numbers": ["FB000000003IT"]})
    assert done["shipment"]["push"]["state"] == "sent"
    first = erp.get("/shipments?limit=2")
    assert [one["label"] for one in first["items"] + erp.get(first["next"])["items"]] == ["S1", "S2", "S3"]
    told = erp.get(f"/shipments/{made['label']}/story")["lines"]
    assert ("shipment.created", "token erp") in {(one["what"], one["who"]) for one in told}
    for path in (
        "/status",
        "/stores",
        "/stores/shop",
        "/carriers",
        "/carrier-coverage",
        "/events",
        "/find?text=FB",
    ):
        assert erp.get(path)


def test_documents_numbers_and_returns_are_handed_in_by_the_hundred(
    office: Office, program: Programs
) -> None:
    orders = [office.store.new_order([("HAT", 2)]) for _ in range(2)]
    office.fetch()
    erp = program()
    documents: list[Any] = [
        {"document": {"number": str(at), "year": 2026}, "carrier": "BRT", "orders": [{"order": f"T{order}"}]}
        for at, order in enumerate((*orders, 99), 1)
    ]
    documents.append(
        {
            "document": {"number": "9"},
            "carrier": "BRT",
            "recipient": {"company": "Rossi", "city": "Roma"},
            "cod": "9.50",
            "currency": "EUR",
        }
    )
    said = {"documents": documents, "on_manifest": True, "unknown_order": "external"}
    expected = ["taken", "taken", "refused", "taken"]
    assert [one["outcome"] for one in erp.post("/documents", said | {"plan": True})] == expected
    assert office.bridge.shipments.list() == ()
    assert [one["outcome"] for one in erp.post("/documents", said)] == expected
    assert [one["outcome"] for one in erp.post("/documents", said)].count("already_there") == 3
    numbers = [
        {"document": {"number": "1"}, "numbers": ["FB000000001IT"]},
        {"order": f"T{orders[1]}", "numbers": ["FB000000002IT"]},
        {"shipment": "S77", "numbers": ["FB000000003IT"]},
    ]
    told = erp.post("/numbers", {"numbers": numbers})
    assert [one["outcome"] for one in told] == ["taken", "taken", "refused"]
    erp.post("/manifests/BRT/ship")
    back = erp.post("/returns", {"refs": ["FB000000001IT", "S999"], "kind": "held", "reason": "nobody there"})
    assert [one["ok"] for one in back] == [True, False]
    assert erp.get("/shipments?returned=true")["items"][0]["numbers"] == ["FB000000001IT"]
    assert erp.post("/returns/end", {"refs": ["FB000000001IT"], "outcome": "resent"})[0]["ok"]
    assert erp.get("/unreadable-orders")["items"] == []
    assert (
        erp.post("/numbers", {"numbers": [{"numbers": ["X"]}]}, 422)["faults"][0]["field"]
        == "numbers.0.shipment"
    )


def test_an_act_is_done_once_for_its_key(office: Office, program: Programs) -> None:
    order = office.store.new_order([("HAT", 2)])
    office.fetch()
    erp, other = program(), program("other")
    one = {"order": f"T{order}", "carrier": "BRT", "items": {"HAT": 1}}
    assert erp.post("/shipments", one | {"items": {"HAT": 3}}, 422, key="a")[
        "reason"
    ]  # refused: nothing is kept
    made = erp.post("/shipments", one, 201, key="a")
    again = erp.ask("POST", "/shipments", json=one, headers={"Idempotency-Key": "a"})
    assert (json.loads(again.text), again.status_code) == (made, 201)
    assert again.headers["Location"] == f"{PREFIX}/shipments/{made['label']}"
    assert erp.post("/shipments", one | {"parcels": 2}, 422, key="a")["reason"] == "key_of_another"
    assert erp.post("/manifests", {"carrier": "BRT"}, 422, key="a")["reason"] == "key_of_another"
    other.get("/jobs")
    database = office.bridge.context.database
    with ThreadPoolExecutor(1) as pool:
        with database.write() as held, held.begin_nested() as claim:
            # The first one of two at once waits here: on SQLite for the unit, on PostgreSQL for this row.
            kept = {"token": "other", "key": "a", "request_hash": "", "status": 0, "body": "", "place": ""}
            insert_if_new(held, kept_answers, **kept, at=datetime.now(UTC))
            first = pool.submit(other.post, "/shipments", one, 201, "a")
            until = monotonic() + 20
            while ("other", "a") not in office.bridge.kept_answers._running and monotonic() < until:
                sleep(0.01)
            assert other.post("/shipments", one, 409, key="a")["reason"] == "request_runs"
            claim.rollback()
        assert first.result()["label"] == "S2"
    assert len(office.bridge.shipments.list()) == 2
    office.bridge.api_tokens.revoke("OTHER")
    assert other.get("/orders", 401)["reason"] == "no_token"


@on_sqlite
def test_only_a_token_counts_and_only_for_its_scopes(
    office: Office, app: Flask, clerk: Browser, program: Programs
) -> None:
    reader = program("reader", Right.READ)
    for at, (path, operations) in enumerate(document()["paths"].items()):
        for method, operation in operations.items():
            clerk.client.set_cookie("token", reader.token, domain="127.0.0.1")
            whence = {"REMOTE_ADDR": f"10.0.0.{at}"}
            own = clerk.client.open(PREFIX + path, method=method, base_url=ADDRESS, environ_overrides=whence)
            assert (own.status_code, own.mimetype) == (401, "application/problem+json"), path
            (scope,) = operation["security"][0]["token"]
            answer = reader.ask(method.upper(), path, json={})
            if scope == "read":
                assert answer.status_code in {200, 404, 422}, answer.text
            else:
                assert answer.status_code == 403, answer.text
                assert f"--scope {scope}" in answer.text
    assert (
        reader.ask("GET", f"/orders?token={reader.token}", headers={"Authorization": ""}).status_code == 401
    )
    assert reader.client.get(f"{PREFIX}/openapi.json", base_url=ADDRESS).get_json() == document()
    foreign = reader.ask("GET", "/orders", headers={"Host": "evil.example"})
    assert (foreign.status_code, foreign.get_json()["reason"]) == (400, "bad_request")
    assert reader.ask("POST", "/fetch", headers={"Origin": "https://evil.example"}).status_code == 403
    for method in ("OPTIONS", "PUT"):
        assert reader.ask(method, "/orders").get_json()["reason"] == "no_such_method"
    wrong = Program(app.test_client(), "fbridge_guess")
    assert {wrong.ask("GET", "/orders").status_code for _ in range(21)} == {401, 429}
    assert 0 < int(wrong.ask("GET", "/orders").headers["Retry-After"]) <= 900
    assert reader.get("/orders")["items"] == []  # who guesses beside it does not matter
    assert [one.last_used_at is not None for one in office.bridge.api_tokens.list()] == [True]
    path = office.bridge.context.database.path
    assert path is not None
    kept = b"".join(one.read_bytes() for one in path.parent.iterdir() if one.is_file())
    assert reader.token.encode() not in kept


def test_what_a_person_decides_needs_its_scope(office: Office, program: Programs) -> None:
    shipper = program("shipper", Right.READ, Right.SHIP, Right.PREPARE)
    number = shipper.post("/manifests", {"carrier": "BRT"}, 201)["number"]
    for said in ({"force": ["S1"]}, {"check": False}, {"as_printed": False}):
        problem = shipper.post(f"/manifests/{number}/ship", said, 403)
        assert "'decide'" in problem["detail"]
    pusher = program("pusher", Right.PUSH)
    assert "'decide'" in pusher.post("/push", {"guards": {"most_mails": 9}}, 403)["detail"]
    assert pusher.post("/push", {"guards": {"most_mail": 9}}, 422)["faults"][0]["field"] == "guards.most_mail"
    assert (
        "'decide'"
        in pusher.post("/missing-mails", {"shipments": ["S1"], "even_if_mailed": True}, 403)["detail"]
    )
    assert "'push'" in shipper.post("/fulfil", {"order": "T1"}, 403)["detail"]


BODIES: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (b"{", 400, "not_json"),
    "a list": (b"[]", 400, "not_json"),
    "no number": (b'{"order": NaN}', 400, "not_json"),
    "a name twice": (b'{"order": "1", "order": "2"}', 400, "not_json"),
    "too deep": (b'{"order": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "not_json"),
    "no text": (b'{"order": "\\ud800"}', 422, "bad_fields"),
    "a slip": (b'{"ordre": "1"}', 422, "ordre"),
    "of another type": (b'{"order": 1}', 422, "order"),
    "null": (b'{"order": "1", "carrier": null}', 422, "carrier"),
    "a text for a number": (b'{"order": "1", "parcels": "2"}', 422, "parcels"),
    "a flag for a number": (b'{"order": "1", "parcels": true}', 422, "parcels"),
    "a number for an amount": (b'{"order": "1", "cod": 12.3}', 422, "cod"),
    "a line end": (b'{"order": "1", "cod": "12.3\\n"}', 422, "cod"),
    "too many pieces": (b'{"order": "1", "items": {"HAT": 1000000}}', 422, "items.HAT"),
    "a slip deep in": (b'{"order": "1", "document": {"number": "1", "yaer": 1}}', 422, "document.yaer"),
    "both": (b'{"order": "1", "cod": "1", "no_cod": true}', 422, "no_cod"),
    "too large": (b'{"order": "%s"}' % (b"1" * 1_048_576), 413, "too_large"),
}


def test_a_slip_is_told_by_its_field_and_changes_nothing(office: Office, program: Programs) -> None:
    erp = program()
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    for what, (text, status, told) in BODIES.items():
        answer = erp.ask("POST", "/shipments", data=text, headers=headers)
        problem = answer.get_json()
        assert answer.status_code == status, (what, problem)
        assert told == problem["reason"] or told in {one["field"] for one in problem["faults"]}, (
            what,
            problem,
        )
    assert "known are: " in erp.post("/manifests", {"carier": "BRT"}, 422)["detail"]
    assert erp.ask("POST", "/shipments", json={"order": "1"}).get_json()["reason"] == "no_idempotency_key"
    plain = erp.ask(
        "POST", "/shipments", data="{}", headers={"Idempotency-Key": "k", "Content-Type": "text/plain"}
    )
    assert plain.status_code == 415
    for query in (
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=1&limit=2",
        "opn=true",
        "open=1",
        "after=x",
        "since=3d",
        "since=0001-01-01T00:00:00%2B14:00",
        "changed_since=9999-12-31T23:59:59-14:00",
    ):
        assert erp.get(f"/orders?{query}", 422)["detail"]
    assert erp.get("/shipments?after=4294967296", 422)["faults"][0]["field"] == "after"
    assert erp.ask("GET", "/orders/%00").status_code == 404


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What makes the document."""
    monkeypatch.syspath_prepend(str(DOCS))
    import openapi_reference

    yield openapi_reference
    for name in [name for name in sys.modules if name.startswith(("json_", "openapi_"))]:
        del sys.modules[name]


def test_the_document_is_as_the_code(reference: Any) -> None:
    assert reference.FILE.read_text("utf-8") == reference.document(), "run: python docs/json_reference.py"


@pytest.mark.slow
def test_long_work_is_a_job_to_ask_for(office: Office, program: Programs) -> None:
    order = office.store.new_order([("HAT", 2)])
    erp = program()
    job = _ended(erp, "/fetch", {"stores": ["shop"], "since": "2026-01-01T00:00:00+01:00"})
    assert job["answer"]["items"][0]["orders"] == 1
    number = erp.post("/manifests/BRT/add", {"refs": [f"T{order}"]})["manifest"]["number"]
    assert erp.post("/push", {"manifest": number}, 422)["reason"] == "not_shipped"
    erp.post(f"/manifests/{number}/ship")
    plan = erp.get("/push-plan")["fingerprint"]
    assert _ended(erp, "/push", {"only_if": "0" * 12})["answer"]["error"]["reason"] == "plan_changed"
    said = {
        "only_if": plan,
        "manifest": number,
        "limit": 5,
        "stores": ["shop"],
        "guards": {"most_changed": 1},
    }
    job = _ended(erp, "/push", said)
    assert (job["exit_code"], job["asked_by"]) == (0, "token erp")
    assert erp.get("/shipments/S1")["push"]["state"] == "sent"
    assert erp.post("/fetch", {"stores": ["--since=3d"]}, 404)
    assert _ended(erp, "/verify", {"manifest": number})["exit_code"] == 0
    assert _ended(erp, "/missing-mails", {"shipments": ["S1"]})["answer"]["error"] is None
    assert len(erp.get("/jobs")["items"]) == 5
    taken = _ended(erp, "/shipments/S1/take-back", {"status": "--yes"})
    assert taken["command"][2:] == ["S1", "--yes", "--status=--yes"]


def _ended(program: Program, path: str, body: object) -> Any:
    """Twice with one key is one job; what it has come to."""
    job = program.post(path, body, 202, key=f"{path} {body}".replace(" ", "")[:255])
    assert program.post(path, body, 202, key=f"{path} {body}".replace(" ", "")[:255]) == job
    until = monotonic() + 60
    while (found := program.get(f"/jobs/{job['id']}"))["state"] not in {"ended", "died"}:
        assert monotonic() < until
        sleep(0.1)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("who", ["a program", "somebody, before an act on the page"])
def test_listeners_hear_after_an_act_of_what_was_shipped(
    site: Site,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    who: str,
) -> None:
    monkeypatch.setenv("FBRIDGE_HOME", str(tmp_path / "home"))
    site.install("good")
    with Bridge.open() as bridge:
        bridge.carriers.add("BRT", "Bartolini")
        bridge.listeners.list()
        app = create_app(bridge)
        erp = Program(app.test_client(), bridge.api_tokens.add("erp", SCOPES).token)
        parcel = {"carrier": "BRT", "recipient": {"name": "Anna", "city": "Roma"}, "manifest": "BRT"}
        erp.post("/external-shipments", parcel, 201)
        if who == "a program":
            assert erp.post("/manifests/BRT/ship")["shipped"]
        else:
            bridge.accounts.add("anna", Role.CLERK, PASSWORD)
            bridge.manifests.ship("BRT")
            clerk = Browser(app.test_client())
            clerk.sign_in()
            clerk.act("/manifests", "/manifests", carrier="BRT")
        until = monotonic() + 60
        while not site.told("good") and monotonic() < until:
            sleep(0.1)
    assert [one.split()[1] for one in site.told("good")] == ["manifest.shipped"]


_KILLED = """
import os, signal, sys
from pathlib import Path
from fbridge import Bridge
from fbridge.office_web.api import app as api
from fbridge.office_web.app import create_app
from fbridge.settings import Home

home, token, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
before = getattr(api, moment)

def dies(*said):
    before(*said)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(api, moment, dies)
bridge = Bridge.open(Home(config=home / "config", data=home / "data", log=home / "log"))
create_app(bridge).test_client().post(
    "/api/v1/shipments", base_url="http://127.0.0.1:8484",
    json={"order": "T1", "carrier": "BRT", "items": {"HAT": 1}},
    headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "k"})
"""


@on_sqlite
@pytest.mark.slow
@pytest.mark.parametrize(("moment", "made"), [("_answer", 0), ("_response", 1)])
def test_a_process_that_is_killed_in_the_middle_of_an_act_leaves_both_or_neither(
    office: Office, program: Programs, tmp_path: Path, moment: str, made: int
) -> None:
    office.store.new_order([("HAT", 2)])
    office.fetch()
    erp = program()
    ended = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path), erp.token, moment], check=False, env=os.environ
    )
    assert ended.returncode == -signal.SIGKILL
    assert len(office.bridge.shipments.list()) == made
    said = {"order": "T1", "carrier": "BRT", "items": {"HAT": 1}}
    assert erp.post("/shipments", said, 201, key="k")["label"] == "S1"
    assert len(office.bridge.shipments.list()) == 1
