"""Faults on demand: what networks, gateways and hosts do to a request, for any emulated store."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any

from waitress.channel import ClientDisconnected
from werkzeug.wrappers import Request, Response

from fbridge.sandbox.background_work import answer_of, detached, gateway_timeout, run_detached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTROL_PREFIX = "/__sandbox__"
"""Routes below it steer the sandbox; no fault ever strikes them."""

READS = frozenset({"GET", "HEAD", "OPTIONS"})
SERVER_ERROR_PAGE = "<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>"
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Log In</title></head>"
    "<body><form id='loginform' method='post'><input name='log'><input name='pwd'></form></body></html>"
)


class FaultKind(StrEnum):
    """What happens to the request."""

    DROP_BEFORE = "drop_before"
    """The connection ends without an answer; nothing was done."""
    DROP_AFTER = "drop_after"
    """All was done, then the connection ends without an answer."""
    GATEWAY_TIMEOUT = "gateway_timeout"
    """504 at once; the work starts ``seconds`` later and commits."""
    SERVER_ERROR = "server_error"
    """500 with an HTML page; nothing was done."""
    TOO_MANY_REQUESTS = "too_many_requests"
    """429, with ``Retry-After`` when ``retry_after`` is given; nothing was done."""
    TRUNCATED = "truncated"
    """All was done; the JSON of the answer ends in the middle."""
    LOGIN_PAGE = "login_page"
    """200 with an HTML page in place of JSON, as security plugins do; nothing was done."""
    SLOW = "slow"
    """All is done, the answer comes ``seconds`` later."""
    INTERNAL_ERROR = "internal_error"
    """The platform's own words for an internal error (500 where it has none); nothing was done."""
    INTERNAL_ERROR_AFTER = "internal_error_after"
    """The same, after all was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Strikes the next ``times`` requests whose method and path match.

    ``method`` is ``write``, ``read``, ``any`` or one method. ``path`` is a regular expression, searched in
    the path with its query, and in what the platform says about a request (see :class:`Requests`).
    """

    kind: FaultKind
    method: str = "write"
    path: str = ""
    times: int = 1
    seconds: float = 0.0
    retry_after: int | None = None

    @classmethod
    def of(cls, kind: str, **details: Any) -> Fault:
        """From plain values, as they come over a control route. Raises: ValueError, TypeError."""
        return cls(kind=FaultKind(kind), **details)

    def strikes(self, method: str, path: str, *, writes: bool | None = None) -> bool:
        """Whether this request is meant; ``writes`` where the method does not tell."""
        return _method_matches(self.method, method, writes) and re.search(self.path, path) is not None


class FaultPlan:
    """The faults that wait for their request. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let it strike."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Forget the faults that did not strike."""
        with self._lock:
            self._waiting.clear()

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """The faults that did not strike yet."""
        with self._lock:
            return tuple(self._waiting)

    def take(self, method: str, path: str, *, writes: bool | None = None) -> Fault | None:
        """The fault for this request, used up by one."""
        with self._lock:
            for position, fault in enumerate(self._waiting):
                if fault.strikes(method, path, writes=writes):
                    rest = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    self._waiting[position : position + 1] = rest
                    return fault
        return None


class Requests:
    """What tells requests apart: method and path, on a REST platform. Others say more from the body."""

    reads_body = False
    """Whether :meth:`writes` and :meth:`note` look at the body, which is then kept in memory."""

    def writes(self, request: Request) -> bool:
        """Whether it may change something."""
        return request.method not in READS

    def note(self, request: Request) -> str:
        """What stands behind the path where faults look and where the control keeps the requests seen."""
        del request
        return ""

    def internal_error(self) -> Response:
        """The platform's own words for an internal error."""
        return server_error()

    def too_many_requests(self) -> Response:
        """The platform's own words for a limit; those of something before it where it has none."""
        return Response("Too Many Requests", status=429, content_type="text/plain")


