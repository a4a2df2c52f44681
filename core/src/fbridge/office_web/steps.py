"""From a command that somebody would type to the place on the page where the same is done."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

_OF_A_SHIPMENT = {
    ("push", "--resend"): ("resend", "Send it again"),
    ("push", "--mail-again"): ("mail_again", "Ask for its mail again"),
    ("shipment", "mailed"): ("mailed", "The customer was told otherwise"),
    ("shipment", "adopt"): ("adopt", "The store has it"),
    ("shipment", "withdraw"): ("withdraw", "Withdraw it"),
    ("verify", "--accept"): ("accept", "Let it stand as the store shows it"),
}
_LABEL = re.compile(r"S\d+")


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody does next: in words, and where. ``command`` is the same at the terminal."""

    command: str
    words: str
    url: str


def step_of(command: str) -> Step | None:
    """Where a command is done on the page; None for one that is done at the terminal alone."""
    words = shlex.split(command)[1:]
    for names, (act, said) in _OF_A_SHIPMENT.items():
        if tuple(words[:2]) == names and len(words) == 3:  # noqa: PLR2004 - and one shipment
            return Step(command, said, url_for("shipments.ask", label=words[2], act=act))
    for pattern, make in _OTHERS:
        if found := pattern.fullmatch(" ".join(words)):
            said, url = make(*found.groups())
            return Step(command, said, url)
    return None


def _push(manifest: str | None) -> tuple[str, str]:
    return "Push", url_for("pushes.plan", manifest=manifest)


def _explain(ref: str) -> tuple[str, str]:
    if _LABEL.fullmatch(ref):
        return "Look at it", url_for("shipments.show", label=ref)
    return "Look at it", url_for("orders.show_one", of=ref)


def _create(order: str) -> tuple[str, str]:
    return "Make a shipment", url_for("orders.show_one", of=order, ship="yes")


def _numbers(label: str) -> tuple[str, str]:
    return "Set its number", url_for("shipments.show", label=label, _anchor="numbers")


def _put_on(label: str) -> tuple[str, str]:
    return "Put it on a manifest", url_for("shipments.show", label=label, _anchor="manifest")


def _manifest(number: str) -> tuple[str, str]:
    return "Go to the manifest", url_for("manifests.show_one", number=number)


_OTHERS: tuple[tuple[re.Pattern[str], Callable[..., tuple[str, str]]], ...] = (
    (re.compile(r"push(?: --manifest (\S+))?"), _push),
    (re.compile(r"(?:explain|orders show) (\S+)"), _explain),
    (re.compile(r"shipment create (\S+)(?: -{2}allow-\w+)*"), _create),
    (re.compile(r"tracking set (S\d+) NUMBER"), _numbers),
    (re.compile(r"manifest add \S+ (S\d+)"), _put_on),
    (re.compile(r"manifest (?:ship|show|print|scan) (\S+)"), _manifest),
)
