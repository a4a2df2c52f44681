"""Long work: asked for here, done by a process of its own, looked at until it is over."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flask import Blueprint, g, redirect, render_template, request, url_for

from fbridge.models.accounts import Right
from fbridge.models.states import PushState
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from fbridge import ItemResult

blueprint = Blueprint("jobs", __name__)


@blueprint.app_context_processor
def _new_ids() -> dict[str, object]:
    """A form that starts a job carries the job's id: sent twice, by a double click or anew, it is one job."""
    return {"new_job": lambda: uuid4().hex}


MOST_ROWS = 100
"""So many rows of what came of something are shown; who wants all of thousands has the lists for it."""


@blueprint.app_template_global()
def some(rows: Iterable[Mapping[str, Any] | ItemResult]) -> tuple[list[Any], int]:
    """As many of these as a page shows, and how many more there are."""
    all_of_them = list(rows)
    return all_of_them[:MOST_ROWS], max(0, len(all_of_them) - MOST_ROWS)


@blueprint.app_template_global()
def pushed_first(results: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those first that did not simply arrive."""
    return sorted(results, key=lambda one: one.get("state") == PushState.SENT)


@blueprint.app_template_global()
def counted(results: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """How many ended in which state."""
    return Counter(str(one["state"]) for one in results if one.get("state")).most_common()


def begin(command: Sequence[str]) -> ResponseReturnValue:
    """Begin this command as the job that the form names, and go to its page."""
    job = bridge().jobs.start(command, asked_by=g.account.name, job_id=request.form.get("job", ""))
    return redirect(url_for("jobs.show_one", job_id=job.id), 303)


@blueprint.post("/fetch")
@needs(Right.PREPARE)
def fetch() -> ResponseReturnValue:
    """Fetch from all stores, or from those that are ticked."""
    stores = [bridge().context.settings.store(name).name for name in request.form.getlist("store")]
    words = ("fetch", *stores)
    for job in bridge().jobs.list(running=True):
        if job.command == words:  # somebody has asked for just this, and it is at work
            return redirect(url_for("jobs.show_one", job_id=job.id), 303)
    return begin(words)


@blueprint.get("/jobs")
@needs(Right.READ)
def show_list() -> str:
    """The newest jobs."""
    return render_template("jobs.html", rows=bridge().jobs.list())


@blueprint.get("/jobs/<job_id>")
@needs(Right.READ)
def show_one(job_id: str) -> str:
    """One job: how far it is, and in the end what came of it."""
    return render_template("job.html", job=bridge().jobs.get(job_id))
