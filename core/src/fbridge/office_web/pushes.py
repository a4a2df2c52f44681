"""The push: its plan, the question, and the job that carries out what was shown."""

from __future__ import annotations

from collections import Counter
from math import isfinite
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request

from fbridge.errors import ConfigError, InputError, StorageError
from fbridge.models.accounts import Right
from fbridge.office_web.afterwards import done
from fbridge.office_web.jobs import begin
from fbridge.office_web.read_fields import plain
from fbridge.office_web.rights import needs, refuse_without
from fbridge.office_web.shown import bridge

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from fbridge import PushPlan, WorkersReport

blueprint = Blueprint("pushes", __name__)
MOST_SHOWN = 100
"""So many shipments of a store are shown one by one, those first that do not simply go out."""
_GUARDS = ("most_mails", "most_pushes", "oldest_order", "most_changed")
_RANK = {"blocked": 0, "check": 1, "wait": 2, "update": 3, "send": 4}
_DOES_SOMETHING = {"send", "update", "check"}


@blueprint.get("/push")
@needs(Right.PUSH)
def plan() -> str:
    """What a push would do: of all, of some stores, or of one manifest. A manager sees it with another guard, too."""
    guards = _guards(request.args.getlist("guard"))
    stores, manifest = request.args.getlist("store"), request.args.get("manifest") or None
    made = bridge().plan(stores, manifest=manifest, guards=guards)
    return render_template(
        "plan.html",
        plan=made,
        parts=[_shown(store) for store in made.stores],
        stores=stores,
        guards=[f"{name}={plain(value)}" for name, value in guards.items()],
        does_something=_does_something(made),
        workers=_workers(),
    )


@blueprint.post("/push")
@needs(Right.PUSH)
def push() -> ResponseReturnValue:
    """Do what the plan has shown, and nothing where anything that it rests on has changed meanwhile."""
    guards = _guards(request.form.getlist("guard"))
    known = bridge().context.settings
    words = ["push", *(known.store(name).name for name in request.form.getlist("store"))]
    if manifest := request.form.get("manifest"):
        words += ["--manifest", bridge().manifests.get(manifest).number]
    for name, value in guards.items():
        words += ["--guard", f"{name}={plain(value)}"]
    return begin([*words, "--only-if", request.form.get("only_if", "")])


@blueprint.post("/push/defer")
@needs(Right.PUSH)
def defer() -> ResponseReturnValue:
    """Hand what the plan has shown to the workers on other computers."""
    guards = _guards(request.form.getlist("guard"))
    stores, manifest = request.form.getlist("store"), request.form.get("manifest") or None
    made = bridge().plan(stores, manifest=manifest, guards=guards)
    bridge().workers.defer(made, only_if=request.form.get("only_if", ""))
    return done("pushes.plan", "handed", **({"manifest": manifest} if manifest else {}))


def _workers() -> WorkersReport | None:
    """Who is at work on other computers; None where this office has not set that up."""
    try:
        return bridge().workers.status()
    except (ConfigError, StorageError):
        return None


def _guards(said: list[str]) -> dict[str, float]:
    """Another value of a guard is a manager's decision. Raises InputError, RefusalError."""
    if said:
        refuse_without(Right.DECIDE)
    found: dict[str, float] = {}
    for one in said:
        name, _, value = one.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            name = ""
        if name not in _GUARDS or not isfinite(found[name]):
            raise InputError(f"{one!r} is no guard: {', '.join(_GUARDS)}.", reason="bad_guard")
    return found


def _shown(store: Any) -> dict[str, Any]:
    """A store's part: how many of what, and the rows, the exceptions first."""
    entries = sorted(store.entries, key=lambda one: _RANK.get(str(one.action), 0))
    counts = Counter(str(one.action) for one in entries)
    return {
        "store": store,
        "let_through": [one.way.split()[-1] for one in store.stops],
        "counts": [(action, counts[action]) for action in _RANK if counts[action]],
        "entries": entries[:MOST_SHOWN],
        "more": max(0, len(entries) - MOST_SHOWN),
    }


def _does_something(made: PushPlan) -> bool:
    return any(
        str(one.action) in _DOES_SOMETHING
        for store in made.stores
        if not store.stops
        for one in store.entries
    )
