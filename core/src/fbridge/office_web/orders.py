"""The orders: a list of pages, and the page of one with its story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from fbridge import InputError, ManifestState, OrderFilter, OrderSort
from fbridge.models.accounts import Right
from fbridge.office_web.order_places import place_in, told_place
from fbridge.office_web.read_fields import number_in
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge

blueprint = Blueprint("orders", __name__)
PAGE = 50
_KINDS = {
    "open": "with something left to ship",
    "ready": "ready to be shipped",
    "marked": "marked, for somebody to look at",
    "cod": "cash on delivery",
    "unpaid": "not paid yet",
}
_ALL = {"all": "all orders"}


@blueprint.get("/orders")
@needs(Right.READ)
def show_list() -> str:
    """A page of the orders that are chosen: open ones unless said otherwise, the oldest first."""
    kind = request.args.get("show", "open")
    chosen = _chosen(kind)
    found = list(bridge().orders.list(chosen))
    last = found[PAGE - 1].place(chosen.sort) if len(found) > PAGE else None
    return render_template(
        "orders.html",
        rows=found[:PAGE],
        kind=kind,
        kind_words=_KINDS | _ALL,
        stores=sorted(bridge().context.settings.stores),
        next_page=told_place(last) if last else "",
        is_first="after" not in request.args,
        targets=_targets(_carriers()),
    )


@blueprint.get("/order")
@needs(Right.READ)
def show_one() -> str:
    """An order with its story; ``of`` names it as on the command line."""
    ref = request.args.get("of", "")
    order = bridge().orders.get(ref)
    story = bridge().explain(f"{order.row.store}:id={order.row.remote_id}")
    carriers = _carriers()
    return render_template(
        "order.html", order=order, row=order.row, story=story, targets=_targets(carriers), carriers=carriers
    )


def _carriers() -> list[str]:
    return [one.code for one in bridge().carriers.list()]


def _targets(carriers: Sequence[str]) -> list[tuple[str, str]]:
    """Where orders can be put: the manifests in preparation, and a new one of each carrier that has none."""
    preparing = bridge().manifests.list(state=ManifestState.PREPARING)
    found = [(one.number, f"{one.number} {one.carrier.code}") for one in preparing]
    have = {one.carrier.code for one in preparing}
    return found + [(code, code) for code in carriers if code not in have]


def _chosen(kind: str) -> OrderFilter:
    flags: dict[str, Any] = {kind: True} if kind in _KINDS else {}
    days = number_in(request.args.get("older", ""), digits=4)
    return OrderFilter(
        **flags,
        store=request.args.get("store") or None,
        carrier=request.args.get("carrier") or None,
        older_than=None if days is None else timedelta(days=days),
        text=request.args.get("text", "")[:200],
        after=_place(request.args.get("after", "")),
        limit=PAGE + 1,
        sort=OrderSort.NEWEST if kind not in _KINDS else OrderSort.OLDEST,
    )


def _place(told: str) -> tuple[datetime, int] | None:
    """As :func:`show_list` has written it into the link to the next page."""
    place = place_in(told)
    if told and place is None:
        raise InputError("This page of the list does not exist; begin with the first.", reason="bad_page")
    return place
