"""What docs/json.md lists of ``fbridge events``: every kind in the source, and when it is told."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path

from fbridge.models.drift import Finding
from fbridge.models.states import MailEffect, PushState, ReturnOutcome

CORE = Path(__file__).resolve().parents[1] / "core" / "src" / "fbridge"
_LOOKED_AT = ("accounts", "history", "jobs", "orders", "push", "shipping", "storage/events.py", "stores")
_KIND = re.compile(
    r"(account|database|job|order|shipment|manifest|push|mail|return|carrier|store|token|tracking|verify)\.([a-z_]+|…)"
)
_OF_A_KIND: Mapping[str, type[Enum]] = {
    "push": PushState,
    "mail": MailEffect,
    "return": ReturnOutcome,
    "verify": Finding,
}
"""What stands behind the point where the code puts it together."""

MEANINGS = {
    "account.added": "Somebody may use the page of the office.",
    "account.off": "An account was switched off: nobody signs in with it.",
    "account.on": "An account was switched on again.",
    "account.password": "An account has another password.",
    "account.removed": "Somebody may not use the page of the office any more.",
    "account.role": "An account may do more, or less.",
    "carrier.added": "A carrier was added.",
    "carrier.changed": "What is known of a carrier was changed.",
    "carrier.mapped": "A carrier got the code that a store calls it by.",
    "carrier.removed": "A carrier was removed.",
    "carrier.routed": "The orders of a shipping method go with a carrier from now on.",
    "carrier.unmapped": "A store's code of a carrier was forgotten.",
    "carrier.unrouted": "A shipping method has no carrier of its own any more.",
    "job.asked": "Somebody asked for long work, on the page or by the API.",
    "job.died": "The process of such work ended without an answer.",
    "database.restored": "The database was put back from a backup, or begun anew; what was told may come again.",
    "mail.missing": "A mail that the plan promised did not leave, or may not have.",
    "mail.not_sent": "The mail was asked for once more, and did not leave.",
    "mail.sent": "The mail has left, as the store was asked for it or was seen to show it.",
    "mail.settled": "Somebody has told the customer otherwise.",
    "mail.unconfirmed": "The mail was asked for once more, and no answer came.",
    "mail.unknowable": "The mail was asked for once more, and the store leaves no trace of it.",
    "manifest.added": "A shipment was put on a manifest.",
    "manifest.cancelled": "A manifest was cancelled.",
    "manifest.exported": "The courier's program was told of a manifest.",
    "manifest.left_behind": "A shipment stayed in the house when its manifest left.",
    "manifest.left_out": "A shipment was left out of a manifest as it left, for something was wrong with its order.",
    "manifest.opened": "A manifest was opened.",
    "manifest.printed": "A manifest was printed.",
    "manifest.removed": "A shipment was taken off a manifest.",
    "manifest.reopened": "A shipped manifest is in preparation again.",
    "manifest.shipped": "The carrier has taken a manifest.",
    "order.brought_back": "An order that was set aside is read again.",
    "order.changed": "An order has changed on its store.",
    "order.deleted": "The store has deleted an order; it counts as cancelled.",
    "order.gone": "The store does not show an order that cannot be read any more.",
    "order.new": "An order was fetched for the first time.",
    "order.not_shown": "The store does not show an order that cannot be read; another look decides.",
    "order.readable": "An order can be read again.",
    "order.set_aside": "Somebody has said that nobody needs to look at an order that cannot be read.",
    "order.unreadable": "An order cannot be read, and why.",
    "return.closed": "What came back is dealt with: nothing more is sent.",
    "return.mistaken": "It did not come back after all.",
    "return.replaced": "Goods are sent in the place of what came back.",
    "return.resent": "What came back is on its way again.",
    "shipment.courier_told": "Somebody has told the courier what had changed.",
    "shipment.created": "A shipment was made.",
    "shipment.printed": "The paper of a shipment was printed.",
    "shipment.repacked": "A shipment in the house has other boxes, another weight or other cash to collect.",
    "shipment.replacement": "A shipment sends goods of an order once more.",
    "shipment.returned": "A parcel came back, or the carrier holds it.",
    "shipment.withdrawn": "A shipment was withdrawn; its goods are free.",
    "store.added": "A store was added.",
    "store.keys": "A store has other credentials.",
    "store.noise": "Something else than the store spoke in its answers.",
    "store.removed": "A store was removed from the settings, with its credentials.",
    "token.added": "A program may use the HTTP API.",
    "token.revoked": "A program may not use the HTTP API any more.",
    "tracking.set": "A shipment has other numbers, or another carrier.",
    "verify.accepted": "What the store shows otherwise may stand.",
    "verify.drifted": "The store shows a shipment otherwise than it took it.",
    "verify.not_checked": "A shipment could not be compared.",
    "verify.not_stored": "The store shows nothing of a shipment that it took.",
    "verify.verified": "The store shows a shipment as it took it, again.",
}


def table() -> str:
    """One row for each kind. Raises KeyError for one of which nothing is said here."""
    rows = [f"| `{kind}` | {_words(kind)} |" for kind in sorted(kinds())]
    return "\n".join(["| kind | what has happened |", "|---|---|", *rows])


def kinds() -> set[str]:
    """All kinds that the source tells."""
    return {kind for path in _sources() for kind in _told(ast.parse(path.read_text("utf-8")))}


def _words(kind: str) -> str:
    about, _, state = kind.partition(".")
    if about == "push":
        return f"A shipment is `{state}` towards its store ([states](states.md))."
    return MEANINGS[kind]


def _sources() -> Iterator[Path]:
    for name in _LOOKED_AT:
        place = CORE / name
        yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def _told(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        text = "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in parts)
        if found := _KIND.fullmatch(text):
            about, which = found.groups()
            named = [str(one.value) for one in _OF_A_KIND[about]] if which == "…" else [which]
            yield from (f"{about}.{one}" for one in named)
