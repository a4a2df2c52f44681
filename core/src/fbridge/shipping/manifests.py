"""Manifests: what is handed to one carrier together, gathered, shipped, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import FbridgeError, InputError
from fbridge.models.parts import in_parts
from fbridge.models.results import ItemResult
from fbridge.models.shipments import (
    Manifest,
    ManifestHead,
    ManifestPage,
    ManifestRow,
    Shipment,
    fingerprint_of,
)
from fbridge.models.states import ManifestState
from fbridge.push.ledger import raise_version, standings
from fbridge.push.wishes import hold_back
from fbridge.references import find_carrier, find_shipment, shipment_key
from fbridge.shipping.contents import Content, contents
from fbridge.shipping.manifest_emptying import take_off_manifest, tell_taken_off
from fbridge.shipping.manifest_filling import add_to_manifest, loose_shipments
from fbridge.shipping.manifest_lines import load_lines
from fbridge.shipping.manifest_prints import LastPrint, begin_print, end_print, is_printed, last_print
from fbridge.shipping.manifest_references import (
    find_manifest,
    open_manifest,
    refuse_unless_preparing,
    target_manifest,
)
from fbridge.shipping.manifest_rows import (
    list_manifests,
    load_head,
    load_manifest,
    load_page,
    lock_manifest,
    update_manifest,
)
from fbridge.shipping.manifest_scanning import Scan
from fbridge.shipping.ship import ShipResult, ship_manifest
from fbridge.shipping.shipment_rows import (
    load_shipment,
    load_shipments,
    lock_shipments,
    update_shipments,
    users_of_numbers,
)
from fbridge.shipping.shipment_rules import refuse_came_back, refuse_if_told, told
from fbridge.storage.events import record
from fbridge.storage.tables import MOST_KEYS, carriers, manifests, shipments


@dataclass(frozen=True, slots=True, kw_only=True)
class AddResult:
    """The manifest as it is now, and what became of each reference."""

    manifest: Manifest
    results: tuple[ItemResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOn:
    """As :class:`AddResult`, of a manifest that is told by its number alone."""

    number: str
    results: tuple[ItemResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A manifest as it is printed; ``told`` is what is compared later.

    ``revision`` counts the papers that tell something else; ``is_reprint``: the same was printed before.
    """

    manifest: Manifest
    told: LastPrint
    is_reprint: bool

    @property
    def revision(self) -> int:
        """Which of the manifest's papers it is."""
        return self.told.revision

    @property
    def printed_at(self) -> datetime:
        """When, aware UTC."""
        return self.told.printed_at


