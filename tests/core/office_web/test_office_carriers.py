"""Who takes the orders, what a store calls a carrier, and whether its tracking page opens."""

from __future__ import annotations

import html
import re

import pytest
from tests.core.office_web.conftest import Browser

from fbridge.testing.office import Office


def seen(page: str, action: str, text: str) -> str:
    """What the form with this action and text carries of what it shows."""
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    form = next(one for one in forms if f'action="{action}"' in one and text in one)
    found = re.search(r'name="seen" value="(\w+)"', form)
    assert found is not None
    return found[1]


def test_a_clerk_maps_and_routes_and_never_over_what_somebody_else_has_done(
    office: Office, clerk: Browser
) -> None:
    office.store.new_order([("HAT", 1)])
    office.fetch()
    office.bridge.carriers.add("GLS")
    token = {"form_token": clerk.form_token()}
    assert clerk.post("/carriers/on/shop/codes", token).status_code == 303
    page = clerk.get("/carriers/on/shop").text
    code = office.bridge.carriers.codes("shop").codes[0].code
    wish = token | {"carrier": "GLS", "site_code": code}
    wish |= {"seen": seen(page, "/carriers/on/shop/map", 'value="GLS"')}
    assert clerk.post("/carriers/on/shop/map", wish).status_code == 303
    assert ("GLS", code) in {(one.carrier, one.site_code) for one in office.bridge.carriers.mappings()}
    stale = clerk.post("/carriers/on/shop/map", wish | {"site_code": "other"})
    assert stale.status_code == 409
    assert "other" not in {one.site_code for one in office.bridge.carriers.mappings()}
    page = clerk.get("/carriers/on/shop").text
    gone = {"carrier": "GLS", "site_code": "", "seen": seen(page, "/carriers/on/shop/map", 'value="GLS"')}
    assert clerk.post("/carriers/on/shop/map", token | gone).status_code == 303
    assert "GLS" not in {one.carrier for one in office.bridge.carriers.mappings()}

    method = office.bridge.carriers.coverage("shop")[0].shipping_method
    form = {"method": method, "target": "GLS"}
    form |= {"seen": seen(page, "/carriers/on/shop/route", f'value="{html.escape(method)}"')}
    assert clerk.post("/carriers/on/shop/route", token | form).status_code == 303
    assert office.bridge.carriers.coverage("shop")[0].carrier == "GLS"
    assert "GLS" in clerk.text("/carriers")
    assert clerk.post("/carriers/on/nowhere/codes", token).status_code == 404


@pytest.mark.slow
def test_a_tracking_page_is_tried_and_only_of_the_web(
    office: Office, clerk: Browser, manager: Browser
) -> None:
    page = clerk.get("/carriers/BRT?number=FB 1/2").text
    assert 'href="https://brt.example/FB%201%2F2"' in page
    token = {"form_token": manager.form_token()}
    for evil in ("javascript:alert(1)//{number}", "data:text/html,{number}", "//evil.example/{number}"):
        form = {
            "tracking_url": evil,
            "seen": seen(manager.get("/carriers/BRT").text, "/carriers/BRT", "seen"),
        }
        assert manager.post("/carriers/BRT", token | form).status_code == 400, evil
    assert clerk.post("/carriers/BRT", {"form_token": clerk.form_token()}).status_code == 403
    new = {"code": "poste", "name": "<b>Poste</b>", "tracking_url": "https://poste.example/?n={number}"}
    assert manager.post("/carriers", token | new).status_code == 303
    assert "&lt;b&gt;Poste" in manager.get("/carriers").text
