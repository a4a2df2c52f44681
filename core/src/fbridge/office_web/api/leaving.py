"""What leaves, and what stores are told of it; what a person otherwise decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fbridge import Bridge, Fulfilled, HandedOver, ItemResult, Manifest, Shipment, ShipResult
from fbridge.models.accounts import Right
from fbridge.office_web.api import bodies
from fbridge.office_web.api.routes import Asked, Made, Routes
from fbridge.office_web.read_fields import plain

routes = Routes()


def begun(bridge: Bridge, asked: Asked, *command: str) -> Made:
    """A command of ours as a job. The same request again is the same job."""
    job = bridge.jobs.start(command, asked_by=asked.token.signature, job_id=asked.job_id)
    return Made(what=job, place=f"/jobs/{job.id}")


@routes.writes("/manifests/<ref>/ship", Right.SHIP, ShipResult, bodies.ShipBody, in_parts=True)
def ship(bridge: Bridge, asked: Asked) -> ShipResult:
    """Say that the carrier has taken the parcels, after a last look at their orders.

    `shipped` tells whether it is so; else nothing was changed, and `results` say why.
    """
    said = dict(asked.body)
    if said["force"] or not said["check"] or not said["as_printed"]:
        asked.refuse_without(Right.DECIDE)
    return bridge.manifests.ship(asked.ref, **said)


@routes.writes("/manifests/<ref>/reopen", Right.SHIP, Manifest)
def reopen(bridge: Bridge, asked: Asked) -> Manifest:
    """Put a shipped manifest back into preparation, while no store was told."""
    return bridge.manifests.reopen(asked.ref)


@routes.writes("/manifests/<ref>/leave-behind", Right.SHIP, tuple[ItemResult, ...], bodies.ShipmentsBody)
def leave_behind(bridge: Bridge, asked: Asked) -> tuple[ItemResult, ...]:
    """Say that the carrier did not take these shipments."""
    return bridge.manifests.leave_behind(asked.ref, asked.body["shipments"])


@routes.writes("/fulfil", Right.SHIP, Fulfilled, bodies.FulfilBody, in_parts=True)
def fulfil(bridge: Bridge, asked: Asked) -> Fulfilled:
    """Ship goods of one order and tell its store, in one call; the same again gives the same."""
    said: dict[str, Any] = dict(asked.body)
    if said["push"]:
        asked.refuse_without(Right.PUSH)
    return bridge.fulfil(said.pop("order"), **said)


@routes.begins("/fetch", Right.PREPARE, bodies.FetchBody)
def fetch(bridge: Bridge, asked: Asked) -> Made:
    """Read from the stores what is new or changed."""
    since = asked.body.get("since")
    options = _options(since=since and since.isoformat())
    sweep = ["--audit"] if asked.body["audit"] else []
    return begun(bridge, asked, "fetch", *sweep, *options, *_stores(bridge, asked))


@routes.begins("/push", Right.PUSH, bodies.PushBody)
def push(bridge: Bridge, asked: Asked) -> Made:
    """Tell the stores what was shipped and they do not show yet, within the guards."""
    said = asked.body
    if said["guards"]:
        asked.refuse_without(Right.DECIDE)
    options = [
        *_options(manifest=_left(bridge, asked), limit=said.get("limit"), only_if=said.get("only_if")),
        *(f"--guard={name}={plain(most)}" for name, most in said["guards"].items()),
        *(["--verify"] if said["verify"] else []),
    ]
    return begun(bridge, asked, "push", "--yes", *options, *_stores(bridge, asked))


@routes.writes("/deferred-pushes", Right.PUSH, tuple[HandedOver, ...], bodies.DeferBody, in_parts=True)
def defer_push(bridge: Bridge, asked: Asked) -> tuple[HandedOver, ...]:
    """Hand what a push would do to the workers on other computers: just that, and once."""
    said: dict[str, Any] = dict(asked.body)
    only_if, stores = said.pop("only_if", None), said.pop("stores")
    if said["guards"]:
        asked.refuse_without(Right.DECIDE)
    return bridge.workers.defer(bridge.plan(stores, **said), only_if=only_if)


@routes.begins("/missing-mails", Right.PUSH, bodies.MailsBody)
def ask_for_mails(bridge: Bridge, asked: Asked) -> Made:
    """Ask the stores once for mails that did not leave; nothing else is pushed."""
    may_be_second = ["--even-if-mailed"] if asked.body["even_if_mailed"] else []
    if may_be_second:
        asked.refuse_without(Right.DECIDE)
    labels = [bridge.shipments.get(ref).label for ref in asked.body["shipments"]]
    mails = [f"--mail-again={label}" for label in labels]
    return begun(bridge, asked, "push", "--yes", *mails, *may_be_second)


@routes.begins("/verify", Right.PUSH, bodies.VerifyBody)
def verify(bridge: Bridge, asked: Asked) -> Made:
    """Compare what the stores show with what they were told; nothing is written there."""
    since = asked.body.get("since")
    options = _options(since=since and since.isoformat(), manifest=_left(bridge, asked))
    return begun(bridge, asked, "verify", *options, *_stores(bridge, asked))


@routes.begins("/shipments/<ref>/take-back", Right.DECIDE, bodies.TakeBackBody)
def take_back(bridge: Bridge, asked: Asked) -> Made:
    """Take a shipment back from its store, as far as the store allows, and withdraw it."""
    options = _options(status=asked.body.get("status"))
    label = bridge.shipments.get(asked.ref).label
    return begun(bridge, asked, "shipment", "withdraw", label, "--yes", *options)


@routes.writes("/shipments/<ref>/resend", Right.DECIDE, Shipment)
def resend(bridge: Bridge, asked: Asked) -> Shipment:
    """Decide that a shipment is sent again by the next push."""
    return bridge.resend(asked.ref)


@routes.writes("/shipments/<ref>/adopt", Right.DECIDE, Shipment)
def adopt(bridge: Bridge, asked: Asked) -> Shipment:
    """Decide that what the store shows is this shipment; nothing is sent."""
    return bridge.adopt(asked.ref)


@routes.writes("/shipments/<ref>/mailed", Right.DECIDE, Shipment)
def mailed(bridge: Bridge, asked: Asked) -> Shipment:
    """Decide that the customer was told otherwise: the mail that did not leave is not missed any more."""
    return bridge.mailed_otherwise(asked.ref)


@routes.writes("/shipments/<ref>/accept-drift", Right.DECIDE, Shipment)
def accept_drift(bridge: Bridge, asked: Asked) -> Shipment:
    """Decide that a shipment may stand as its store shows it."""
    return bridge.accept_drift(asked.ref)


def _left(bridge: Bridge, asked: Asked) -> str | None:
    """The number of the manifest that is meant. Raises InputError where it has not left, NotFoundError."""
    return bridge.manifests.shipped_number(asked.body["manifest"]) if "manifest" in asked.body else None


def _options(**said: object) -> Iterator[str]:
    """As they are typed: what has no value does not matter."""
    return (f"--{name.replace('_', '-')}={value}" for name, value in said.items() if value)


def _stores(bridge: Bridge, asked: Asked) -> Iterator[str]:
    """Stores that there are, told apart from options. Raises NotFoundError."""
    names = [bridge.stores.show(name).name for name in asked.body["stores"]]
    return iter(("--", *names) if names else ())
