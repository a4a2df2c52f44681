"""Taking goods off a locked manifest, hundreds at once: each reference decided by itself, all written together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.engine import Connection

from fbridge.errors import FbridgeError, InputError
from fbridge.models.parts import in_parts
from fbridge.models.results import ItemResult
from fbridge.models.shipments import Manifest, ManifestHead, Shipment
from fbridge.models.states import ManifestState
from fbridge.push.decide import TAKEN_BY_STORE
from fbridge.push.ledger import raise_version, standings
from fbridge.push.wishes import hold_back
from fbridge.references import find_shipment
from fbridge.shipping.manifest_filling import refused, tell_of_manifest
from fbridge.shipping.manifest_rows import strike
from fbridge.shipping.many_references import find_labelled
from fbridge.shipping.shipment_rows import load_shipments, lock_shipments, update_shipments
from fbridge.shipping.shipment_rules import refuse_came_back, refuse_if_told
from fbridge.storage.tables import MOST_KEYS, shipments


@dataclass(frozen=True, slots=True)
class _Emptying:
    """``off`` is what comes off, by key: it grows with each reference."""

    manifest: ManifestHead
    known: Mapping[int, Shipment]
    off: dict[int, Shipment] = field(default_factory=dict)

    @property
    def words(self) -> str:
        left = self.manifest.state is ManifestState.SHIPPED
        return f"{'left behind by' if left else 'taken off'} manifest {self.manifest.number}"

    def take_off(self, ref: str, key: int | FbridgeError) -> ItemResult:
        try:
            one = self._may_come_off(key)
        except FbridgeError as error:
            return refused(ref, error)
        self.off[one.id] = one
        return ItemResult(
            ref=ref, ok=True, reason="removed", words=f"{one.label} {self.words}.", label=one.label
        )

    def _may_come_off(self, key: int | FbridgeError) -> Shipment:
        if isinstance(key, FbridgeError):
            raise key
        one = self.known[key]
        if one.id in self.off or one.manifest != self.manifest.number:
            raise InputError(
                f"{one.label} is not on manifest {self.manifest.number}.", reason="not_on_manifest"
            )
        refuse_came_back(one)
        if not _store_holds(one):
            refuse_if_told(one, f"stays on manifest {self.manifest.number}")
        return one


def take_off_manifest(
    connection: Connection, manifest: ManifestHead, refs: Sequence[str], *, at: datetime
) -> tuple[ItemResult, ...]:
    """Take shipments off a locked manifest, while nothing of them was pushed; one result a reference."""
    named = _find(connection, refs)
    keys = sorted({key for key in named.values() if isinstance(key, int)})
    lock_shipments(connection, keys)
    standings(connection, keys)
    parts = in_parts(keys, MOST_KEYS)
    found = [one for part in parts for one in load_shipments(connection, shipments.c.id.in_(part))]
    emptying = _Emptying(manifest, {one.id: one for one in found})
    results = tuple(emptying.take_off(ref, named[ref]) for ref in refs)
    _write(connection, emptying, at)
    return results


def _find(connection: Connection, refs: Sequence[str]) -> dict[str, int | FbridgeError]:
    labelled = find_labelled(connection, refs)
    found: dict[str, int | FbridgeError] = {}
    for ref in refs:
        key = labelled[ref].shipment_id if ref in labelled else None
        try:
            found[ref] = find_shipment(connection, ref) if key is None else key
        except FbridgeError as error:
            found[ref] = error
    return found


def _write(connection: Connection, emptying: _Emptying, at: datetime) -> None:
    manifest, goods = emptying.manifest, emptying.off.values()
    left = manifest.state is ManifestState.SHIPPED
    held = [one.id for one in goods if _store_holds(one)]
    ours = [one.id for one in goods if not _store_holds(one)]
    raise_version(connection, held)
    update_shipments(connection, ours, shipped_at=None)
    hold_back(connection, ours, at)
    update_shipments(connection, list(emptying.off), manifest_id=None)
    if left:
        update_shipments(connection, list(emptying.off), left_behind_at=at)
        strike(connection, manifest.id, list(emptying.off), at)
    kind = "manifest.left_behind" if left else "manifest.removed"
    tell_of_manifest(connection, manifest, kind, goods, emptying.words, at=at)


def tell_taken_off(connection: Connection, manifest: Manifest, *, at: datetime) -> None:
    """The manifest is cancelled: each of its shipments is on none now, and its own story tells that."""
    words = f"taken off manifest {manifest.number}, which was cancelled"
    tell_of_manifest(connection, manifest, "manifest.removed", manifest.shipments, words, at=at)


def _store_holds(shipment: Shipment) -> bool:
    """It was told that it left: that is not taken back, and not told again when it does leave."""
    return shipment.push is not None and shipment.push.state in TAKEN_BY_STORE
