"""Writes the table of the contract's dataclasses for ``contract.md``; cog calls it, see there."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from enum import StrEnum
from typing import Any

from fbridge.models import fulfillments, orders, platforms, states, undo

CLASSES: tuple[type[Any], ...] = (
    platforms.Platform,
    platforms.Capabilities,
    platforms.Store,
    platforms.OrderQuery,
    platforms.OrderPage,
    platforms.Hidden,
    platforms.Notice,
    orders.Order,
    orders.Doubt,
    orders.OrderLine,
    orders.Payment,
    orders.Money,
    orders.ShippingMethod,
    orders.Address,
    orders.StoreShipment,
    orders.RejectedOrder,
    fulfillments.Fulfillment,
    fulfillments.FulfillmentShipment,
    fulfillments.Item,
    fulfillments.TrackingNumber,
    fulfillments.ResolvedCarrier,
    fulfillments.Baseline,
    fulfillments.Receipt,
    fulfillments.ShipmentReceipt,
    fulfillments.Effects,
    fulfillments.StoreHolds,
    fulfillments.MailRequest,
    fulfillments.MailReceipt,
    undo.Undo,
    undo.UndoPreview,
    undo.UndoReceipt,
    fulfillments.Preview,
    platforms.CarrierCodes,
    platforms.CarrierCode,
    platforms.StoreReport,
    platforms.Finding,
    platforms.Location,
)
"""Everything that an adapter is given or gives, from the platform to the receipts."""


ENUMS: tuple[type[StrEnum], ...] = (
    states.Support,
    states.MailBehaviour,
    states.OrderStatus,
    states.PaymentKind,
    states.Delivery,
    states.Outcome,
    states.Effect,
    states.MailEffect,
    states.MadeBy,
)
"""Their words, as an adapter writes them."""


def enum_reference() -> str:
    """Each enum with its members and the words that they stand for."""
    return "\n".join(line for one in ENUMS for line in _enum(one))


def _enum(one: type[StrEnum]) -> Iterator[str]:
    members = ", ".join(f"`{member.name}` (`{member.value}`)" for member in one)
    words = " ".join(_plain(inspect.getdoc(one) or "").split())
    yield f"- `{one.__name__}`: {members}. {words}"


def dataclass_reference() -> str:
    """Each class with its meaning, its fields, their types and defaults."""
    return "\n".join(line for one in CLASSES for line in _class(one))


def _class(one: type[Any]) -> Iterator[str]:
    yield f"### {one.__name__}"
    yield ""
    yield f"`from {one.__module__} import {one.__name__}`"
    yield ""
    yield _plain(inspect.getdoc(one) or "")
    yield ""
    yield "| field | type | default |"
    yield "|---|---|---|"
    for field in fields(one):
        yield f"| `{field.name}` | `{field.type}` | {_default(field)} |".replace(" | None`", r" \| None`")
    yield ""


def _plain(text: str) -> str:
    """From the marks of docstrings to those of Markdown."""
    return re.sub(r":\w+:`~?([\w.]+)`", r"`\1`", text.replace("``", "`"))


def _default(field: Field[Any]) -> str:
    if field.default is not MISSING:
        text = str(field.default.value) if hasattr(field.default, "value") else repr(field.default)
        return f"`{text}`" if len(text) < 30 else "set"  # noqa: PLR2004 - a whole Effects() says nothing in a cell
    if field.default_factory is not MISSING:
        return "empty"
    return "required"