class Manifests:
    """The manifests of one database. What concerns several shipments reports on each; one bad stops no other."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    def new(self, carrier: str) -> Manifest:
        """Open an empty manifest. Raises NotFoundError with near matches."""
        with self._database.write() as connection:
            key = open_manifest(connection, find_carrier(connection, carrier), self._context)
            return load_manifest(connection, key)

    def list(
        self,
        *,
        state: ManifestState | None = None,
        carrier: str | None = None,
        before: int | None = None,
        limit: int | None = None,
    ) -> tuple[ManifestRow, ...]:
        """The manifests that fit, the newest first, with what stands on each in numbers; ``before``: those that are
        older than the one with this id."""
        with self._database.read() as connection:
            conditions = [] if state is None else [manifests.c.state == state]
            conditions += [] if before is None else [manifests.c.id < before]
            if carrier is not None:
                conditions.append(carriers.c.id == find_carrier(connection, carrier).id)
            return list_manifests(connection, *conditions, limit=limit)

    def get(self, ref: str) -> Manifest:
        """One manifest by number (``2026-0001``), or the one that a carrier has in preparation.

        Raises NotFoundError with near matches, InputError where a carrier has two in preparation.
        """
        with self._database.read() as connection:
            return load_manifest(connection, find_manifest(connection, ref))

    def head(self, ref: str) -> ManifestHead:
        """The same without what stands on it: at once, however much that is. Raises as :meth:`get` does."""
        with self._database.read() as connection:
            return load_head(connection, find_manifest(connection, ref))

    def page(self, ref: str, *, after: int = 0, limit: int = 100) -> ManifestPage:
        """A part of it: so many shipments after the one with this key. Raises as :meth:`get` does."""
        with self._database.read() as connection:
            return load_page(connection, find_manifest(connection, ref), after=after, limit=limit)

    def rows(self, ref: str, labels: Sequence[str]) -> tuple[Shipment, ...]:
        """Of what stands on it the shipments with these labels. Raises as :meth:`get` does."""
        keys = {key for label in labels if (key := shipment_key(label)) is not None}
        with self._database.read() as connection:
            on_it = shipments.c.manifest_id == find_manifest(connection, ref)
            return tuple(
                one
                for part in in_parts(sorted(keys), MOST_KEYS)
                for one in load_shipments(connection, on_it, shipments.c.id.in_(part))
            )

    def fingerprint(self, ref: str) -> str:
        """The :attr:`Manifest.fingerprint` alone. Raises as :meth:`get` does."""
        with self._database.read() as connection:
            key = find_manifest(connection, ref)
            return fingerprint_of(load_head(connection, key), load_lines(connection, key))

    def shipped_number(self, ref: str) -> str:
        """The number of a manifest that was shipped. Raises InputError for another, and as :meth:`get` does."""
        found = self.head(ref)
        if found.shipped_at is None:
            raise InputError(
                f"Manifest {found.number} is {found.state}; only a shipped one is pushed: "
                f"fbridge manifest ship {found.number}",
                reason="not_shipped",
            )
        return found.number

    def is_printed(self, ref: str) -> bool:
        """Whether its last paper tells just what is on it now. Raises as :meth:`get` does."""
        with self._database.read() as connection:
            return is_printed(connection, find_manifest(connection, ref))

    def begin_print(self, ref: str) -> Paper:
        """The paper of it as it is now, whose revision no other paper gets that tells something else.

        It counts as printed once :meth:`end_print` was told that it is there. Raises as :meth:`get` does.
        """
        with self._database.write() as connection:
            manifest = _locked(connection, ref)
            before = last_print(connection, manifest.id)
            told = begin_print(connection, manifest, self._context.now())
            is_reprint = before is not None and before.revision == told.revision
            return Paper(manifest=manifest, told=told, is_reprint=is_reprint)

    def contents(self, ref: str) -> tuple[Manifest, tuple[Content, ...]]:
        """A manifest with what is in each of its shipments, in its sequence. Raises as :meth:`get` does."""
        with self._database.read() as connection:
            manifest = load_manifest(connection, find_manifest(connection, ref))
            packed = [one for one in manifest.shipments if one.withdrawn_at is None]
            return manifest, tuple(contents(connection, packed).values())

    def end_print(self, paper: Paper) -> None:
        """Remember that this paper is there: what leaves later is compared with it."""
        with self._database.write() as connection:
            end_print(connection, paper.told)
            words = f"printed, revision {paper.told.revision}"
            self._record(connection, "manifest.printed", paper.manifest, words)

    def scan(self, ref: str) -> Scan:
        """Begin to scan the parcels of a manifest. Raises as :meth:`get` does."""
        with self._database.read() as connection:
            key = find_manifest(connection, ref)
            return Scan(load_head(connection, key).number, load_lines(connection, key), self._meant_elsewhere)

    def _meant_elsewhere(self, code: str) -> str:
        with self._database.read() as connection:
            key = users_of_numbers(connection, [code]).get(code)
            try:
                other = load_shipment(connection, find_shipment(connection, code) if key is None else key)
            except FbridgeError:
                return ""
        place = f"on manifest {other.manifest}" if other.manifest else "on no manifest"
        return f"it is {other.label}, {place}"

    def add(
        self, target: str, refs: Sequence[str], *, store: str | None = None, every: bool = False
    ) -> AddResult:
        """Put shipments (``S12``) and orders (``1001``, ``shop:1001``) on a manifest.

        ``target`` is a manifest's number, or a carrier's code: then its manifest in preparation is taken, or a
        new one opened. Of an order a shipment of all that remains is made, for the manifest's carrier; its
        shipments that are on no manifest come along when nothing remains. ``every``: and all shipments of the
        carrier that are on no manifest. Raises InputError and NotFoundError for the target; what is wrong with a
        reference stands in its result.
        """
        with self._database.write() as connection:
            manifest, results = self._put_on(connection, target, refs, store=store, every=every)
            return AddResult(manifest=load_manifest(connection, manifest.id), results=results)

    def put_on(
        self, target: str, refs: Sequence[str], *, store: str | None = None, every: bool = False
    ) -> PutOn:
        """As :meth:`add`, for who does not ask what else stands there: as fast on a manifest of thousands."""
        with self._database.write() as connection:
            manifest, results = self._put_on(connection, target, refs, store=store, every=every)
            return PutOn(number=manifest.number, results=results)

    def _put_on(
        self, connection: Connection, target: str, refs: Sequence[str], *, store: str | None, every: bool
    ) -> tuple[ManifestHead, tuple[ItemResult, ...]]:
        manifest = target_manifest(connection, target, self._context)
        if every:
            refs = (*refs, *loose_shipments(connection, manifest.carrier.id))
        return manifest, add_to_manifest(connection, manifest, refs, store=store, at=self._context.now())

    def fill(self, carrier: str) -> Manifest | None:
        """Put all shipments of a carrier that are on no manifest on the one in preparation, opened if there is none.

        None where the carrier has nothing in the house. Raises NotFoundError, InputError (two in preparation).
        """
        with self._database.write() as connection:
            found = find_carrier(connection, carrier)
            loose = loose_shipments(connection, found.id)
            if not loose and not list_manifests(
                connection, manifests.c.carrier_id == found.id, manifests.c.state == ManifestState.PREPARING
            ):
                return None
            manifest = target_manifest(connection, found.code, self._context)
            add_to_manifest(connection, manifest, loose, store=None, at=self._context.now())
            filled = load_manifest(connection, manifest.id)
            return filled if filled.shipments else None

    def ship(
        self,
        ref: str,
        *,
        check: bool = True,
        leave_out_bad: bool = False,
        force: Sequence[str] = (),
        as_printed: bool = True,
        at: datetime | None = None,
        only_if: str | None = None,
    ) -> ShipResult:
        """Say that the carrier has taken the parcels (``at``, aware; else now), after a last look at their orders.

        See :func:`fbridge.shipping.ship.ship_manifest`. Raises NotFoundError, InputError, UnreachableError.
        """
        return ship_manifest(
            self._context,
            self.get(ref),
            check=check,
            leave_out_bad=leave_out_bad,
            force=force,
            as_printed=as_printed,
            at=at,
            only_if=only_if,
        )

    def remove(self, ref: str, shipments: Sequence[str]) -> tuple[ItemResult, ...]:
        """Take shipments off a manifest in preparation; they stay as shipments. Raises as :meth:`get` does."""
        with self._database.write() as connection:
            manifest = lock_manifest(connection, find_manifest(connection, ref))
            refuse_unless_preparing(manifest)
            return take_off_manifest(connection, manifest, shipments, at=self._context.now())

    def leave_behind(self, ref: str, shipments: Sequence[str]) -> tuple[ItemResult, ...]:
        """Say that the carrier did not take these: also off a shipped manifest, which keeps the rows struck through.

        What a store was told of stays told; what may be on its way to it is refused.
        """
        with self._database.write() as connection:
            manifest = lock_manifest(connection, find_manifest(connection, ref))
            if manifest.state is ManifestState.CANCELLED:
                refuse_unless_preparing(manifest)
            return take_off_manifest(connection, manifest, shipments, at=self._context.now())

    def reopen(self, ref: str) -> Manifest:
        """Put a shipped manifest back into preparation. Raises InputError once a store was told of any of it."""
        with self._database.write() as connection:
            manifest = _locked(connection, ref)
            if manifest.state is not ManifestState.SHIPPED:
                raise InputError(
                    f"Manifest {manifest.number} is {manifest.state}; only a shipped one can be reopened.",
                    reason=f"manifest_{manifest.state}",
                )
            ids = [shipment.id for shipment in manifest.shipments]
            lock_shipments(connection, ids)
            standings(connection, ids)
            manifest = load_manifest(connection, manifest.id)
            _refuse_pushed(manifest)
            update_manifest(connection, manifest.id, state=ManifestState.PREPARING, shipped_at=None)
            update_shipments(connection, ids, shipped_at=None)
            hold_back(connection, ids, self._context.now())
            self._record(connection, "manifest.reopened", manifest, "reopened")
            return load_manifest(connection, manifest.id)

    def cancel(self, ref: str) -> Manifest:
        """Cancel a manifest in preparation; its shipments stay, on no manifest. Raises InputError otherwise."""
        with self._database.write() as connection:
            manifest = _locked(connection, ref)
            refuse_unless_preparing(manifest)
            ids = [one.id for one in manifest.shipments]
            update_shipments(connection, ids, manifest_id=None)
            raise_version(connection, ids)
            tell_taken_off(connection, manifest, at=self._context.now())
            update_manifest(
                connection, manifest.id, state=ManifestState.CANCELLED, cancelled_at=self._context.now()
            )
            self._record(connection, "manifest.cancelled", manifest, "cancelled")
            return load_manifest(connection, manifest.id)

    def _record(self, connection: Connection, kind: str, manifest: Manifest, words: str) -> None:
        record(
            connection,
            kind,
            f"Manifest {manifest.number} {words}.",
            at=self._context.now(),
            manifest_id=manifest.id,
        )


def _locked(connection: Connection, ref: str) -> Manifest:
    """With all that stands on it, kept from other writers until the write unit ends."""
    return load_manifest(connection, lock_manifest(connection, find_manifest(connection, ref)).id)


def _refuse_pushed(manifest: Manifest) -> None:
    for shipment in manifest.shipments:
        refuse_came_back(shipment)
        if shipment.push and shipment.push.is_unchecked:
            refuse_if_told(shipment, f"keeps manifest {manifest.number} shipped")
    gone = [shipment.label for shipment in manifest.shipments if told(shipment)]
    if gone:
        raise InputError(
            f"Manifest {manifest.number} stays shipped: {', '.join(gone)} went to a store already; what did not "
            f"leave comes off with: fbridge manifest leave-behind {manifest.number} SHIPMENT",
            reason="already_pushed",
        )
