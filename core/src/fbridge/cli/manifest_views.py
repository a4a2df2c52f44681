"""How manifests look to people, and what to type next for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fbridge.cli.displayed import Words, counted
from fbridge.cli.shipment_views import telling_state
from fbridge.cli.spoken import because
from fbridge.cli.tables import Block, Column, Table
from fbridge.models.results import ItemResult
from fbridge.models.standing_words import address_words, kilograms, shipment_state_words
from fbridge.models.states import ManifestState

if TYPE_CHECKING:
    from fbridge.models.shipments import Manifest, ManifestRow, Shipment

MANIFEST_COLUMNS: list[Column[ManifestRow]] = [  # these fit 80 characters
    Column("Manifest", lambda one: one.number),
    Column("Carrier", lambda one: one.carrier.code),
    Column("State", lambda one: one.state, state=lambda one: one.state),
    Column("Shipments", lambda one: one.count, right=True),
    Column("Parcels", lambda one: one.parcels, right=True),
    Column("COD", lambda one: one.cod_totals, right=True, wraps=True),
    Column("Shipped at", lambda one: one.shipped_at, wraps=True),
]

ROW_COLUMNS: list[Column[Shipment]] = [  # these fit 80 characters
    Column("Shipment", lambda one: one.label),
    Column("Order", lambda one: one.order_number, wraps=True),
    Column("Document", lambda one: one.document.short if one.document else "", wraps=True),
    Column("Recipient", lambda one: address_words(one.recipient), wraps=True),
    Column("Parcels", lambda one: one.parcels, right=True),
    Column("Weight", lambda one: kilograms(one.weight_grams), right=True, wraps=True),
    Column("COD", lambda one: one.cod or "", right=True, wraps=True),
    Column("Numbers", lambda one: one.numbers, wraps=True),
    Column(
        "State",
        lambda one: Words(shipment_state_words(one)) if one.shipped_at else "",
        wraps=True,
        state=telling_state,
    ),
]

RESULT_COLUMNS: list[Column[ItemResult]] = [
    Column("Item", lambda result: result.ref),
    Column("Shipment", lambda result: result.label),
    Column("Result", lambda result: Words("ok" if result.ok else "not done")),
    Column("", lambda result: because(result.reason, result.words), wraps=True),
]


def summary(manifest: Manifest) -> str:
    """One line: ``Manifest 2026-0001 (BRT), preparing: 2 shipments, 3 parcels, 1.2 kg, COD 12.30 EUR``."""
    totals = [counted(len(manifest.shipments), "shipment"), counted(manifest.parcels, "parcel")]
    totals += [kilograms(manifest.weight_grams)] if manifest.weight_grams else []
    totals += [f"COD {total}" for total in manifest.cod_totals]
    return f"Manifest {manifest.number} ({manifest.carrier.code}), {manifest.state}: {', '.join(totals)}"


def manifest_blocks(manifest: Manifest) -> Iterator[Block[Any]]:
    """One manifest, as ``manifest show`` prints it."""
    yield summary(manifest)
    if manifest.shipments:
        yield Table(ROW_COLUMNS, manifest.shipments)
    if manifest.struck:
        names = [f"{one.shipment} {one.order_number}".strip() for one in manifest.struck]
        yield f"Struck through, for they did not leave: {', '.join(names)}."


def next_step(manifest: Manifest) -> str:
    """What to type next for this manifest."""
    if manifest.state is ManifestState.CANCELLED:
        return ""
    if manifest.state is ManifestState.SHIPPED:
        return f"fbridge push --manifest {manifest.number}"
    if not manifest.shipments:
        return f"fbridge manifest add {manifest.number} ORDER..."
    return f"fbridge manifest ship {manifest.number}"
