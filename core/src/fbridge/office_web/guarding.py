"""What keeps other sites out: names that the page answers to, where a form comes from, and headers for browsers."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import abort, g, request

from fbridge.models.storable_text import is_storable

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Flask, Response

MOST_BYTES = 64 * 1024
MOST_FORM_BYTES = 512 * 1024
"""Of a request: a form."""
MOST_FILE_BYTES = 64 * 1024 * 1024
"""Of a request that hands in a file."""
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With `no-referrer` browsers would send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
READS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


def guard(app: Flask, names: Collection[str], *, has_tls: bool) -> None:
    """Answer to these names only (another one may be a foreign site that has moved here), to forms of ours only, and
    tell browsers what a page of ours may do."""

    @app.before_request
    def _known_name() -> None:
        if urlsplit(f"//{request.host}").hostname not in names:
            abort(400)

    @app.before_request
    def _own_forms() -> None:
        origin = request.headers.get("Origin")
        own = f"{'https' if has_tls else request.scheme}://{request.host}"
        if request.method not in READS and origin not in {None, own}:
            abort(403)

    @app.after_request
    def _told(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if has_tls:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"  # names and addresses stay in no cache
        return response


def refuse_unstorable() -> None:
    """Stop what no database can be asked for, wherever it stands; PostgreSQL would call it an error of ours."""
    said = [*request.args.items(multi=True), *request.form.items(multi=True)]
    if not all(map(is_storable, (request.path, *chain.from_iterable(said)))):
        abort(400)


def form_token(cookie: str) -> str:
    """What a form of ours carries: only who can read the cookie, which no other site can, can make it."""
    return sha256(f"a form of fbridge: {cookie}".encode()).hexdigest()


def refuse_foreign_form(cookie: str) -> None:
    """Stop what changes anything and does not carry the token of this cookie."""
    given = request.form.get("form_token", "") or request.headers.get("X-Form-Token", "")
    if request.method not in READS and not (
        cookie and compare_digest(given.encode(), form_token(cookie).encode())
    ):
        abort(403)


def remember_form_token(cookie: str) -> None:
    """Templates put it into their forms."""
    g.form_token = form_token(cookie)
