"""Mails of the shop: which are switched on, and sending one of an order again.

Observed on WooCommerce 11.0.1. The answer says "sent" also where that mail is switched off and none leaves.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from fbridge_woocommerce.sandbox import errors
from fbridge_woocommerce.sandbox.calls import Answer, Call
from fbridge_woocommerce.sandbox.dispatch import Route
from fbridge_woocommerce.sandbox.errors import RestError
from fbridge_woocommerce.sandbox.records import OrderRecord
from fbridge_woocommerce.sandbox.rendering import Links
from fbridge_woocommerce.sandbox.state import Shop
from fbridge_woocommerce.sandbox.status_changes import MAILS, send_status_mail

INVOICE = ("customer_invoice", "Order details")
SWITCHES = frozenset(
    {
        *(kind for kind, _ in MAILS.values()),
        "customer_refunded_order",
        "customer_invoice",
        "customer_note",
        *(f"customer_fulfillment_{what}" for what in ("created", "updated", "deleted")),
    }
)
"""The kinds of mails that have a switch here; the real store has some more."""


def mail_routes(shop: Shop) -> list[Route]:
    """``/wc/v3/settings/email_KIND/enabled`` and ``/wc/v3/orders/{id}/actions``."""
    switch = "/wc/v3/settings/<group>/enabled"
    actions = "/wc/v3/orders/<int:id>/actions"
    return [
        Route(switch, ("GET",), partial(_read, shop), errors.cannot_list),
        Route(switch, ("POST", "PUT", "PATCH"), partial(_switch, shop), errors.cannot_edit),
        Route(f"{actions}/email_templates", ("GET",), partial(_templates, shop), errors.cannot_view),
        Route(f"{actions}/send_email", ("POST",), partial(_send, shop), errors.cannot_edit),
    ]


def _kind(call: Call) -> str:
    kind = str(call.in_path["group"]).removeprefix("email_")
    if kind not in SWITCHES:
        raise RestError(404, "rest_setting_setting_group_invalid", "Invalid setting group.")
    return kind


def _read(shop: Shop, call: Call) -> Answer:
    kind = _kind(call)
    group = f"{call.home}/wp-json/wc/v3/settings/email_{kind}"
    itself: dict[str, Any] = {"href": f"{group}/enabled"}
    itself["targetHints"] = {"allow": ["GET", "POST", "PUT", "PATCH"]}
    links: Links = {"self": [itself], "collection": [{"href": group}]}
    body = {
        "id": "enabled",
        "label": "Enable/Disable",
        "description": "",
        "type": "checkbox",
        "default": "yes",
        "value": "no" if kind in shop.mails_off else "yes",
        "group_id": f"email_{kind}",
    }
    return Answer(body, links=links)


def _switch(shop: Shop, call: Call) -> Answer:
    kind, value = _kind(call), call.params.get("value")
    with shop.lock:
        (shop.mails_off.add if value == "no" else shop.mails_off.discard)(kind)
    return _read(shop, call)


def _offered(record: OrderRecord) -> list[tuple[str, str]]:
    return sorted({INVOICE, *([MAILS[record.status]] if record.status in MAILS else [])})


def _templates(shop: Shop, call: Call) -> Answer:
    offered = _offered(_order(shop, call))
    return Answer([{"id": kind, "title": title, "description": ""} for kind, title in offered])


def _send(shop: Shop, call: Call) -> Answer:
    record = _order(shop, call)
    wanted = str(call.params.get("template_id") or MAILS.get(record.status, INVOICE)[0])
    title = dict(_offered(record)).get(wanted)
    if title is None:
        message = f"{wanted} is not a valid template for this order."
        raise RestError(400, "woocommerce_rest_invalid_email_template", message)
    to = shop.body(record)["billing"]["email"]
    words = f"Email template &quot;{title}&quot; sent to {to}."
    with shop.lock:
        if wanted == INVOICE[0]:
            words = f"Order details sent to {to}."
            shop.send_mail(record, *INVOICE)
        else:
            send_status_mail(shop, record)
        shop.add_note(record, words)
    return Answer({"message": words})


def _order(shop: Shop, call: Call) -> OrderRecord:
    record = shop.orders.get(call.number("id"))
    if record is None:
        raise RestError(404, "woocommerce_rest_not_found", "Order not found")
    return record
