"""Particulars in the column ``shipments.particulars``: what is empty is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from fbridge.models.particulars import Goods, Particulars
from fbridge.orders.rows import address_from_json, address_to_json

_ADDRESSES = ("recipient", "destination")
PERSONAL = (*_ADDRESSES, "vat_number", "tax_code", "note")
"""The fields that are forgotten with a customer's other data."""


def particulars_to_json(told: Particulars | None) -> dict[str, Any] | None:
    """The fields that are not empty; None where none is left."""
    if told is None:
        return None
    found = {one.name: getattr(told, one.name) for one in fields(told)}
    found |= {name: address_to_json(found[name]) for name in _ADDRESSES}
    found["goods"] = [{name: value for name, value in asdict(one).items() if value} for one in told.goods]
    found["departure"] = told.departure.isoformat() if told.departure else ""
    return {name: value for name, value in found.items() if value} or None


def particulars_from_json(kept: Mapping[str, Any] | None) -> Particulars | None:
    """The particulars that :func:`particulars_to_json` wrote down."""
    if kept is None:
        return None
    values = dict(kept)
    values |= {name: address_from_json(kept[name]) for name in _ADDRESSES if name in kept}
    values["goods"] = tuple(Goods(**{"article": "", **one}) for one in kept.get("goods", ()))
    if "departure" in kept:
        values["departure"] = date.fromisoformat(kept["departure"])
    return Particulars(**values)
