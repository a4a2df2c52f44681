"""What of a plugin's pages and receipts can be believed: one wrong order or entry takes no good one with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fbridge.models.fulfillments import Receipt, ShipmentReceipt
from fbridge.models.orders import Order, RejectedOrder
from fbridge.models.platforms import OrderPage
from fbridge.models.storable_text import is_storable, storable
from fbridge.plugin_values import fault_in, order_fault

WRONG_VALUE = "wrong_value"
_LONGEST_KEY = 128
_PART_BY_PART = ("orders", "rejected")


def page_fault(page: object) -> str:
    """What is wrong with a page as a whole, or "". Its orders are looked at one by one: :func:`sorted_out`."""
    if not isinstance(page, OrderPage):
        return fault_in(page, OrderPage)
    wrong = next((name for name in _PART_BY_PART if not isinstance(getattr(page, name), tuple)), None)
    return fault_in(page if wrong else replace(page, orders=(), rejected=()), OrderPage)


def sorted_out(page: OrderPage, plugin: str) -> OrderPage:
    """The page, its wrong orders among the rejected ones with what is wrong (C2). ``plugin`` is its name."""
    orders = [(one, order_fault(one)) for one in page.orders]
    rejected = [(one, fault_in(one, RejectedOrder)) for one in page.rejected]
    wrong: list[tuple[object, str]] = [pair for pair in (*orders, *rejected) if pair[1]]
    if not wrong:
        return page
    reasons = [_rejected(one, f'{WRONG_VALUE}: the plugin "{plugin}" gave {words}') for one, words in wrong]
    return replace(
        page,
        orders=tuple(one for one, words in orders if not words),
        rejected=(*(one for one, words in rejected if not words), *reasons),
    )


def believable(receipt: object) -> tuple[Receipt | None, str]:
    """The receipt with those entries that can be believed, and what is wrong with the rest ("" for nothing)."""
    fault = fault_in(receipt, Receipt)
    if not isinstance(receipt, Receipt) or (fault and fault_in(replace(receipt, shipments=()), Receipt)):
        return None, fault
    shipments: Any = receipt.shipments
    if not isinstance(shipments, tuple):
        return replace(receipt, shipments=()), _of_order(receipt, fault)
    good = (one for one in shipments if not (fault and fault_in(one, ShipmentReceipt)))
    told = replace(receipt, shipments=tuple(_with_storable_words(good)))
    return told, _of_order(receipt, fault) if fault else ""


def _of_order(receipt: Receipt, fault: str) -> str:
    return f"{fault}, for order {receipt.order_id}"


def _with_storable_words(entries: Iterable[ShipmentReceipt]) -> Iterable[ShipmentReceipt]:
    """The store's own words are told as far as they can be kept."""
    return (one if is_storable(one.words) else replace(one, words=storable(one.words)) for one in entries)


def _rejected(wrong: object, reason: str) -> RejectedOrder:
    is_order = isinstance(wrong, Order | RejectedOrder)
    return RejectedOrder(
        remote_id=_name(getattr(wrong, "remote_id", None)) if is_order else "?",
        number=_name(getattr(wrong, "number", "")) if is_order else "",
        reason=reason,
    )


def _name(value: Any) -> str:
    """As much of a wrong key as tells a person, and the next read, which order is meant."""
    if isinstance(value, str):
        return value.encode("ascii", "backslashreplace").decode().replace("\x00", "")[:_LONGEST_KEY]
    return str(value) if type(value) is int and abs(value) < 10**_LONGEST_KEY else "?"
