"""Shipments: made of orders, corrected, withdrawn (docs/architecture.md, "Words"; docs/states.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Unpack

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import BusyError, InputError
from fbridge.models.orders import Address, Money
from fbridge.models.particulars import Particulars
from fbridge.models.shipments import Carrier, Document, ManifestHead, Shipment
from fbridge.orders.storage import lock_orders
from fbridge.push.ledger import raise_version, standings
from fbridge.push.wishes import want_revision
from fbridge.references import find_carrier, find_order, find_shipment
from fbridge.shipping.manifest_references import target_manifest
from fbridge.shipping.manifest_rows import lock_manifest
from fbridge.shipping.shipment_creation import (
    Wish,
    create_for_order,
    lock_candidate,
    refuse_bad_particulars,
    refuse_used_numbers,
    routed_carrier,
)
from fbridge.shipping.shipment_listing import ChosenShipments, each_chosen
from fbridge.shipping.shipment_rows import (
    NewShipment,
    add_revision,
    insert_shipments,
    load_shipment,
    lock_shipments,
    update_shipments,
)
from fbridge.shipping.shipment_rules import (
    needs_taking_back,
    refuse_bad_amount,
    refuse_bad_recipient,
    refuse_withdrawal,
    refuse_withdrawn,
)
from fbridge.shipping.tracking_numbers import clean_numbers, parcels_for, refuse_odd
from fbridge.shipping.withdrawing import set_free
from fbridge.storage.events import record
from fbridge.storage.tables import shipments

FEWER_NUMBERS = "fewer_numbers_than_parcels"
"""The reason of a refusal: boxes would be left without a number, and nobody said that one stands for several."""


class Shipments:
    """The shipping documents of one database. Every act is one write unit: all of it or nothing."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    def create(
        self,
        order_ref: str,
        *,
        store: str | None = None,
        items: Mapping[str, int] | None = None,
        carrier: str | None = None,
        numbers: Sequence[str] = (),
        parcels: int | None = None,
        weight_grams: int | None = None,
        cod: Decimal | None = None,
        no_cod: bool = False,
        warehouse: str | None = None,
        document: Document | None = None,
        manifest: str | None = None,
        allow_unpaid: bool = False,
        allow_marked: bool = False,
        allow_shared: bool = False,
    ) -> Shipment:
        """Make a shipment of an order: the given items (line id or SKU -> quantity), else all that remains.

        The carrier is the given one, else the manifest's, else that of the order's route. ``manifest`` is a
        number or a carrier's code. The first shipment of a cash-on-delivery order carries the amount due.
        Raises InputError, NotFoundError: one sentence with the numbers, and nothing is written.
        """
        wish = Wish(
            items=items,
            numbers=tuple(numbers),
            parcels=parcels,
            weight_grams=weight_grams,
            cod=cod,
            no_cod=no_cod,
            warehouse=warehouse,
            document=document,
            allow_unpaid=allow_unpaid,
            allow_marked=allow_marked,
            allow_shared=allow_shared,
        )
        with self._database.write() as connection:
            order_id = find_order(connection, order_ref, store)
            own = find_carrier(connection, carrier) if carrier else None
            on = self._target(connection, manifest, own)
            candidate = lock_candidate(connection, order_id)
            own = own or (on.carrier if on else routed_carrier(connection, candidate))
            shipment_id = create_for_order(
                connection, candidate, wish, carrier=own, manifest=on, at=self._context.now()
            )
            return refuse_odd(load_shipment(connection, shipment_id), self._context.settings.odd_numbers)

    def create_external(
        self,
        *,
        carrier: str,
        recipient: Address,
        numbers: Sequence[str] = (),
        parcels: int | None = None,
        weight_grams: int | None = None,
        cod: Money | None = None,
        document: Document | None = None,
        warehouse: str | None = None,
        manifest: str | None = None,
        allow_shared: bool = False,
    ) -> Shipment:
        """Make a parcel of no store order: it is on the manifest, counted and printed, and never pushed.

        Raises InputError, NotFoundError as :meth:`create` does.
        """
        refuse_bad_recipient(recipient)
        with self._database.write() as connection:
            own = find_carrier(connection, carrier)
            shipment_id = self.make_external(
                connection,
                carrier=own,
                manifest=self._target(connection, manifest, own),
                recipient=recipient,
                numbers=numbers,
                parcels=parcels,
                weight_grams=weight_grams,
                cod=cod,
                document=document,
                warehouse=warehouse,
                allow_shared=allow_shared,
            )
            return refuse_odd(load_shipment(connection, shipment_id), self._context.settings.odd_numbers)

    def make_external(
        self,
        connection: Connection,
        *,
        carrier: Carrier,
        manifest: ManifestHead | None,
        recipient: Address,
        numbers: Sequence[str],
        parcels: int | None,
        weight_grams: int | None,
        cod: Money | None,
        document: Document | None,
        warehouse: str | None,
        allow_shared: bool,
        particulars: Particulars | None = None,
    ) -> int:
        """:meth:`create_external` inside a write unit, on a locked manifest; the key of the shipment."""
        if cod is not None:
            refuse_bad_amount(cod)
        new = NewShipment(
            carrier_id=carrier.id,
            parcels=parcels_for(numbers, parcels),
            numbers=clean_numbers(numbers),
            manifest_id=manifest.id if manifest else None,
            weight_grams=weight_grams,
            cod=cod,
            warehouse=warehouse,
            document=document,
            recipient=recipient,
            particulars=particulars,
        )
        refuse_bad_particulars(connection, new, allow_shared=allow_shared)
        (shipment_id,) = insert_shipments(connection, [new], self._context.now())
        words = f"S{shipment_id} made outside of any store."
        record(connection, "shipment.created", words, at=self._context.now(), shipment_id=shipment_id)
        return shipment_id

    def list(self, **chosen: Unpack[ChosenShipments]) -> tuple[Shipment, ...]:
        """The shipments that fit, oldest first; with ``limit`` the newest of them. Raises NotFoundError."""
        return tuple(self.each(**chosen))

    def each(self, **chosen: Unpack[ChosenShipments]) -> Iterator[Shipment]:
        """As :meth:`list`, however many there are: some hundred at a time. Raises NotFoundError at once."""
        return each_chosen(self._database, chosen)

    def get(self, ref: str) -> Shipment:
        """One shipment: ``S12``, its UUID, its document, or the number of an order that has just this one.

        Raises NotFoundError, InputError where several could be meant.
        """
        with self._database.read() as connection:
            return load_shipment(connection, find_shipment(connection, ref))

    def needs_taking_back(self, ref: str) -> bool:
        """Whether its store shows something of it, so that it is taken back there. Raises as :meth:`get`."""
        return needs_taking_back(self.get(ref))

    def withdraw(self, ref: str) -> Shipment:
        """Take a shipment back of which no store was told; its pieces are free again.

        Raises InputError once something was pushed, except where the store refused all of it, or shows nothing of it
        any more: from a store :meth:`fbridge.bridge.Bridge.take_back` takes it.
        """
        with self._database.write() as connection:
            shipment = _lock(connection, find_shipment(connection, ref))
            refuse_withdrawal(shipment)
            return set_free(connection, shipment, at=self._context.now())

    def set_tracking(
        self,
        ref: str,
        numbers: Sequence[str],
        *,
        carrier: str | None = None,
        parcels: int | None = None,
        allow_shared: bool = False,
    ) -> Shipment:
        """Give a shipment its numbers, late or corrected: a new revision, pushed when the shipment has left.

        Without numbers the present ones stay (then a carrier or a parcel count must be given). The same
        again changes nothing. Fewer numbers than parcels, and not just one for one, need the parcel count: it tells
        that a number stands for several boxes (``fewer_numbers_than_parcels``). Raises InputError, NotFoundError.
        """
        with self._database.write() as connection:
            key = find_shipment(connection, ref)
            self.give_numbers(
                connection, key, numbers, carrier=carrier, parcels=parcels, allow_shared=allow_shared
            )
            return load_shipment(connection, key)

    def give_numbers(
        self,
        connection: Connection,
        shipment_id: int,
        numbers: Sequence[str],
        *,
        carrier: str | None,
        parcels: int | None,
        allow_shared: bool,
    ) -> None:
        """:meth:`set_tracking` inside a write unit."""
        shipment = _lock(connection, shipment_id)
        own = find_carrier(connection, carrier) if carrier else shipment.carrier
        wanted = _wanted(shipment, numbers, own, parcels)
        _refuse_correction(shipment, own)
        if not allow_shared:
            refuse_used_numbers(connection, wanted.numbers, apart_from=shipment.id)
        self._correct(connection, shipment, wanted)

    def add_tracking(
        self,
        ref: str,
        numbers: Sequence[str],
        *,
        parcels: int | None = None,
        allow_shared: bool = False,
    ) -> Shipment:
        """Give a shipment further numbers beside those it has: a correction as by :meth:`set_tracking`.

        A number that it has already changes nothing. More numbers than parcels raise the count, unless
        ``parcels`` tells it. Raises InputError, NotFoundError.
        """
        with self._database.write() as connection:
            shipment = _lock(connection, find_shipment(connection, ref))
            wanted = _with_further(shipment, numbers, parcels)
            _refuse_correction(shipment, wanted.carrier)
            if not allow_shared:
                new = [one for one in wanted.numbers if one not in shipment.numbers]
                refuse_used_numbers(connection, new, apart_from=shipment.id)
            self._correct(connection, shipment, wanted)
            return load_shipment(connection, shipment.id)

    def _correct(self, connection: Connection, shipment: Shipment, wanted: _Wanted) -> None:
        if wanted.parcels != shipment.parcels:
            update_shipments(connection, [shipment.id], parcels=wanted.parcels)
            raise_version(connection, [shipment.id])
        if wanted.numbers == shipment.numbers and wanted.carrier.id == shipment.carrier.id:
            return
        at, revision = self._context.now(), shipment.revision + 1
        add_revision(
            connection,
            shipment.id,
            revision,
            wanted.carrier.id,
            wanted.numbers,
            reason="tracking_set",
            at=at,
        )
        update_shipments(connection, [shipment.id], revision=revision, carrier_id=wanted.carrier.id)
        want_revision(connection, shipment.id, at)
        corrected = replace(shipment, carrier=wanted.carrier, numbers=wanted.numbers)
        under = ", ".join(wanted.numbers) or "no number"
        record(
            connection,
            "tracking.set",
            f"{corrected.label} travels with {wanted.carrier.code} under {under}.",
            at=at,
            store=corrected.store,
            order_id=corrected.order_id,
            shipment_id=corrected.id,
        )
        refuse_odd(corrected, self._context.settings.odd_numbers, known=shipment.numbers)

    def _target(
        self, connection: Connection, target: str | None, carrier: Carrier | None
    ) -> ManifestHead | None:
        if target is None:
            return None
        manifest = target_manifest(connection, target, self._context)
        if carrier is not None and carrier.id != manifest.carrier.id:
            raise InputError(
                f"Manifest {manifest.number} is for {manifest.carrier.code}, not for {carrier.code}.",
                reason="other_carrier",
            )
        return manifest


