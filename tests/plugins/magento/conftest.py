"""Emulated Magento stores, and a bare client for them; see the folder above for what is made of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from fbridge.sandbox import ServedSandbox
from fbridge_magento.sandbox import MagentoSandbox, create_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


@pytest.fixture
def create_store() -> Callable[..., MagentoSandbox]:
    return create_sandbox


class StoreClient:
    """Sends the token of an integration; paths are below ``/rest/V1`` unless they begin with ``/rest``."""

    def __init__(self, served: ServedSandbox) -> None:
        self.served = served
        self.http = httpx.Client(base_url=served.url, timeout=30)

    def __call__(self, method: str, path: str, token: str | None = "full", **options: Any) -> httpx.Response:
        headers = {"Accept": "application/json", **options.pop("headers", {})}
        if token is not None:
            known = self.served.control.integrations.get(token)
            headers["Authorization"] = f"Bearer {known.access_token if known else token}"
        url = path if path.startswith(("/rest", "/magento_version")) else f"/rest/V1/{path}"
        return self.http.request(method, url, headers=headers, **options)

    def find(self, what: str, *filters: tuple[str, str, str], **criteria: Any) -> dict[str, Any]:
        """The answer of a list; each filter (field, condition, value) is a group of its own."""
        params = {f"searchCriteria[{name}]": value for name, value in criteria.items()}
        for number, (field, condition, value) in enumerate(filters):
            place = f"searchCriteria[filter_groups][{number}][filters][0]"
            params |= {
                f"{place}[field]": field,
                f"{place}[condition_type]": condition,
                f"{place}[value]": value,
            }
        answer = self("GET", what, params=params or {"searchCriteria": ""})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def client_class() -> type[StoreClient]:
    return StoreClient
