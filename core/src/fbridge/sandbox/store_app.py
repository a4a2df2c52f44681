"""Puts before an emulated store what stands before every one of them: faults, a gateway, the control routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from fbridge.sandbox.background_work import GatewayTimeout
from fbridge.sandbox.control import SeenRequest
from fbridge.sandbox.faults import CONTROL_PREFIX, FaultyApp, Requests

if TYPE_CHECKING:
    import re

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from fbridge.sandbox.control_routes import ControlRoutes


def store_app(
    answer: Callable[[Request], Response],
    routes: ControlRoutes[Any],
    *,
    credentials: re.Pattern[str],
    clock: Callable[[], datetime],
    gateway_timeout: float | None = None,
    requests: Requests | None = None,
) -> WSGIApplication:
    """The WSGI callable of a store that gives ``answer`` to its platform's requests.

    ``credentials`` is what is cut out of a query before the control keeps the request. ``clock`` is the store's
    (aware UTC), which its ``Date`` header shows. ``gateway_timeout``:
    seconds after which 504 is answered while the work goes on. ``requests`` tells reads from writes where the
    method does not.
    """
    control = routes.control
    told = requests or Requests()

    def served(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith(CONTROL_PREFIX):
            return routes.answer(request)(environ, start_response)
        shown = f"{_without(credentials, request)} {told.note(request)}".rstrip()
        control.saw(SeenRequest(request.method, shown))
        answered = answer(request)
        answered.headers["Date"] = http_date(clock())
        return answered(environ, start_response)

    app = served if gateway_timeout is None else GatewayTimeout(served, gateway_timeout)
    return FaultyApp(app, control.faults, told)


def _without(credentials: re.Pattern[str], request: Request) -> str:
    query = credentials.sub("", unquote(request.query_string.decode("latin-1"))).rstrip("&")
    return f"{request.path}?{query}" if query else request.path