@dataclass(frozen=True, slots=True)
class _Wanted:
    numbers: tuple[str, ...]
    carrier: Carrier
    parcels: int


def _lock(connection: Connection, shipment_id: int) -> Shipment:
    """The shipment as it is now, kept with its manifest, order and ledger entry from other writers."""
    if connection.dialect.name == "sqlite":  # whose write units keep all other writers off
        return load_shipment(connection, shipment_id)
    place = sa.select(shipments.c.manifest_id, shipments.c.order_id).where(shipments.c.id == shipment_id)
    before = connection.execute(place).one()
    if before.manifest_id is not None:
        lock_manifest(connection, before.manifest_id)
    lock_orders(connection, [before.order_id] if before.order_id is not None else [])
    lock_shipments(connection, [shipment_id])
    standings(connection, [shipment_id])
    if connection.execute(place).one() != before:
        raise BusyError(
            f"S{shipment_id} was moved to another manifest at this moment; run the command again."
        )
    return load_shipment(connection, shipment_id)


def _wanted(shipment: Shipment, numbers: Sequence[str], carrier: Carrier, parcels: int | None) -> _Wanted:
    if not numbers and parcels is None and carrier.id == shipment.carrier.id:
        raise InputError(f"Give a tracking number for {shipment.label}.", reason="no_number")
    distinct = clean_numbers(numbers) if numbers else shipment.numbers
    one_for_one = len(distinct) == len(shipment.numbers)
    if parcels is None and len(distinct) < shipment.parcels and not one_for_one:
        raise InputError(_fewer_numbers(shipment, distinct), reason=FEWER_NUMBERS)
    return _Wanted(distinct, carrier, _count(shipment, distinct, parcels))


