"""What an ERP is told of a shipment, field by field. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState


def goods(one: Shipment) -> str:
    """Where the goods are, whatever a store was told."""
    if one.withdrawn_at:
        return "withdrawn"
    if one.came_back:
        return "returned"
    if one.left_behind_at:
        return "left_behind"
    return "left" if one.shipped_at else "in_house"


def _document(name: str) -> Callable[[Shipment], Any]:
    return lambda one: getattr(one.document, name) if one.document else None


def _returned(name: str) -> Callable[[Shipment], Any]:
    return lambda one: getattr(one.returned, name) if one.returned else None


def _sent_at(one: Shipment) -> Any:
    rests = one.push and one.push.state in (PushState.SENT, PushState.DONE_ELSEWHERE)
    return one.push.since if one.push and rests else None


SHIPMENT_VALUES: Mapping[str, Callable[[Shipment], Any]] = {
    "document": _document("number"),
    "document_series": _document("series"),
    "document_year": _document("year"),
    "document_source": _document("source"),
    "document_date": _document("date"),
    "shipment": lambda one: one.label,
    "uuid": lambda one: one.uuid,
    "store": lambda one: one.store,
    "order": lambda one: one.order_number,
    "goods": goods,
    "state": lambda one: one.push.state if one.push else None,
    "reason": lambda one: one.push.reason if one.push else None,
    "words": lambda one: one.push.words if one.push else None,
    "carrier": lambda one: one.carrier.code,
    "carrier_name": lambda one: one.carrier.name,
    "tracking": lambda one: one.numbers,
    "parcels": lambda one: one.parcels,
    "weight_grams": lambda one: one.weight_grams,
    "cod": lambda one: one.cod.amount if one.cod else None,
    "cod_currency": lambda one: one.cod.currency if one.cod else None,
    "warehouse": lambda one: one.warehouse,
    "manifest": lambda one: one.manifest,
    "created_at": lambda one: one.created_at,
    "shipped_at": lambda one: one.shipped_at,
    "sent_at": _sent_at,
    "left_behind_at": lambda one: one.left_behind_at,
    "withdrawn_at": lambda one: one.withdrawn_at,
    "returned": _returned("kind"),
    "returned_at": _returned("came_at"),
    "returned_reason": _returned("reason"),
    "returned_outcome": _returned("outcome"),
}
