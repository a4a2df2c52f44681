"""The API as a WSGI application of its own: no cookie counts here, only the token of a program."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid5

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from fbridge import ApiToken, FbridgeError, KeptAnswer, Keyed
from fbridge.jsonable import jsonable
from fbridge.office_web.api import carriers, handing_in, leaving, preparing, problems, reading, stores
from fbridge.office_web.api.asking import read_body, read_key, read_path, read_query
from fbridge.office_web.api.problems import ProblemError
from fbridge.office_web.api.routes import PREFIX, Asked, Made, Page, Route
from fbridge.office_web.attempts import Attempts
from fbridge.office_web.guarding import guard

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask.typing import ResponseReturnValue

    from fbridge import Bridge

MOST_BYTES = 1024 * 1024
"""Of one request: thousands of orders for one manifest."""
MOST_WRONG_TOKENS = 20
"""From one address, within the span of :mod:`fbridge.office_web.attempts`. A right token is taken all the same."""
DOCUMENT = "openapi.json"
ROUTES = tuple(
    chain(reading.routes, stores.routes, carriers.routes, preparing.routes, handing_in.routes, leaving.routes)
)
_log = logging.getLogger(__name__)


def create_api(
    bridge: Bridge, names: Collection[str], *, has_tls: bool, refresh: Callable[[], None]
) -> Flask:
    """The API of this office; ``refresh`` looks before each request whether the settings have changed."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES)
    guard(app, names, has_tls=has_tls)
    app.before_request(refresh)
    callers = _Callers(bridge)
    for route in ROUTES:
        name = f"{route.act.__module__}.{route.act.__name__}"
        app.add_url_rule(
            route.path,
            name,
            _view(bridge, callers, route),
            methods=[route.method],
            provide_automatic_options=False,
        )
    app.add_url_rule(f"/{DOCUMENT}", "document", _document)
    app.register_error_handler(ProblemError, problems.of_refusal)
    app.register_error_handler(FbridgeError, problems.of_error)
    app.register_error_handler(HTTPException, problems.of_http)
    app.register_error_handler(Exception, _bug)
    return app


def token_in(header: str) -> str:
    """The token that this ``Authorization`` carries; "" for none."""
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _token() -> str:
    return token_in(request.headers.get("Authorization", ""))


class _Callers:
    """Who asks."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._attempts = Attempts()

    def caller(self) -> ApiToken:
        """Whose token the request carries. Raises ProblemError."""
        token = _token()
        if token and (found := self._bridge.api_tokens.who(token)):
            return found
        address = request.remote_addr or ""
        if token and (wait := self._attempts.begin({address: MOST_WRONG_TOKENS})):
            raise ProblemError(
                f"Too many wrong tokens; wait {wait} s.",
                reason="too_many_tries",
                status=429,
                Retry_After=str(wait),
            )
        raise ProblemError(
            "Send a token that is made with fbridge office token add NAME, in this header alone: "
            "Authorization: Bearer TOKEN",
            reason="no_token",
            status=401,
            WWW_Authenticate="Bearer",
        )


def _view(bridge: Bridge, callers: _Callers, route: Route) -> Callable[..., ResponseReturnValue]:
    def view(**path: str) -> ResponseReturnValue:
        asked = Asked(token=callers.caller(), path=read_path(path))
        asked.refuse_without(route.scope)
        asked = replace(asked, query=read_query(route.query()))
        with bridge.acting_as(asked.token.signature):
            if route.body is None:
                return _response(_answer(route, route.act(bridge, asked)))
            return _response(_written(bridge, route, asked))

    return view


def _written(bridge: Bridge, route: Route, asked: Asked) -> KeptAnswer:
    """An act, done once for its key."""
    key = read_key()
    assert route.body is not None  # noqa: S101 - only acts come here
    said, body = read_body(route.body())
    # With the token, which the database does not have, nobody finds out by guessing which keys of a store were sent.
    told = f"{_token()}\n{route.method} {request.path}\n{said}"
    keyed = Keyed(token=asked.token.name, key=key, request=told)
    job_id = uuid5(NAMESPACE_URL, f"fbridge:{asked.token.created_at}:{keyed.token}:{key}").hex
    whole = replace(asked, body=body, job_id=job_id)
    once = bridge.kept_answers.at_the_end if route.in_parts else bridge.kept_answers.in_one_unit
    answer = once(keyed, lambda: _answer(route, route.act(bridge, whole)))
    bridge.listeners.tell_soon()
    return answer


def _answer(route: Route, done: object) -> KeptAnswer:
    place = PREFIX + quote(done.place) if isinstance(done, Made) else ""
    if isinstance(done, Made):
        done = done.what
    elif isinstance(done, Page):
        done = {"items": done.items, "next": _next(done)}
    return KeptAnswer(status=route.status, body=json.dumps(jsonable(done), ensure_ascii=False), place=place)


def _next(page: Page) -> str | None:
    """The path of the next part: what was asked for, from another place on."""
    if page.following is None:
        return None
    said = request.args.to_dict(flat=True) | {name: str(one) for name, one in page.following.items()}
    return f"{PREFIX}{request.path}?{urlencode(said)}"


def _response(answer: KeptAnswer) -> Response:
    response = Response(answer.body, answer.status, content_type="application/json")
    if answer.place:
        response.headers["Location"] = answer.place
    return response


def _document() -> Response:
    """What there is, for programs that make clients: it needs no token, and tells nothing of this office."""
    text = (files(__package__ or "") / DOCUMENT).read_text("utf-8")
    return Response(text, content_type="application/json")


def _bug(error: Exception) -> Response:
    _log.error("a request of the API failed: %s %s", request.method, request.path, exc_info=error)
    return problems.of_bug()
