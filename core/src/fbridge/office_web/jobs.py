"""Long work: asked for here, done by a process of its own, looked at until it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from flask import Blueprint, g, redirect, render_template, request, url_for

from fbridge.models.accounts import Right
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

blueprint = Blueprint("jobs", __name__)


@blueprint.app_context_processor
def _new_ids() -> dict[str, object]:
    """A form that starts a job carries the job's id: sent twice, by a double click or anew, it is one job."""
    return {"new_job": lambda: uuid4().hex}


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
