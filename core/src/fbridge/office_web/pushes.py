"""The push: its plan, the question, and the job that carries out what was shown."""

from __future__ import annotations

from collections import Counter
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

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
    from werkzeug.datastructures import MultiDict

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
    asked = _asked(request.args)
    made = bridge().plan(asked.stores, manifest=asked.manifest, guards=asked.guards)
    return render_template(
        "plan.html",
        plan=made,
        parts=[_shown(store) for store in made.stores],
        stores=asked.stores,
        guards=asked.guard_words,
        does_something=_does_something(made),
        workers=_workers(),
    )


@blueprint.post("/push")
@needs(Right.PUSH)
def push() -> ResponseReturnValue:
    """Do what the plan has shown, and nothing where anything that it rests on has changed meanwhile."""
    asked = _asked(request.form)
    known = bridge().context.settings
    words = ["push", *(known.store(name).name for name in asked.stores)]
    if asked.manifest:
        words += ["--manifest", bridge().manifests.get(asked.manifest).number]
    for one in asked.guard_words:
        words += ["--guard", one]
    return begin([*words, "--only-if", request.form.get("only_if", "")])


@blueprint.post("/push/defer")
@needs(Right.PUSH)
def defer() -> ResponseReturnValue:
    """Hand what the plan has shown to the workers on other computers."""
    asked = _asked(request.form)
    made = bridge().plan(asked.stores, manifest=asked.manifest, guards=asked.guards)
    bridge().workers.defer(made, only_if=request.form.get("only_if", ""))
    return done("pushes.plan", "handed", **({"manifest": asked.manifest} if asked.manifest else {}))


class _Asked(NamedTuple):
    """Which push: of these stores (none: of all), of this manifest alone, with another value of these guards."""

    stores: list[str]
    manifest: str | None
    guards: dict[str, float]

    @property
    def guard_words(self) -> list[str]:
        return [f"{name}={plain(value)}" for name, value in self.guards.items()]


def _asked(said: MultiDict[str, str]) -> _Asked:
    """Raises InputError, RefusalError."""
    return _Asked(said.getlist("store"), said.get("manifest") or None, _guards(said.getlist("guard")))


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
