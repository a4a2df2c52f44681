"""The manifests: a list, and the page of one."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from fbridge import ManifestState
from fbridge.models.accounts import Right
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge

blueprint = Blueprint("manifests", __name__)
PAGE = 50


@blueprint.get("/manifests")
@needs(Right.READ)
def show_list() -> str:
    """A page of the manifests that are chosen, the newest first."""
    state = request.args.get("state", "")
    before = request.args.get("before", "")
    found = bridge().manifests.list(
        state=ManifestState(state) if state in set(ManifestState) else None,
        carrier=request.args.get("carrier") or None,
        before=int(before) if before.isdecimal() and len(before) < 10 else None,  # noqa: PLR2004
        limit=PAGE + 1,
    )
    return render_template(
        "manifests.html",
        rows=found[:PAGE],
        state=state,
        states=tuple(ManifestState),
        carriers=[one.code for one in bridge().carriers.list()],
        before=found[PAGE - 1].id if len(found) > PAGE else None,
        is_first=not before,
    )


@blueprint.get("/manifests/<number>")
@needs(Right.READ)
def show_one(number: str) -> str:
    """One manifest with what stands on it."""
    found = bridge().manifests.get(number)
    return render_template("manifest.html", manifest=found)