class FaultyApp:
    """A WSGI application that suffers from the faults of its plan."""

    def __init__(self, app: WSGIApplication, plan: FaultPlan, requests: Requests | None = None) -> None:
        self._app = app
        self._plan = plan
        self._requests = requests or Requests()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        steered = environ.get("PATH_INFO", "").startswith(CONTROL_PREFIX)
        if steered or not self._plan.waiting:
            return self._app(environ, start_response)
        if self._requests.reads_body:
            environ = detached(environ)
        fault = self._fault(environ)
        if fault is None:
            return self._app(environ, start_response)
        return self._effect(environ, fault)(environ, start_response)

    def _fault(self, environ: WSGIEnvironment) -> Fault | None:
        request = Request(dict(environ))
        path = f"{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}"
        if not self._requests.reads_body:
            return self._plan.take(request.method, path)
        note, writes = self._requests.note(request), self._requests.writes(request)
        environ["wsgi.input"].seek(0)
        return self._plan.take(request.method, f"{path} {note}", writes=writes)

    def _effect(self, environ: WSGIEnvironment, fault: Fault) -> Response:
        if fault.kind is FaultKind.INTERNAL_ERROR_AFTER:
            answer_of(self._app, environ)
        if fault.kind in {FaultKind.INTERNAL_ERROR, FaultKind.INTERNAL_ERROR_AFTER}:
            return self._requests.internal_error()
        if fault.kind is FaultKind.TOO_MANY_REQUESTS:
            return _with_wait(self._requests.too_many_requests(), fault)
        return _EFFECTS[fault.kind](self._app, environ, fault)


def server_error() -> Response:
    """The page of a server that fell over."""
    return Response(SERVER_ERROR_PAGE, status=500, content_type="text/html; charset=UTF-8")


def drop_connection() -> Response:
    """End the connection without a byte of an answer.

    waitress closes the socket of a task that ends with its own ``ClientDisconnected``, so the client sees the
    end of the stream where it waits for a status line. Under another server this is a plain server error.
    """
    raise ClientDisconnected


def _method_matches(wanted: str, method: str, writes: bool | None) -> bool:
    if wanted == "any":
        return True
    if wanted in {"read", "write"}:
        return (method not in READS if writes is None else writes) == (wanted == "write")
    return method == wanted.upper()


def _drop_before(_app: WSGIApplication, _environ: WSGIEnvironment, _fault: Fault) -> Response:
    return drop_connection()


def _drop_after(app: WSGIApplication, environ: WSGIEnvironment, _fault: Fault) -> Response:
    answer_of(app, environ)
    return drop_connection()


def _gateway_timeout(app: WSGIApplication, environ: WSGIEnvironment, fault: Fault) -> Response:
    run_detached(app, environ, delay=fault.seconds)
    return gateway_timeout()


def _server_error(_app: WSGIApplication, _environ: WSGIEnvironment, _fault: Fault) -> Response:
    return server_error()


def _with_wait(response: Response, fault: Fault) -> Response:
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _truncated(app: WSGIApplication, environ: WSGIEnvironment, _fault: Fault) -> Response:
    response = answer_of(app, environ)
    whole = response.get_data()
    response.set_data(whole[: len(whole) // 2])
    return response


def _login_page(_app: WSGIApplication, _environ: WSGIEnvironment, _fault: Fault) -> Response:
    return Response(LOGIN_PAGE, status=200, content_type="text/html; charset=UTF-8")


def _slow(app: WSGIApplication, environ: WSGIEnvironment, fault: Fault) -> Response:
    response = answer_of(app, environ)
    time.sleep(fault.seconds)
    return response


_EFFECTS: dict[FaultKind, Callable[[WSGIApplication, WSGIEnvironment, Fault], Response]] = {
    FaultKind.DROP_BEFORE: _drop_before,
    FaultKind.DROP_AFTER: _drop_after,
    FaultKind.GATEWAY_TIMEOUT: _gateway_timeout,
    FaultKind.SERVER_ERROR: _server_error,
    FaultKind.TRUNCATED: _truncated,
    FaultKind.LOGIN_PAGE: _login_page,
    FaultKind.SLOW: _slow,
}
