"""A summary of an evening that can be mailed: what left with each carrier, what each store was told, what is left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fbridge.cli.manifest_views import summary
from fbridge.cli.output import SCHEMA
from fbridge.cli.spoken import state_word, told
from fbridge.jsonable import jsonable
from fbridge.models.standing_words import kilograms

if TYPE_CHECKING:
    from fbridge.cli.session import Session
    from fbridge.models.orders import Money
    from fbridge.models.shipments import Manifest
    from fbridge.models.states import PushState
    from fbridge.push.status import InTheHouse, StatusReport
    from fbridge.push.status_items import StatusItem
    from fbridge.shipping.returned_goods import CameBack


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestLeft:
    """A manifest that has left in this evening: how many shipments and boxes, how heavy, and what is collected."""

    manifest: str
    carrier: str
    shipments: int
    parcels: int
    weight_grams: int
    cod_totals: tuple[Money, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EveningReport:
    """The summary for programs. ``stores``: how many shipments of this evening are in which state, store by store.

    ``schema`` is the version of its fields. ``not_at_rest``, ``in_the_house`` and ``came_back`` are as in the answer
    of ``status``.
    """

    schema: int = SCHEMA
    shipped: tuple[ManifestLeft, ...]
    stores: Mapping[str, Mapping[PushState, int]]
    not_at_rest: tuple[StatusItem, ...]
    in_the_house: InTheHouse | None
    came_back: CameBack | None


def write_report(session: Session, shipped: Sequence[str], file: Path) -> None:
    """Write it as text, or as JSON where the file is called so; ``shipped`` are the manifests of this evening."""
    from fbridge.cli.atomic_file import replaced_file

    manifests = [session.bridge.manifests.get(number) for number in shipped]
    status = session.bridge.status()
    if file.suffix.lower() == ".json":
        text = json.dumps(jsonable(_data(manifests, status)), indent=1) + "\n"
    else:
        text = "".join(f"{told(line)}\n" for line in _lines(manifests, status))
    with replaced_file(file) as out:
        out.write(text)


def _stores(manifests: Sequence[Manifest]) -> dict[str, Counter[PushState]]:
    """Where what left stands, store by store."""
    found: dict[str, Counter[PushState]] = {}
    for one in (shipment for manifest in manifests for shipment in manifest.shipments):
        if one.store and one.push:
            found.setdefault(one.store, Counter())[one.push.state] += 1
    return found


def _data(manifests: Sequence[Manifest], status: StatusReport) -> EveningReport:
    left = [
        ManifestLeft(
            manifest=one.number,
            carrier=one.carrier.code,
            shipments=len(one.shipments),
            parcels=one.parcels,
            weight_grams=one.weight_grams,
            cod_totals=one.cod_totals,
        )
        for one in manifests
    ]
    return EveningReport(
        shipped=tuple(left),
        stores=_stores(manifests),
        not_at_rest=status.items,
        in_the_house=status.in_the_house,
        came_back=status.came_back,
    )


def _lines(manifests: Sequence[Manifest], status: StatusReport) -> Iterator[str]:
    yield from (summary(one) for one in manifests)
    if not manifests:
        yield "No manifest was shipped."
    parcels, grams = sum(one.parcels for one in manifests), sum(one.weight_grams for one in manifests)
    weight = f", {kilograms(grams)}" if grams else ""
    yield f"In all: {parcels} parcels{weight}."
    for store, states in _stores(manifests).items():
        yield f"{store}: {', '.join(f'{state_word(state)} {count}' for state, count in states.items())}"
    for item in status.items:
        yield f"{item.shipment} ({item.store}, {item.order_number}): {told(item.words)}. {item.next_step}"
    if status.in_the_house:
        yield f"Left in the house: {status.in_the_house.count}."
