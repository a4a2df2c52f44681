"""The page of the day shows some of what is not at rest, and tells of all of it what a whole report tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from fbridge.models.states import PushState
from fbridge.models.status_words import status_sentences
from fbridge.push.not_at_rest import Shown
from fbridge.push.status import read_status

STATES = ("ready", "waiting", "refused", "needs_attention", "ready", "refused")
DRIFT = {
    "finding": "drifted",
    "aspects": [],
    "words": "it is gone",
    "shown": [],
    "mendable": True,
    "print": "",
}


def get_stuck(office: Any, make: Any) -> None:
    """Of two stores some of each kind, the later ones older; two are at rest but for a mail, or for what is shown."""
    numbers = [str(at) for at in range(1001, 1009)]
    for store in ("shop", "b2b"):
        office.context.settings.stores[store] = None  # its name is enough
        office.keep(*map(make.order, numbers), store=store)
    on_it = office.manifests.add("BRT", [f"{store}:{one}" for one in numbers for store in ("shop", "b2b")])
    office.leave(on_it.manifest.number)
    for at, one in enumerate(on_it.manifest.shipments):
        since = office.context.now() - timedelta(hours=at * 7)
        if at // 2 < len(STATES):
            office.pushed(one, PushState(STATES[at // 2]), since=since)
        else:
            only = (
                {"mail_missing_since": since}
                if at // 2 == len(STATES)
                else {"drift_since": since, "drift": DRIFT}
            )
            office.pushed(one, PushState.SENT, acknowledged_revision=1, **only)


def test_some_of_it_is_shown_and_all_of_it_is_counted(office: Any, make: Any, clock: Any) -> None:
    clock.forward(days=9)
    get_stuck(office, make)
    whole = read_status(office.context)
    told = [line.what for line in whole.stores[0].lines if not line.what.startswith("open_orders")]
    assert told == ["needs_attention", "refused", "drifted", "missing_mail", "waiting", "ready"]
    for shown in (Shown(0), Shown(3), Shown(99), Shown(2, "b2b"), Shown(2, "shop", "refused")):
        part = read_status(office.context, shown)
        assert part.items == shown.of(whole.items)
        assert replace(part, items=()) == replace(whole, items=())
        assert list(status_sentences(part, str)) == list(status_sentences(whole, str))
