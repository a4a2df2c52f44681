"""A shipment of some goods of an order, made by hand on the order's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from fbridge import InputError
from fbridge.models.accounts import Right
from fbridge.office_web.afterwards import unchanged
from fbridge.office_web.read_fields import amount, count, grams
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from fbridge import OrderDetail

blueprint = Blueprint("shipment_making", __name__)
_QUANTITY = "quantity-"


@blueprint.app_template_global()
def free_pieces(order: OrderDetail) -> list[tuple[str, int]]:
    """What of an order is left to ship, which whoever types quantities has before them."""
    return [(one.line.id, one.free) for one in order.lines]


@blueprint.post("/order/ship")
@needs(Right.PREPARE)
def make() -> ResponseReturnValue:
    """Make a shipment of the quantities that were typed, and put it on a manifest where one is chosen."""
    form = request.form
    items = {
        name.removeprefix(_QUANTITY): quantity
        for name, text in form.items()
        if name.startswith(_QUANTITY) and (quantity := count(text))
    }
    if not items:
        raise InputError("Say how many pieces of which goods leave.", reason="no_items")
    ref = form.get("of", "")
    with unchanged(lambda: free_pieces(bridge().orders.get(ref))):  # the same sent twice makes one
        made = bridge().shipments.create(
            ref,
            items=items,
            carrier=form.get("carrier") or None,
            manifest=form.get("target") or None,
            parcels=count(form.get("parcels", "")),
            weight_grams=grams(form.get("weight", "")),
            cod=amount(form.get("cod", "")),
            no_cod=form.get("no_cod") == "yes",
            allow_unpaid=form.get("allow_unpaid") == "yes",
            allow_marked=form.get("allow_marked") == "yes",
        )
    return redirect(url_for("shipments.show", label=made.label, done="added"), 303)
