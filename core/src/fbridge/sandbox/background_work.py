"""Runs a request to its end in a thread of its own, as PHP does behind a gateway that gave up."""

from __future__ import annotations

import io
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillWorking
from threading import Thread
from typing import TYPE_CHECKING, Any

from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_input_stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GATEWAY_TIMEOUT_PAGE = (
    "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n"
    "<center><h1>504 Gateway Time-out</h1></center>\r\n<hr>"
    "<center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
)


def gateway_timeout() -> Response:
    """The page that nginx shows when the server behind it is too slow."""
    return Response(GATEWAY_TIMEOUT_PAGE, status=504, content_type="text/html")


def run_detached(app: WSGIApplication, environ: WSGIEnvironment, *, delay: float = 0) -> Future[Response]:
    """Answer the request in another thread, ``delay`` seconds from now, whatever the client does."""
    environ = detached(environ)
    future: Future[Response] = Future()

    def work() -> None:
        time.sleep(delay)
        try:
            future.set_result(answer_of(app, environ))
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the future
            future.set_exception(error)

    Thread(target=work, name="sandbox-detached", daemon=True).start()
    return future


def answer_of(app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    """Run the application and keep its whole answer."""
    body, status, headers = run_wsgi_app(app, environ, buffered=True)
    return Response(list(body), status=status, headers=headers)


def detached(environ: WSGIEnvironment) -> WSGIEnvironment:
    """A copy of the environment whose body does not depend on the connection any more."""
    body = get_input_stream(environ).read()
    copy: dict[str, Any] = {key: value for key, value in environ.items() if not key.startswith("werkzeug.")}
    return copy | {
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input_terminated": True,
    }


class GatewayTimeout:
    """Answers 504 after ``seconds`` while the application goes on with the request and commits it."""

    def __init__(self, app: WSGIApplication, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        future = run_detached(self._app, environ)
        try:
            response = future.result(timeout=self._seconds)
        except StillWorking:
            response = gateway_timeout()
        return response(environ, start_response)
