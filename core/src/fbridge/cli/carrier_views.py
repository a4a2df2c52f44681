"""How carriers, mappings and routes look to people."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

from fbridge.cli.tables import Column, Facts
from fbridge.models.platforms import CarrierCode
from fbridge.models.shipments import Carrier

if TYPE_CHECKING:
    from fbridge.shipping.carrier_likeness import Suggestion
    from fbridge.shipping.carrier_standing import CarrierStanding
    from fbridge.shipping.carriers import CoverageRow, MappingRow, RouteRow


def _with_warning(label: str, warning: str) -> str:
    return f"{label}; {warning}" if warning else label


CARRIER_COLUMNS: list[Column[Carrier]] = [
    Column("Carrier", lambda one: one.code),
    Column("Name", lambda one: one.name, wraps=True),
    Column("Customer code", lambda one: one.customer_code),
    Column("Tracking URL", lambda one: one.tracking_url, wraps=True),
]

CODE_COLUMNS: list[Column[CarrierCode]] = [
    Column("Site code", lambda code: code.code),
    Column("Shown as", lambda code: _with_warning(code.label, code.warning), wraps=True),
    Column("Tracking URL", lambda code: code.tracking_url, wraps=True),
]

MAPPING_COLUMNS: list[Column[MappingRow]] = [
    Column("Store", lambda row: row.store),
    Column("Carrier", lambda row: row.carrier),
    Column("Site code", lambda row: row.site_code),
    Column("Shown as", lambda row: _with_warning(row.site_label, row.warning), wraps=True),
]

ROUTE_COLUMNS: list[Column[RouteRow]] = [
    Column("Store", lambda row: row.store),
    Column("Shipping method", lambda row: row.shipping_method),
    Column("Goes with", lambda row: row.target),
]

SUGGESTION_COLUMNS: list[Column[Suggestion]] = [
    Column("Carrier", lambda one: one.carrier),
    Column("Site code", lambda one: one.site_code),
    Column("Shown as", lambda one: one.label, wraps=True),
    Column("Likeness", lambda one: f"{one.score:.0%}", right=True),
    Column("Sure", lambda one: "yes" if one.sure else ""),
]


def mapped_words(row: CoverageRow) -> str:
    """Whether the store can show the carrier."""
    if row.mapped is None:
        return ""
    return (row.warning or "yes") if row.mapped else "no mapping"


COVERAGE_COLUMNS: list[Column[CoverageRow]] = [
    Column("Store", lambda row: row.store),
    Column("Shipping method", lambda row: row.shipping_method),
    Column("Title", lambda row: row.title, wraps=True),
    Column("Open orders", lambda row: row.orders, right=True),
    Column("Goes with", lambda row: row.carrier or "nobody yet"),
    Column("Can be shown", mapped_words, wraps=True),
]


def coverage_step(rows: Iterable[CoverageRow]) -> str:
    """What to type next: the first gap, else on with the orders."""
    for row in rows:
        if row.carrier is None:
            return shlex.join(["fbridge", "carrier", "route", row.store, row.shipping_method, "CARRIER"])
        if row.mapped is False:
            return shlex.join(["fbridge", "carrier", "map", row.store, row.carrier, "SITE_CODE"])
    return "fbridge orders list --ready"


STANDING_COLUMNS: list[Column[CarrierStanding]] = [
    Column("Store", lambda row: row.store),
    Column("Carrier", lambda row: row.carrier),
    Column("There", lambda row: row.standing.replace("_", " ")),
    Column("Site code", lambda row: row.site_code),
    Column("Shown as", lambda row: _with_warning(row.label, row.warning), wraps=True),
]


def standing_step(rows: Iterable[CarrierStanding]) -> str:
    """What to type next: the first that its store cannot show, else on with the methods."""
    for row in rows:
        if row.standing in {"unmapped", "gone"}:
            return shlex.join(["fbridge", "carrier", "map", row.store, row.carrier, "SITE_CODE"])
    return "fbridge carrier coverage"


def carrier_facts(carrier: Carrier) -> Facts:
    """One carrier."""
    return Facts(
        [
            ("Carrier", carrier.code),
            ("Name", carrier.name),
            ("Customer code", carrier.customer_code),
            ("Depot", carrier.depot),
            ("Pick-up address", carrier.pickup),
            ("Address", carrier.address),
            ("Tracking URL", carrier.tracking_url),
        ]
    )
