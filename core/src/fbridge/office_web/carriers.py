"""The carriers: what the stores call them, who takes the orders, and whether a tracking page is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, render_template, request

from fbridge import CarrierStanding, NotFoundError
from fbridge.models.accounts import Right
from fbridge.office_web.afterwards import done, unchanged
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge, web_page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("carriers", __name__)
_FACTS = ("name", "tracking_url", "customer_code", "depot", "pickup", "address")
_NOBODY = ("pickup", "none")
Row = TypeVar("Row")


@blueprint.get("/carriers")
@needs(Right.READ)
def show_list() -> str:
    """Our carriers, and for each store which orders go with whom."""
    return render_template(
        "carriers.html",
        carriers=bridge().carriers.list(),
        coverage=bridge().carriers.coverage(),
        stores=sorted(bridge().context.settings.stores),
    )


@blueprint.post("/carriers")
@needs(Right.MANAGE)
def add() -> ResponseReturnValue:
    """Add a carrier; of usual ones name and page are known."""
    said = _facts()
    made = bridge().carriers.add(request.form.get("code", ""), said.pop("name", ""), **said)
    return done("carriers.show_one", "added", code=made.code)


@blueprint.get("/carriers/<code>")
@needs(Right.READ)
def show_one(code: str) -> str:
    """One carrier, and the tracking page of a number to try."""
    one = bridge().carriers.get(code)
    number, postcode = request.args.get("number", "")[:100].strip(), request.args.get("postcode", "")[:20]
    page = web_page(one.url_for(number, postcode=postcode, reference="S1")) if number else ""
    return render_template("carrier.html", carrier=one, number=number, page=page)


@blueprint.post("/carriers/<code>")
@needs(Right.MANAGE)
def change(code: str) -> ResponseReturnValue:
    """Change what is known of a carrier."""
    with unchanged(lambda: bridge().carriers.get(code)):
        bridge().carriers.change(code, **_facts())
    return done("carriers.show_one", "changed", code=code)


@blueprint.get("/carriers/on/<store>")
@needs(Right.READ)
def show_store(store: str) -> str:
    """One store: what it calls each carrier, what is likely meant, and who takes its orders."""
    name = bridge().context.settings.store(store).name
    carriers = bridge().carriers
    listed = carriers.listed(name)
    coverage, routes = _if_known(carriers.coverage, name), _if_known(carriers.routes, name)
    in_use = {row.shipping_method for row in coverage}
    return render_template(
        "carriers_on_store.html",
        store=name,
        codes=listed.codes if listed else (),
        takes_others=listed.open if listed else True,
        was_asked=listed is not None,
        standings=_if_known(carriers.standings, name),
        suggested={one.carrier: one for one in carriers.suggest(name)} if listed and listed.codes else {},
        methods=[*coverage, *(row for row in routes if row.shipping_method not in in_use)],
        routes={row.shipping_method: row.target for row in routes},
        targets=[*(one.code for one in carriers.list()), *_NOBODY],
    )


@blueprint.post("/carriers/on/<store>/map")
@needs(Right.PREPARE)
def map_carrier(store: str) -> ResponseReturnValue:
    """Say what a store calls a carrier; with an empty field, that nothing is said any more."""
    carrier, site_code = request.form.get("carrier", ""), request.form.get("site_code", "").strip()
    if site_code:
        bridge().carriers.codes(store)  # may ask the store, which takes its time: nobody waits for that
    with unchanged(lambda: _standing(store, carrier)):
        if site_code:
            bridge().carriers.map(store, carrier, site_code)
        else:
            bridge().carriers.unmap(store, carrier)
    return done("carriers.show_store", "changed", store=store)


@blueprint.post("/carriers/on/<store>/sure")
@needs(Right.PREPARE)
def accept_sure(store: str) -> ResponseReturnValue:
    """Map what is sure of the suggestions."""
    bridge().carriers.accept_suggestions(store)
    return done("carriers.show_store", "changed", store=store)


@blueprint.post("/carriers/on/<store>/codes")
@needs(Right.PREPARE)
def ask_store(store: str) -> ResponseReturnValue:
    """Ask the store what it calls its carriers."""
    bridge().carriers.codes(store, refresh=True)
    return done("carriers.show_store", "asked", store=store)


@blueprint.post("/carriers/on/<store>/route")
@needs(Right.PREPARE)
def route(store: str) -> ResponseReturnValue:
    """Say who takes the orders of a shipping method."""
    method, target = request.form.get("method", ""), request.form.get("target", "")
    with unchanged(lambda: (method, _route(store, method))):
        if target:
            bridge().carriers.route(store, method, target)
        else:
            bridge().carriers.unroute(store, method)
    return done("carriers.show_store", "changed", store=store, _anchor="methods")


def _facts() -> dict[str, str]:
    return {name: request.form[name].strip()[:500] for name in _FACTS if name in request.form}


def _if_known(ask: Callable[[str], tuple[Row, ...]], store: str) -> tuple[Row, ...]:
    """The database knows a store once anything was done with it."""
    try:
        return ask(store)
    except NotFoundError:
        return ()


def _standing(store: str, carrier: str) -> CarrierStanding | None:
    return next((one for one in bridge().carriers.standings(store) if one.carrier == carrier), None)


def _route(store: str, method: str) -> str:
    rows = bridge().carriers.routes(store)
    return next((row.target for row in rows if row.shipping_method == method), "")
