"""The HTTP API: what programs arrange once (carriers, mappings, stores with their keys), and hand to workers."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from tests.core.office_web.conftest import on_sqlite
from tests.core.office_web.test_http_api import Programs, _ended, program  # noqa: F401 - a fixture

from fbridge.models.accounts import Right
from fbridge.testing.office import Office

KEY = "a-key-that-nobody-should-see"


@pytest.mark.slow
def test_carriers_and_what_stores_call_them(office: Office, program: Programs) -> None:  # noqa: F811
    order = office.store.new_order([("HAT", 2)])
    office.fetch()
    erp = program()
    assert erp.post("/carriers", {"code": "gls"}, 201)["tracking_url"]
    assert erp.post("/carriers", {"code": "gls"}, 422)["reason"] == "carrier_exists"
    for code in ("..", "-x", "a/b"):
        assert erp.post("/carriers", {"code": code}, 422)["reason"] == "bad_carrier_code"
    for page in ("http:///{number}", "javascript:1", "https://x/\u202e"):
        assert erp.post("/carriers", {"code": "X", "tracking_url": page}, 422)["reason"] == "bad_tracking_url"
    answer = erp.ask("POST", "/carriers", json={"code": "È"}, headers={"Idempotency-Key": "k"})
    assert answer.headers["Location"] == "/api/v1/carriers/%C3%88"
    assert erp.post("/carriers/GLS/change", {"depot": "MI"})["depot"] == "MI"
    assert erp.get("/carriers/gls")["depot"] == "MI"
    codes = erp.post("/stores/shop/carrier-codes")["codes"]
    said = {"carrier": "GLS", "site_code": codes[0]["label"]}
    mapped = erp.post("/stores/shop/mappings", said)
    assert mapped["site_code"] == codes[0]["code"]
    assert erp.post("/stores/shop/mappings", said | {"site_code": "nobody"}, 422)["reason"]
    standing = {one["carrier"]: one for one in erp.get("/carrier-standings?store=shop")["items"]}
    assert standing["GLS"]["site_code"] == mapped["site_code"]
    left = erp.post("/stores/shop/mappings/forget", {"carrier": "GLS"})
    assert [one["carrier"] for one in left] == ["BRT"]
    method = erp.get(f"/orders/shop:id={order}")["row"]["shipping_method"]
    assert erp.post("/stores/shop/routes", {"shipping_method": method, "target": "GLS"})["target"] == "GLS"
    assert erp.get("/carrier-coverage?store=shop")["items"][0]["carrier"] == "GLS"
    assert erp.get("/carrier-routes?store=shop")["items"]
    assert erp.post("/stores/shop/routes/forget", {"shipping_method": method}) == []
    assert erp.post("/carriers/GLS/remove")["code"] == "GLS"
    assert erp.get("/carriers/GLS", 404)
    made = erp.post("/shipments", {"order": f"T{order}", "carrier": "BRT", "numbers": ["FB000000001IT"]}, 201)
    packed = erp.post(f"/shipments/{made['label']}/repack", {"parcels": 3, "weight_grams": 700})
    assert (packed["parcels"], packed["weight_grams"]) == (3, 700)
    assert erp.post("/replacements", {"order": f"T{order}", "carrier": "BRT"}, 201)["origin"] == "external"


@on_sqlite
def test_stores_come_and_go_and_their_keys_only_go_in(
    office: Office,
    program: Programs,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    manager, clerk = program("manager", Right.READ, Right.MANAGE), program("clerk", Right.READ, Right.PREPARE)
    info = office.bridge.stores.show("shop")
    said = {
        "name": "second",
        "platform": info.platform,
        "url": info.url,
        "settings": {**office.store.settings, "api_key": KEY},
        "orders_from": "2026-01-01",
        "accept_mail": True,
    }
    secret = [
        one["name"] for one in clerk.get(f"/platforms/{info.platform}/settings")["items"] if one["secret"]
    ]
    assert secret == ["api_key"]
    assert clerk.get("/platforms/none/settings", 422)["reason"]
    for path, body in (
        ("/stores", said),
        ("/stores/shop/keys", {"keys": {"api_key": KEY}}),
        ("/stores/shop/remove", {}),
    ):
        assert "'manage'" in clerk.post(path, body, 403)["detail"]
    told = [manager.post("/stores", said, 422)]
    assert told[0]["reason"] == "bad_credentials"
    wrong = ({"nonsense": "1"}, {"api_key": {"a": [1, None]}}, {"url": "x"}, {"retries": 2**80})
    told += [manager.post("/stores", said | {"settings": one}, 422) for one in wrong]
    told.append(manager.post("/stores", said | {"check": False}, 201))
    told.append(manager.post("/stores", said | {"check": False}, 422))
    told.append(manager.get("/stores/second"))
    right = {"api_key": office.store.settings["api_key"]}
    told.append(manager.post("/stores/second/keys", {"keys": right}))
    told.append(manager.post("/stores/second/keys", {"keys": {"api_key": KEY}}, 422))
    told.append(manager.post("/stores/second/keys", {"keys": {"api_kye": KEY}}, 422))
    told.append(manager.post("/stores/second/remove"))
    told.append(manager.get("/stores/second", 404))
    assert KEY not in f"{told} {caplog.text}"
    kept = [one for one in tmp_path.rglob("*") if one.is_file() and one.name != "secrets.toml"]
    assert not [one for one in kept if KEY.encode() in one.read_bytes()]


@pytest.mark.slow
def test_a_store_is_looked_at_as_a_job(office: Office, program: Programs) -> None:  # noqa: F811
    erp = program("erp", Right.READ, Right.PREPARE)
    job = _ended(erp, "/stores/shop/check", {})
    assert (job["exit_code"], job["answer"]["data"]["ok"]) == (0, True)
    assert _ended(erp, "/fetch", {"stores": ["shop"], "audit": True})["exit_code"] == 0
    assert erp.post("/stores/none/check", {}, 404)