def _with_further(shipment: Shipment, numbers: Sequence[str], parcels: int | None) -> _Wanted:
    if not numbers:
        raise InputError(f"Give a tracking number for {shipment.label}.", reason="no_number")
    distinct = tuple(dict.fromkeys((*shipment.numbers, *clean_numbers(numbers))))
    return _Wanted(distinct, shipment.carrier, _count(shipment, distinct, parcels))


def _count(shipment: Shipment, numbers: Sequence[str], parcels: int | None) -> int:
    """A number for each box tells how many boxes there are; one number may stand for all of them."""
    return parcels_for(numbers, parcels if parcels is not None else max(shipment.parcels, len(numbers)))


def _fewer_numbers(shipment: Shipment, numbers: Sequence[str]) -> str:
    label, given, boxes = shipment.label, " ".join(numbers), shipment.parcels
    has = f"has {boxes} parcels" + (
        f" and {len(shipment.numbers)} numbers" if len(shipment.numbers) > 1 else ""
    )
    return (
        f"{label} {has}, and {given} would be all that it travels under. Where that is so: "
        f"fbridge tracking set {label} {given} --parcels {boxes}; "
        f"to add it to the others: fbridge tracking add {label} {given}"
    )


def _refuse_correction(shipment: Shipment, carrier: Carrier) -> None:
    refuse_withdrawn(shipment, "has no tracking any more")
    if carrier.id != shipment.carrier.id and shipment.manifest and shipment.shipped_at is None:
        raise InputError(
            f"{shipment.label} is on manifest {shipment.manifest} of {shipment.carrier.code}; take it off "
            f"first: fbridge manifest remove {shipment.manifest} {shipment.label}",
            reason="other_carrier",
        )
