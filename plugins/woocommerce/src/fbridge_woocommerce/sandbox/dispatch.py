"""From the request to its route and back: addresses, rights, required parameters, headers, ``_fields``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, Map, Rule
from werkzeug.wrappers import Request, Response

from fbridge_woocommerce.sandbox.authentication import Authenticator
from fbridge_woocommerce.sandbox.calls import Answer, Call, read_body, read_query
from fbridge_woocommerce.sandbox.errors import RestError, missing_parameters, no_route
from fbridge_woocommerce.sandbox.response_fields import keep_fields
from fbridge_woocommerce.sandbox.settings import SandboxSettings

API = "/wp-json"
COMMON_HEADERS = {
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
    "Access-Control-Allow-Headers": (
        "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type"
    ),
}


class HexConverter(BaseConverter):
    """The id of a tracking, ``<hex:id>``."""

    regex = "[a-fA-F0-9]{1,32}"


@dataclass(frozen=True, slots=True)
class Route:
    """A handler for some methods of one address.

    ``rule`` is werkzeug's, without ``/wp-json``. ``forbidden`` is what somebody without a key gets; None
    makes the route public. ``required`` parameters and ``check`` come before the key is asked for, as in
    WordPress. ``part`` is what gives the route: without it there is none.
    """

    rule: str
    methods: tuple[str, ...]
    handler: Callable[[Call], Answer]
    forbidden: Callable[[], RestError] | None
    required: tuple[str, ...] = ()
    check: Callable[[Call], None] | None = None
    part: str = "woocommerce"


@cache
def _addresses(routes: tuple[tuple[tuple[str, ...], str], ...]) -> Map:
    """From an address to the place of its route; made once, for a store is made quicker than its map."""
    rules = [Rule(rule, methods=methods, endpoint=place) for place, (methods, rule) in enumerate(routes)]
    return Map(rules, converters={"hex": HexConverter}, strict_slashes=False, merge_slashes=False)


class Dispatcher:
    """Answers the REST requests of the store."""

    def __init__(
        self,
        routes: Iterable[Route],
        authenticator: Authenticator,
        settings: SandboxSettings,
        switched_off: Collection[str] = (),
    ) -> None:
        self._routes = list(routes)
        self._switched_off = switched_off
        self._map = _addresses(tuple((route.methods, route.rule) for route in self._routes))
        self._authenticator = authenticator
        self._settings = settings

    def answer(self, request: Request) -> Response:
        """The answer, errors included."""
        https = self._is_https(request)
        home = self._settings.home_url or f"{'https' if https else 'http'}://{request.host}"
        path, through_permalink = _rest_path(request)
        try:
            answer = self._dispatch(request, path, home, https=https, with_keys=through_permalink)
        except RestError as error:
            answer = Answer(error.body(), error.status, filtered=True)
        headers = self._headers(path, home) | dict(answer.headers)
        return _json_response(answer, headers)

    def _dispatch(self, request: Request, path: str, home: str, *, https: bool, with_keys: bool) -> Answer:
        method = _method(request)
        key = None
        if with_keys:
            key = self._authenticator.authenticate(request, https=https, home=home, method=method)
        route, in_path = self._match(path, method)
        call = Call(path, home, read_query(request), read_body(request), in_path)
        _check_parameters(route, call)
        if route.forbidden is not None and key is None:
            raise route.forbidden()
        answer = route.handler(call)
        return Answer(_shown(answer, call), answer.status, answer.headers, filtered=True)

    def _match(self, path: str, method: str) -> tuple[Route, dict[str, Any]]:
        try:
            place, in_path = self._map.bind("sandbox").match(
                path, method="GET" if method == "HEAD" else method
            )
        except (NotFound, MethodNotAllowed):
            raise no_route() from None
        if self._routes[place].part in self._switched_off:
            raise no_route()
        return self._routes[place], dict(in_path)

    def _headers(self, path: str, home: str) -> dict[str, str]:
        allowed = self._map.bind("sandbox").allowed_methods(path)
        shown = [method for method in ("GET", "POST", "PUT", "PATCH", "DELETE") if method in allowed]
        headers = COMMON_HEADERS | {"Link": f'<{home}{API}/>; rel="https://api.w.org/"'}
        return headers | ({"Allow": ", ".join(shown)} if shown else {})

    def _is_https(self, request: Request) -> bool:
        forwarded = request.headers.get("X-Forwarded-Proto", "")
        return request.scheme == "https" or (self._settings.trust_forwarded_proto and forwarded == "https")


def _rest_path(request: Request) -> tuple[str, bool]:
    """The route's path, and whether it was named by the address: keys do not count for ``?rest_route=``."""
    path = re.sub(r"/{2,}", "/", request.path)
    if path in {"/", "/index.php"} and "rest_route" in request.args:
        return request.args["rest_route"].rstrip("/") or "/", False
    if path == API or path.startswith(f"{API}/"):
        return path.removeprefix(API).rstrip("/") or "/", True
    return "/no-rest-route", False


def _method(request: Request) -> str:
    """Hosts that block PUT are served with POST and another method in a header."""
    override = request.args.get("_method") or request.headers.get("X-HTTP-Method-Override")
    return override.upper() if override and request.method == "POST" else request.method


def _check_parameters(route: Route, call: Call) -> None:
    missing = [name for name in route.required if name not in call.params]
    if missing:
        raise missing_parameters(missing)
    if route.check is not None:
        route.check(call)


def _shown(answer: Answer, call: Call) -> Any:
    body = answer.body if answer.filtered else keep_fields(answer.body, call.fields)
    return body | {"_links": answer.links} if answer.links is not None else body


def _json_response(answer: Answer, headers: dict[str, str]) -> Response:
    return Response(
        json.dumps(answer.body),
        status=answer.status,
        headers=headers,
        content_type="application/json; charset=UTF-8",
    )
