"""What is done with a manifest: opened, filled, printed, shipped, and what stays behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from fbridge import ManifestState, OrderFilter
from fbridge.errors import FbridgeError, PluginMissingError
from fbridge.installation import extra_command
from fbridge.models.accounts import Right
from fbridge.models.parts import in_parts
from fbridge.models.results import ItemResult
from fbridge.office_web.afterwards import CHANGED_MEANWHILE, alone, done, unchanged
from fbridge.office_web.jobs import begin
from fbridge.office_web.manifests import page, row_seen
from fbridge.office_web.rights import needs, refuse_without
from fbridge.office_web.shown import bridge, spoken

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from fbridge import Job
    from fbridge.office.paper.printing import Look

blueprint = Blueprint("manifest_acts", __name__)
AT_ONCE = 2_000
"""So many orders are put on a manifest by one click."""
_IN_ONE_UNIT = 100
_COPIES = 2


@blueprint.post("/manifests")
@needs(Right.PREPARE)
def new() -> ResponseReturnValue:
    """Open a manifest for a carrier, or go to the empty one that it has: a double click opens one."""
    carrier = request.form.get("carrier", "")
    with alone():
        preparing = bridge().manifests.list(state=ManifestState.PREPARING, carrier=carrier)
        empty = [one.number for one in preparing if not one.count]
        number = empty[0] if empty else bridge().manifests.new(carrier).number
    return redirect(url_for("manifests.show_one", number=number), 303)


@blueprint.post("/manifests/<number>/add")
@needs(Right.PREPARE)
def add(number: str) -> ResponseReturnValue:
    """Put the ticked orders on it, all that are ready for its carrier, or all of its shipments that are on none."""
    refs, what = request.form.getlist("ref"), request.form.get("what", "")
    if what == "ready":
        refs = ready_refs(bridge().manifests.head(number).carrier.code)
    return _added(number, refs, every=what == "loose")


@blueprint.post("/add")
@needs(Right.PREPARE)
def add_chosen() -> ResponseReturnValue:
    """Put the orders that are ticked in the list on a manifest: one in preparation, or a new one of a carrier."""
    return _added(request.form.get("target", ""), request.form.getlist("ref"))


@blueprint.post("/manifests/<number>/off")
@needs(Right.PREPARE)
def take_off(number: str) -> ResponseReturnValue:
    """Take the ticked ones off it; of a shipped one they stayed in the house."""
    with alone():
        fresh, stale = _as_they_were_seen(number, request.form.getlist("row"))
        was_shipped = bridge().manifests.head(number).shipped_at
        act = bridge().manifests.leave_behind if was_shipped else bridge().manifests.remove
        results = act(number, fresh)
    return page(number, (*results, *stale))


@blueprint.post("/manifests/<number>/ship")
@needs(Right.SHIP)
def ship(number: str) -> ResponseReturnValue:
    """Ship it, if it is as it was seen; the orders are read again on their stores, so it is a job."""
    form = request.form
    rows = form.getlist("force")
    if rows or form.get("as_it_is") or form.get("no_check"):
        refuse_without(Right.DECIDE)
    found = bridge().manifests.head(number)
    words = ["manifest", "ship", found.number, "--only-if", form.get("only_if", "")]
    words += ["--leave-out-bad"] if form.get("leave_out_bad") else []
    words += ["--not-as-printed"] if form.get("as_it_is") else []
    words += ["--no-check"] if form.get("no_check") else []
    for label in rows:
        words += ["--force", bridge().shipments.get(label).label]
    return begin(words)


@blueprint.post("/manifests/<number>/cancel")
@needs(Right.PREPARE)
def cancel(number: str) -> ResponseReturnValue:
    """Cancel it; its shipments stay, on no manifest."""
    with unchanged(lambda: bridge().manifests.fingerprint(number)):
        bridge().manifests.cancel(number)
    return done("manifests.show_one", "changed", number=number)


@blueprint.post("/manifests/<number>/reopen")
@needs(Right.SHIP)
def reopen(number: str) -> ResponseReturnValue:
    """Put it back into preparation, while no store was told."""
    with unchanged(lambda: bridge().manifests.fingerprint(number)):
        bridge().manifests.reopen(number)
    return done("manifests.show_one", "changed", number=number)


@blueprint.post("/manifests/<number>/print")
@needs(Right.PREPARE)
def print_(number: str) -> ResponseReturnValue:
    """The paper for the driver, as a PDF that the browser opens; it counts as printed."""
    look, what = _look(), request.form.get("what", "")
    from fbridge.office.paper.printing import draw_pick_list, print_manifest

    if what == "pick":
        content, _, _ = draw_pick_list(bridge(), number, form="pdf", language=look.language)
        return _pdf(content, f"pick-{number}")
    return _pdf(print_manifest(bridge(), number, form="pdf", look=look).content, f"manifest-{number}")


def _added(target: str, refs: Sequence[str], *, every: bool = False) -> str:
    """A part at a time, so that nobody else waits long for the database."""
    added = bridge().manifests.put_on(target, refs[:_IN_ONE_UNIT], every=every)
    results = list(added.results)
    for part in in_parts(refs[_IN_ONE_UNIT:], _IN_ONE_UNIT):
        try:
            results += bridge().manifests.put_on(added.number, part).results
        except FbridgeError as error:  # what was put on before stays there, and is told
            reason, words = error.reason, str(error)
            left = refs[len(results) :]
            results += [ItemResult(ref=ref, ok=False, reason=reason, words=words) for ref in left]
            break
    return page(added.number, results)


@blueprint.app_template_global()
def forced(job: Job) -> list[str]:
    """The rows that somebody has let pass already."""
    pairs = zip(job.command, job.command[1:], strict=False)
    return [value for name, value in pairs if name == "--force"]


def ready_refs(carrier: str) -> list[str]:
    """The orders that are ready and go with this carrier, oldest first."""
    rows = bridge().orders.list(OrderFilter(ready=True, carrier=carrier, limit=AT_ONCE))
    return [f"{row.store}:id={row.remote_id}" for row in rows]


def _as_they_were_seen(number: str, ticked: Sequence[str]) -> tuple[list[str], list[ItemResult]]:
    """The rows that are still as they were shown, and what is said of the others."""
    labels = [one.partition("~")[0] for one in ticked]
    now = {one.label: row_seen(one) for one in bridge().manifests.rows(number, labels)}
    fresh, stale = [], []
    for label, one in zip(labels, ticked, strict=True):
        if now.get(label) == one:
            fresh.append(label)
        else:
            stale.append(
                ItemResult(
                    ref=label, ok=False, reason="manifest_changed", words=CHANGED_MEANWHILE, label=label
                )
            )
    return fresh, stale


def _look() -> Look:
    try:
        from fbridge.office.paper.printing import Look
    except ModuleNotFoundError as error:
        raise PluginMissingError(f"Printing needs {error.name}; run: {extra_command('office')}") from error
    return Look(language=spoken().language, copies=_COPIES, bar_codes=request.form.get("bar_codes") == "yes")


def _pdf(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
