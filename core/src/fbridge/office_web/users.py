"""Who may sign in: managers add, change and switch off; everybody has a password of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, render_template, request

from fbridge import InputError, Role
from fbridge.models.accounts import Right
from fbridge.office_web.afterwards import done, unchanged
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge
from fbridge.office_web.signing_in import wait_for_guesses

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("users", __name__)


@blueprint.get("/users")
@needs(Right.MANAGE)
def show_list() -> str:
    """All accounts."""
    return render_template("users.html", accounts=bridge().accounts.list(), roles=tuple(Role))


@blueprint.post("/users")
@needs(Right.MANAGE)
def add() -> ResponseReturnValue:
    """Make an account."""
    bridge().accounts.add(request.form.get("name", ""), _role(), _new_password())
    return done("users.show_list", "added")


@blueprint.post("/users/<name>/role")
@needs(Right.MANAGE)
def set_role(name: str) -> ResponseReturnValue:
    """Let an account do more, or less."""
    with unchanged(lambda: bridge().accounts.get(name)):
        bridge().accounts.set_role(name, _role())
    return done("users.show_list", "changed")


@blueprint.post("/users/<name>/off")
@needs(Right.MANAGE)
def switch_off(name: str) -> ResponseReturnValue:
    """Let nobody sign in with an account."""
    with unchanged(lambda: bridge().accounts.get(name)):
        bridge().accounts.switch_off(name)
    return done("users.show_list", "changed")


@blueprint.post("/users/<name>/on")
@needs(Right.MANAGE)
def switch_on(name: str) -> ResponseReturnValue:
    """Let an account sign in again."""
    with unchanged(lambda: bridge().accounts.get(name)):
        bridge().accounts.switch_on(name)
    return done("users.show_list", "changed")


@blueprint.post("/users/<name>/password")
@needs(Right.MANAGE)
def set_password(name: str) -> ResponseReturnValue:
    """Give an account another password."""
    bridge().accounts.set_password(name, _new_password())
    return done("users.show_list", "changed")


@blueprint.get("/password")
@needs(Right.READ)
def own_password() -> str:
    """The form for a password of one's own."""
    return render_template("password.html", words="")


@blueprint.post("/password")
@needs(Right.READ)
def change_own_password() -> ResponseReturnValue:
    """Whoever is signed in gives themself another password: they know the old one, and sign in anew."""
    wait = wait_for_guesses(g.account.name)
    if wait:
        return render_template("password.html", words=f"Too many tries; wait {wait} s."), 429
    try:
        bridge().accounts.change_password(g.account.name, request.form.get("old", ""), _new_password())
    except InputError as error:
        return render_template("password.html", words=str(error)), 400
    return done("signing_in.sign_in", "password")


def _role() -> Role:
    said = request.form.get("role", "")
    if said not in set(Role):
        raise InputError(f"{said!r} is no role: {', '.join(Role)}.", reason="bad_role")
    return Role(said)


def _new_password() -> str:
    """Typed twice, for nobody sees what they type."""
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        raise InputError("The two passwords are not the same; type them again.", reason="bad_password")
    return password
