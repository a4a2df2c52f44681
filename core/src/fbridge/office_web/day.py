"""The start page: what stands where, store by store, and what is being prepared."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from fbridge import ManifestState
from fbridge.models.accounts import Right
from fbridge.models.standing_words import DAY_WORDS, OPEN_ORDERS
from fbridge.models.status_words import status_sentences
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge, spoken

blueprint = Blueprint("day", __name__)
MOST_ITEMS = 100


@blueprint.get("/")
@needs(Right.READ)
def show() -> str:
    """The day; ``store`` and ``what`` choose of what is not at rest."""
    store, what = request.args.get("store", ""), request.args.get("what", "")
    report = bridge().status(most=MOST_ITEMS, store=store, what=what)
    counted = (
        line.count
        for day in report.stores
        for line in day.lines
        if store in {"", day.store} and what in {"", line.what} and line.what not in OPEN_ORDERS
    )
    return render_template(
        "day.html",
        report=report,
        items=report.items,
        more=max(0, sum(counted) - len(report.items)),
        chosen=store or what,
        at_work=bridge().jobs.list(running=True),
        preparing=bridge().manifests.list(state=ManifestState.PREPARING),
        sentences=[spoken()(line) for line in status_sentences(report, spoken())],
        kinds=DAY_WORDS,
        older={what: age.days for what, age in OPEN_ORDERS.items() if age},
    )
