"""A web server that keeps the Authorization header to itself, or wants a password of its own there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from werkzeug import Response

from fbridge.http import RetryPolicy, StoreHttp, WayThrough
from fbridge.http.way_through import CredentialsIn
from fbridge.models.platforms import OrderQuery, Store
from fbridge.models.secrets import Secret
from fbridge.sandbox import ServedSandbox, serve
from fbridge_prestashop import plugin
from fbridge_prestashop.settings import PrestaShopSettings

Behind = Callable[..., Store]
PASSWORD = WayThrough(http_user="staging", http_password=Secret("pw"))


class Before:
    """Stands before the store: takes the header away, and lets nobody in without ``login``."""

    def __init__(self, served: ServedSandbox, login: str = "") -> None:
        self._served = served
        self._login = login

    def __getattr__(self, name: str) -> Any:
        return getattr(self._served.app, name)

    def wsgi(self, environ: Any, start_response: Any) -> Any:
        given = environ.pop("HTTP_AUTHORIZATION", "")
        if self._login and given != self._login:
            refusal = Response("<h1>401</h1>", 401, {"WWW-Authenticate": 'Basic realm="Staging"'})
            return refusal(environ, start_response)
        environ["HTTP_HOST"] = self._served.url.partition("://")[2]
        return self._served.app.wsgi(environ, start_response)


@pytest.fixture
def behind(sandbox: ServedSandbox) -> Iterator[Behind]:
    """``behind(way, login=...)``: the store behind such a server."""
    opened = ExitStack()

    def make(way: WayThrough | None = None, login: str = "") -> Store:
        server = opened.enter_context(serve(Before(sandbox, login)))  # type: ignore[arg-type]
        url = server.url
        http = opened.enter_context(StoreHttp(url, way_through=way, retry_policy=RetryPolicy(tries=1)))
        settings = PrestaShopSettings().load(dict(sandbox.store_settings()))
        return Store("lab", url, {**settings, "api_key": Secret(settings["api_key"])}, http)

    with opened:
        yield make


def test_the_check_finds_a_lost_header_and_the_setting_mends_it(behind: Behind) -> None:
    (finding,) = plugin.check_store(behind()).findings
    assert not finding.ok
    assert 'credentials_in = "query"' in finding.words
    store = behind(WayThrough(credentials_in=CredentialsIn.QUERY))
    assert plugin.check_store(store).ok
    assert list(plugin.fetch_orders(store, OrderQuery()))


def test_a_password_of_the_web_server_is_named_and_the_setting_opens_it(behind: Behind) -> None:
    login = "Basic c3RhZ2luZzpwdw=="
    (finding,) = plugin.check_store(behind(login=login)).findings
    assert not finding.ok
    assert 'password protection of the web server ("Staging")' in finding.words
    assert "http_user" in finding.words
    assert plugin.check_store(behind(PASSWORD, login=login)).ok
