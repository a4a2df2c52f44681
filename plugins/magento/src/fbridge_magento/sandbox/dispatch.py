"""From the request to its route and back: store view, rights, body, ``fields``, JSON or XML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from fbridge_magento.sandbox.authentication import Authenticator
from fbridge_magento.sandbox.calls import Answer, Call, query_pairs, read_body, read_query
from fbridge_magento.sandbox.errors import (
    PageError,
    RestError,
    broken_page,
    maintenance,
    no_route,
    not_authorized,
    unknown_store,
)
from fbridge_magento.sandbox.field_filter import keep_fields
from fbridge_magento.sandbox.state import Shop
from fbridge_magento.sandbox.xml_output import to_xml

STORES = {"default": 1, "it": 2, "b2b_it": 3, "de": 4, "all": 0, "admin": 0}
VERSION = "Magento/2.4 (Community)"
HEADERS = {"Cache-Control": "no-store", "X-Frame-Options": "SAMEORIGIN"}
NO_STORE = frozenset({"V1", "async", "schema"})


@dataclass(frozen=True, slots=True)
class Route:
    """A handler for one method of one address. ``rule`` is werkzeug's, below ``/rest/<store>``; ``resource`` is
    the right that it needs, None makes it public.
    """

    method: str
    rule: str
    handler: Callable[[Call], Answer]
    resource: str | None


@cache
def _addresses(routes: tuple[tuple[str, str], ...]) -> Map:
    """From an address to the place of its route; made once, for a store is made quicker than its map."""
    rules = [
        Rule(f"/{rule}", methods=[method], endpoint=place, strict_slashes=False)
        for place, (method, rule) in enumerate(routes)
    ]
    return Map(rules, merge_slashes=False)


class Dispatcher:
    """Answers the requests that reach the store."""

    def __init__(self, shop: Shop, routes: Iterable[Route], authenticator: Authenticator) -> None:
        self._shop = shop
        self._authenticator = authenticator
        self._routes = list(routes)
        self._map = _addresses(tuple((route.method, route.rule) for route in self._routes))

    def answer(self, request: Request) -> Response:
        """The answer, errors included."""
        try:
            self._check_open(request)
            if request.path == "/magento_version":
                return Response(VERSION, content_type="text/html; charset=UTF-8")
            return self._rest(request, as_xml=_wants_xml(request))
        except PageError as error:
            return Response(error.page, status=error.status, content_type=error.content_type)

    def _check_open(self, request: Request) -> None:
        if self._shop.maintenance:
            raise maintenance()
        if request.path != "/magento_version" and not request.path.startswith("/rest/"):
            raise PageError(404, "<!doctype html><title>404 Not Found</title><h1>Whoops, our bad...</h1>")

    def _rest(self, request: Request, *, as_xml: bool) -> Response:
        store, path = _store_and_path(request.path)
        try:
            answer = self._dispatch(request, store, path)
        except RestError as error:
            language = "it" if store == "it" else "en"
            body = error.body(language=language, with_trace=self._shop.developer_mode)
            answer = Answer(body, error.status)
        return _response(answer, as_xml=as_xml)

    def _dispatch(self, request: Request, store: str, path: str) -> Answer:
        if store not in STORES:
            raise unknown_store()
        route, in_path = self._match(request, path)
        self._check_rights(request, route)
        query = read_query(query_pairs(request))
        body = read_body(request) if request.method in {"POST", "PUT", "DELETE"} else {}
        home = request.host_url.rstrip("/")
        answer = route.handler(Call(home, STORES[store], query, body, in_path))
        fields = query.get("fields")
        if not isinstance(fields, str) or not fields:
            return answer
        return replace(answer, body=keep_fields(answer.body, fields))

    def _match(self, request: Request, path: str) -> tuple[Route, dict[str, Any]]:
        try:
            place, in_path = self._map.bind("sandbox").match(f"/{path}", method=request.method)
        except (NotFound, MethodNotAllowed):
            raise no_route() from None
        return self._routes[place], dict(in_path)

    def _check_rights(self, request: Request, route: Route) -> None:
        integration = self._authenticator.authenticate(request)
        if route.resource is None:
            return
        if integration is None or not integration.may(route.resource):
            raise not_authorized(route.resource)


def _store_and_path(path: str) -> tuple[str, str]:
    """``/rest/it/V1/orders`` is of the store view ``it``, ``/rest/V1/orders`` of the default one."""
    rest = re.sub(r"/{2,}", "/", path).removeprefix("/rest/").rstrip("/")
    first, _, inner = rest.partition("/")
    return ("default", rest) if first in NO_STORE else (first, inner)


def _wants_xml(request: Request) -> bool:
    """Raises: PageError (500) for a client that takes neither JSON nor XML."""
    accept = request.headers.get("Accept", "*/*") or "*/*"
    for asked in accept.split(","):
        kind = asked.partition(";")[0].strip().lower()
        if kind in {"*/*", "application/*", "application/json"}:
            return False
        if kind in {"application/xml", "text/xml", "application/xhtml+xml"}:
            return True
    raise broken_page()


def _response(answer: Answer, *, as_xml: bool) -> Response:
    if as_xml:
        content, kind = to_xml(answer.body), "application/xml; charset=utf-8"
    else:
        content, kind = f"{answer.before}{json.dumps(answer.body)}".encode(), answer.kind
    return Response(content, status=answer.status, headers=HEADERS, content_type=kind)
