"""Programs that use the HTTP API: managers give them tokens, each shown once, and take them away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from fbridge import InputError
from fbridge.models.accounts import Right
from fbridge.models.api_tokens import SCOPES
from fbridge.office_web.afterwards import done
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("tokens", __name__)


@blueprint.get("/tokens")
@needs(Right.MANAGE)
def show_list() -> str:
    """All tokens: what each is good for, and when it was last used."""
    return _page("")


@blueprint.post("/tokens")
@needs(Right.MANAGE)
def add() -> ResponseReturnValue:
    """Make a token and show it in this answer alone: no other page ever does, for no copy is kept."""
    wanted = request.form.getlist("scope")
    if not wanted or not set(wanted) <= {scope.value for scope in SCOPES}:
        raise InputError("Say what the token is good for.", reason="no_scope")
    made = bridge().api_tokens.add(request.form.get("name", "").strip(), [Right(one) for one in wanted])
    return _page(made.token)


@blueprint.post("/tokens/<name>/revoke")
@needs(Right.MANAGE)
def revoke(name: str) -> ResponseReturnValue:
    """Take a token away; the program that uses it is refused at once."""
    bridge().api_tokens.revoke(name)
    return done("tokens.show_list", "removed")


def _page(new: str) -> str:
    return render_template("tokens.html", tokens=bridge().api_tokens.list(), scopes=SCOPES, new=new)
