"""The page as a WSGI application: one blueprint for each noun, and what holds for every request."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Flask, g, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from fbridge.errors import (
    BusyError,
    CredentialsError,
    FbridgeError,
    InputError,
    NotFoundError,
    PluginMissingError,
    RefusedError,
    UnreachableError,
)
from fbridge.languages import LANGUAGES
from fbridge.office_web import (
    afterwards,
    carriers,
    day,
    files,
    jobs,
    manifest_acts,
    manifests,
    orders,
    pushes,
    rights,
    scans,
    shipment_making,
    shipments,
    shown,
    signing_in,
    stores,
    tokens,
    users,
)
from fbridge.office_web.api.app import create_api
from fbridge.office_web.api.routes import PREFIX
from fbridge.office_web.fresh_settings import FreshSettings
from fbridge.office_web.guarding import LOCAL_NAMES, MOST_BYTES, READS, guard
from fbridge.office_web.refusals import RefusalError
from fbridge.phrases import phrases

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from fbridge import Bridge

_PAGES = (
    day,
    orders,
    manifests,
    manifest_acts,
    scans,
    shipments,
    shipment_making,
    pushes,
    jobs,
    files,
    carriers,
    stores,
    tokens,
    users,
)
_STATUS = (
    (NotFoundError, 404),
    (PluginMissingError, 404),
    (InputError, 400),
    (CredentialsError, 502),
    (RefusedError, 502),
    (BusyError, 503),
    (UnreachableError, 503),
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """How browsers reach the page: by which names, and whether over TLS (before a proxy that speaks it)."""

    names: frozenset[str] = field(default=LOCAL_NAMES)
    has_tls: bool = False


def create_app(bridge: Bridge, site: Site | None = None) -> Flask:
    """The page of this office. ``bridge`` stays open as long as it is served."""
    site = site or Site()
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=MOST_BYTES, MAX_FORM_PARTS=100)
    app.extensions["bridge"] = bridge
    guard(app, site.names, has_tls=site.has_tls)
    refresh = FreshSettings(bridge)

    @app.before_request
    def _before() -> None:
        g.phrases = phrases(
            request.accept_languages.best_match(LANGUAGES) or bridge.context.settings.language
        )
        refresh()

    @app.after_request
    def _after(response: Response) -> Response:
        if request.method not in READS:
            bridge.listeners.tell_soon()
        return response

    shown.register(app)
    rights.register(app)
    afterwards.register(app)
    signing_in.register(app, has_tls=site.has_tls)
    for module in _PAGES:
        app.register_blueprint(module.blueprint)
    api = create_api(bridge, site.names, has_tls=site.has_tls, refresh=refresh)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {PREFIX: api})  # type: ignore[method-assign]
    app.register_error_handler(FbridgeError, _refused)
    app.register_error_handler(HTTPException, _no_page)
    app.register_error_handler(Exception, _bug)
    return app


def _refused(error: FbridgeError) -> ResponseReturnValue:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return render_template("problem.html", words=str(error), reason=error.reason), status


def _no_page(error: HTTPException) -> ResponseReturnValue:
    words = (
        error.words
        if isinstance(error, RefusalError)
        else {
            403: "This is not allowed.",
            404: "There is no such page.",
            413: shown.TOO_LARGE if g.get("account") else shown.SIGN_IN_FIRST,
        }.get(error.code or 500, "This request cannot be answered.")
    )
    return render_template("problem.html", words=words, reason=""), error.code or 500


def _bug(error: Exception) -> ResponseReturnValue:
    _log.error("a page failed: %s", request.path, exc_info=error)
    return render_template(
        "problem.html", words="This is a bug of fbridge; its log says more.", reason=""
    ), 500
