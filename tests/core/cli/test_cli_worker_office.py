"""Pushes that the page of the office and the HTTP API hand to the workers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.core.cli.test_cli_worker import database, office, ship  # noqa: F401 - fixtures
from tests.core.office_web.api_programs import Program
from tests.core.office_web.conftest import PASSWORD, Browser, _cheap_passwords  # noqa: F401 - a fixture

from fbridge import Bridge, Role
from fbridge.models.accounts import Right
from fbridge.office_web.app import create_app

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def bridge(office: Any) -> Iterator[Bridge]:  # noqa: F811
    """Of the same home, with a shipment that has left."""
    ship(office, "1001")
    with Bridge.open() as opened:
        yield opened


def test_a_program_hands_a_plan_over(bridge: Bridge, office: Any, shop: Any) -> None:  # noqa: F811
    scopes = (Right.READ, Right.PUSH)
    erp = Program(create_app(bridge).test_client(), bridge.api_tokens.add("erp", scopes).token)
    assert erp.post("/deferred-pushes", {"guards": {"most_mails": 9}}, 403)["detail"]
    assert erp.post("/deferred-pushes", {"only_if": "0" * 12}, 422)["reason"] == "plan_changed"
    plan = erp.get("/push-plan")["fingerprint"]
    (handed,) = erp.post("/deferred-pushes", {"only_if": plan, "stores": ["shop"]})
    assert (handed["store"], handed["shipments"], handed["known"]) == ("shop", 1, False)
    assert erp.post("/deferred-pushes", {"only_if": plan, "stores": ["shop"]})[0]["known"]
    assert sum(one["waiting"] for one in erp.get("/workers")["work"] if one["kind"] == "push") == 1
    office.run("worker", "--once")
    assert shop.order(1001)["mails"] == 1


def test_a_clerk_hands_over_what_the_plan_shows(bridge: Bridge, office: Any, shop: Any) -> None:  # noqa: F811
    bridge.accounts.add("anna", Role.CLERK, PASSWORD)
    clerk = Browser(create_app(bridge).test_client())
    clerk.sign_in()
    assert "Hand it to the workers" in clerk.text("/push")
    said = clerk.form("/push", "/push")
    assert clerk.send("/push/defer", said | {"only_if": "0" * 12}).status_code == 400
    assert "handed to the workers" in clerk.send("/push/defer", said).text
    office.run("worker", "--once")
    assert shop.order(1001)["mails"] == 1
