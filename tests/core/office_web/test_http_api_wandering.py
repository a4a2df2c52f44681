"""Schemathesis wanders through the HTTP API over a real office: no request makes a fault of ours, and every answer is
as the document says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.core.office_web.api_programs import PREFIX, document
from werkzeug.serving import make_server

from fbridge import Bridge
from fbridge.models.api_tokens import SCOPES
from fbridge.office_web.api import app as api_app
from fbridge.office_web.app import create_app
from fbridge.sandbox import ServedSandbox, create_sandbox
from fbridge.settings import Home

pytestmark = pytest.mark.slow
LONG_WORK = "/(fetch|push|missing-mails|verify|shipments/{ref}/take-back|stores/{ref}/check)$"
"""Each request of these starts a process; how they work is shown elsewhere."""
OPERATIONS = [
    f"{method.upper()} {path}"
    for path, methods in document()["paths"].items()
    for method in methods
    if not re.search(LONG_WORK, path)
]


@cache
def _operations() -> dict[str, Any]:
    """Schemathesis is imported by whoever wanders, not by each process that collects the tests."""
    import schemathesis
    from schemathesis.checks import load_all_checks

    load_all_checks()
    document_of_api = schemathesis.openapi.from_dict(document())
    return {one.ok().label: one.ok() for one in document_of_api.get_all_operations()}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """An office with an evening on its way: the address of its API, and a token."""
    folder = tmp_path_factory.mktemp("office")
    with (
        pytest.MonkeyPatch.context() as patched,
        ServedSandbox(create_sandbox("woocommerce", orders=12), "127.0.0.1", 0) as store,
        Bridge.open(Home(config=folder / "config", data=folder / "data", log=folder / "log")) as bridge,
    ):
        patched.setattr(
            api_app, "MOST_WRONG_TOKENS", 10**6
        )  # each request without a right one is to be looked at
        options = store.store_settings()
        bridge.stores.add(
            "shop", "woocommerce", store.url, options, orders_from=date(2020, 1, 1), accept_mail=True
        )
        bridge.fetch()
        bridge.carriers.add("BRT", "Bartolini")
        first, *more = [one.number for one in bridge.orders.list() if one.open_quantity][:3]
        bridge.shipments.create(first, carrier="BRT", numbers=["FB000000001IT"])
        bridge.manifests.add("BRT", more)
        token = bridge.api_tokens.add("wanderer", SCOPES).token
        with make_server("127.0.0.1", 0, create_app(bridge), threaded=True) as server:
            Thread(target=server.serve_forever).start()
            yield f"http://127.0.0.1:{server.port}{PREFIX}", token
            server.shutdown()


NAMES = {"orders": ("1001", "shop:1001"), "shipments": ("S1", "S2"), "manifests": ("2026-0001", "BRT")}


@pytest.mark.parametrize("asked", ["as it says", "otherwise"])
@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_asked_is_answered_as_the_document_says(
    label: str, asked: str, served: tuple[str, str]
) -> None:
    operation = _operations()[label]
    from schemathesis import Case, GenerationMode
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    address, token = served
    mode = GenerationMode.POSITIVE if asked == "as it says" else GenerationMode.NEGATIVE
    names = NAMES.get(operation.path.strip("/").partition("/")[0], ())

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def wander(case: Case) -> None:
        if names and "ref" in case.path_parameters and mode is GenerationMode.POSITIVE:
            case.path_parameters["ref"] = names[len(str(case.body)) % len(names)]  # what is there is reached
        # What the fields say together, and what the office has, may refuse what each field allows: 422.
        case.call_and_validate(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            excluded_checks=[positive_data_acceptance],
        )

    wander()
