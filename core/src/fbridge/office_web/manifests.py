"""The manifests: a list, and the page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from fbridge import ManifestState, OrderFilter
from fbridge.models.accounts import Right
from fbridge.office_web.afterwards import seen
from fbridge.office_web.read_fields import number_in
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from fbridge import ItemResult, Shipment

blueprint = Blueprint("manifests", __name__)
PAGE = 50
ROWS = 200
"""Of a manifest on one page; most have fewer."""


@blueprint.get("/manifests")
@needs(Right.READ)
def show_list() -> str:
    """A page of the manifests that are chosen, the newest first."""
    state = request.args.get("state", "")
    before = request.args.get("before", "")
    found = bridge().manifests.list(
        state=ManifestState(state) if state in set(ManifestState) else None,
        carrier=request.args.get("carrier") or None,
        before=number_in(before),
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
    """One manifest with what stands on it, a part at a time."""
    return page(number)


@blueprint.get("/manifests/<number>/changed")
@needs(Right.READ)
def changed(number: str) -> ResponseReturnValue:
    """Whether it is another than the one that somebody looks at, who is told so."""
    if bridge().manifests.fingerprint(number) == request.args.get("seen"):
        return "", 204
    return render_template("manifest_changed.html", number=number)


def page(number: str, results: Sequence[ItemResult] = ()) -> str:
    """The page of a manifest, with what became of an act row by row."""
    last = number_in(request.args.get("after", "")) or 0
    found = bridge().manifests.page(number, after=last, limit=ROWS)
    is_open = found.state is ManifestState.PREPARING
    ready = OrderFilter(ready=True, carrier=found.carrier.code)
    return render_template(
        "manifest.html",
        manifest=found,
        after=last,
        results=results,
        row_seen=row_seen,
        ready=bridge().orders.count(ready) if is_open else 0,
        is_printed=is_open and bridge().manifests.is_printed(found.number),
    )


def row_seen(one: Shipment) -> str:
    """What a tick of a row carries: the row, and what it was when somebody ticked it."""
    state = one.push.state if one.push else ""
    return f"{one.label}~{seen(one.manifest, one.revision, one.parcels, one.shipped_at, state)}"
