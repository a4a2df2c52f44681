"""Signing in and out. Every other page asks for it, on this machine too: terminal servers have many users."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, render_template, request, url_for

from fbridge.models.accounts import Right
from fbridge.office_web.attempts import Attempts
from fbridge.office_web.guarding import refuse_foreign_form, refuse_unstorable, remember_form_token
from fbridge.office_web.rights import is_open, let_in, needs, open_to_all, refuse_wrong_role
from fbridge.office_web.shown import bridge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from fbridge.models.accounts import Account

blueprint = Blueprint("signing_in", __name__)
_SIGNED_IN, _VISITOR = "fbridge_signed_in", "fbridge_visitor"
_BY_ADDRESS, _BY_NAME, _BY_BOTH = 20, 50, 5


class _Cookies:
    """Cookies that no script reads and no other site sends; over TLS never without it."""

    def __init__(self, *, has_tls: bool) -> None:
        self._has_tls = has_tls
        self._prefix = "__Host-" if has_tls else ""

    def get(self, name: str, among: Mapping[str, str] | None = None) -> str:
        return (request.cookies if among is None else among).get(self._prefix + name, "")

    def set(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            self._prefix + name, value, httponly=True, secure=self._has_tls, samesite="Strict"
        )

    def forget(self, response: Response, name: str) -> None:
        response.delete_cookie(self._prefix + name, httponly=True, secure=self._has_tls, samesite="Strict")


def register(app: Flask, *, has_tls: bool) -> None:
    """Before each request: who is it, may they, and is the form one of ours."""
    app.extensions["cookies"] = _Cookies(has_tls=has_tls)
    app.extensions["attempts"] = Attempts()
    app.before_request(_who)
    app.teardown_request(_done)
    app.register_blueprint(blueprint)


def _who() -> ResponseReturnValue | None:
    cookies = _cookies()
    token = cookies.get(_SIGNED_IN)
    g.account = bridge().accounts.who(token) if token and request.endpoint != "static" else None
    if g.account:
        refuse_wrong_role()
        let_in()
    g.visitor = cookies.get(_VISITOR) or secrets.token_urlsafe(16)
    cookie = token if g.account else cookies.get(_VISITOR)
    refuse_foreign_form(cookie)
    refuse_unstorable()
    remember_form_token(cookie or g.visitor)
    if g.account:
        g.acting = ExitStack()
        g.acting.enter_context(bridge().acting_as(g.account.name))
    if g.account or is_open(request.endpoint):
        return None
    if "HX-Request" in request.headers:  # a part of a page: the whole browser goes to sign in
        return "", 401, {"HX-Redirect": url_for("signing_in.sign_in")}
    return redirect(url_for("signing_in.sign_in", then=request.full_path.rstrip("?")))


def _done(_error: BaseException | None) -> None:
    """The thread goes on with the request of somebody else."""
    if "acting" in g:
        g.acting.close()


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    if request.method == "GET":
        return _form() if g.account is None else redirect(url_for("day.show"))
    name, address = request.form.get("name", "").strip(), request.remote_addr or ""
    keys = f"{address} {name.lower()}", address
    limits = {keys[0]: _BY_BOTH, keys[1]: _BY_ADDRESS, f"name {name.lower()}": _BY_NAME}
    wait = _attempts().begin(limits)
    if wait:
        return _form(f"Too many tries; wait {wait} s.", status=429, wait=wait)
    token = bridge().accounts.sign_in(name, request.form.get("password", ""))
    if token is None:
        return _form("Name or password is not right.", status=403)
    _attempts().succeeded(*keys)
    response = redirect(_own_page(request.form.get("then", "")), 303)
    if old := _cookies().get(_SIGNED_IN):
        bridge().accounts.sign_out(old)
    _cookies().set(response, _SIGNED_IN, token)
    _cookies().forget(response, _VISITOR)
    return response


@blueprint.post("/sign-out")
@needs(Right.READ)
def sign_out() -> ResponseReturnValue:
    """End it here and for whoever has the cookie."""
    bridge().accounts.sign_out(_cookies().get(_SIGNED_IN))
    response = redirect(url_for("signing_in.sign_in"), 303)
    _cookies().forget(response, _SIGNED_IN)
    return response


def signed_in(app: Flask, cookies: Mapping[str, str]) -> Account | None:
    """Who sends these cookies, before their request is looked at; it is not noted that they were here."""
    token = app.extensions["cookies"].get(_SIGNED_IN, cookies)
    found: Account | None = app.extensions["bridge"].accounts.who(token, note=False) if token else None
    return found


def wait_for_guesses(name: str) -> int:
    """Count one more try at the password of whoever is signed in; else how many seconds there are to wait."""
    return _attempts().begin({f"own {name.lower()}": _BY_BOTH})


def _form(words: str = "", *, status: int = 200, wait: int = 0) -> ResponseReturnValue:
    from flask import make_response

    then = request.values.get("then", "")
    response = make_response(render_template("sign_in.html", words=words, then=then), status)
    _cookies().set(response, _VISITOR, g.visitor)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _own_page(then: str) -> str:
    """Where to go on: a page of ours, never another site."""
    is_ours = then.startswith("/") and not then.startswith("//") and "\\" not in then and then.isprintable()
    return then if is_ours else url_for("day.show")


def _cookies() -> _Cookies:
    from flask import current_app

    found: _Cookies = current_app.extensions["cookies"]
    return found


def _attempts() -> Attempts:
    from flask import current_app

    found: Attempts = current_app.extensions["attempts"]
    return found
