"""What there is, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from fbridge import (
    Bridge,
    Found,
    InputError,
    Job,
    Manifest,
    ManifestRow,
    OrderDetail,
    OrderFilter,
    OrderRow,
    PushPlan,
    Shipment,
    StatusReport,
    Story,
    WorkersReport,
)
from fbridge.models.events import FeedEvent
from fbridge.office_web.api import queries
from fbridge.office_web.api.routes import Asked, Page, Routes
from fbridge.office_web.order_places import place_in, told_place

T = TypeVar("T")
routes = Routes()


@routes.reads("/status", StatusReport)
def read_status(bridge: Bridge, _asked: Asked) -> object:
    """Everything that is not at rest, store by store."""
    return bridge.status()


@routes.lists("/orders", OrderRow, queries.OrdersQuery)
def list_orders(bridge: Bridge, asked: Asked) -> Page:
    """The orders as they were last fetched."""
    said: dict[str, Any] = dict(asked.query)
    limit, after = said.pop("limit"), said.pop("after", "")
    chosen = OrderFilter(**said, after=_place(after), limit=limit + 1)
    found = list(bridge.orders.list(chosen))
    return _part(found, limit, "after", lambda last: told_place(last.place(chosen.sort)))


@routes.reads("/orders/<ref>", OrderDetail, queries.OfStoreQuery)
def read_order(bridge: Bridge, asked: Asked) -> object:
    """One order: `1001`, `shop:1001`, or by the platform's own id `shop:id=77`."""
    return bridge.orders.get(asked.ref, asked.query.get("store"))


@routes.reads("/orders/<ref>/story", Story, queries.OfStoreQuery)
def read_story(bridge: Bridge, asked: Asked) -> object:
    """Everything that happened to an order, and what is next."""
    row = bridge.orders.get(asked.ref, asked.query.get("store")).row
    return bridge.explain(f"{row.store}:id={row.remote_id}")


@routes.lists("/shipments", Shipment, queries.ShipmentsQuery)
def list_shipments(bridge: Bridge, asked: Asked) -> Page:
    """The shipments, the oldest first."""
    said: dict[str, Any] = dict(asked.query)
    limit = said.pop("limit")
    found = bridge.shipments.list(**said, limit=limit + 1)
    return _part(found, limit, "after", lambda last: last.id)


@routes.reads("/shipments/<ref>", Shipment)
def read_shipment(bridge: Bridge, asked: Asked) -> object:
    """One shipment: `S12`, or its UUID."""
    return bridge.shipments.get(asked.ref)


@routes.reads("/shipments/<ref>/story", Story)
def read_story_of_shipment(bridge: Bridge, asked: Asked) -> object:
    """Everything that happened to a shipment and its order, and what is next."""
    return bridge.explain(bridge.shipments.get(asked.ref).label)


@routes.lists("/manifests", ManifestRow, queries.ManifestsQuery)
def list_manifests(bridge: Bridge, asked: Asked) -> Page:
    """The manifests with their totals, the newest first."""
    said: dict[str, Any] = dict(asked.query)
    limit = said.pop("limit")
    found = bridge.manifests.list(**said, limit=limit + 1)
    return _part(found, limit, "before", lambda last: last.id)


@routes.reads("/manifests/<ref>", Manifest)
def read_manifest(bridge: Bridge, asked: Asked) -> object:
    """One manifest with its shipments: `2026-0001`, or a carrier's code for the one in preparation."""
    return bridge.manifests.get(asked.ref)


@routes.lists("/events", FeedEvent, queries.EventsQuery)
def list_events(bridge: Bridge, asked: Asked) -> Page:
    """What happened, in sequence: go on from the last `id` that was read, and nothing is missed."""
    limit = asked.query["limit"]
    found = list(bridge.events(asked.query["since"], limit + 1))
    return _part(found, limit, "since", lambda last: last.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedOrder:
    """An order as it is now, and the last ``event`` that told of it: go on ``since`` there."""

    event: int
    order: OrderDetail


@routes.lists("/changed-orders", ChangedOrder, queries.ChangedQuery)
def list_changed(bridge: Bridge, asked: Asked) -> Page:
    """The orders that are new or changed on their stores since an event, each once."""
    since, limit, store = asked.query["since"], asked.query["limit"], asked.query.get("store")
    told = bridge.orders.changed(since, store=store, limit=limit + 1)
    found = [ChangedOrder(event=event, order=order) for event, order in told]
    return _part(found, limit, "since", lambda last: last.event)


@routes.lists("/find", Found, queries.FindQuery)
def find(bridge: Bridge, asked: Asked) -> Page:
    """Orders, shipments, manifests and numbers that match."""
    return Page(items=bridge.find(asked.query["text"]))


@routes.reads("/push-plan", PushPlan, queries.PlanQuery)
def read_plan(bridge: Bridge, asked: Asked) -> object:
    """What a push would do: every change and every mail, with the fingerprint for `only_if`."""
    said = asked.query
    return bridge.plan(said["store"], manifest=said.get("manifest"), limit=said.get("limit"))


@routes.reads("/workers", WorkersReport)
def read_workers(bridge: Bridge, _asked: Asked) -> object:
    """Who is at work on other computers, and what waits for them."""
    return bridge.workers.status()


@routes.lists("/jobs", Job, queries.JobsQuery)
def list_jobs(bridge: Bridge, asked: Asked) -> Page:
    """Long work, the newest first, without its answers."""
    return Page(items=bridge.jobs.list(running=asked.query["running"], limit=asked.query["limit"]))


@routes.reads("/jobs/<ref>", Job)
def read_job(bridge: Bridge, asked: Asked) -> object:
    """How far a job is; once it has ended, `answer` is what its command answers with `--json`."""
    return bridge.jobs.get(asked.ref)


def _part(found: Sequence[T], limit: int, name: str, place: Callable[[T], str | int]) -> Page:
    """A part of a list of which one more than ``limit`` was asked for: the next one begins at its last ``place``."""
    following = {name: place(found[limit - 1])} if len(found) > limit else None
    return Page(items=found[:limit], following=following)


def _place(told: str) -> tuple[datetime, int] | None:
    """As :func:`list_orders` has written it into ``next``."""
    place = place_in(told)
    if told and place is None:
        raise InputError(
            "There is no page of the list that begins there; take `next` as it was told.", reason="bad_page"
        )
    return place
