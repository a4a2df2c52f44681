"""Deliveries: what travels under one document each, to be printed; and that it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fbridge.context import Context
from fbridge.references import find_delivery
from fbridge.shipping.contents import Delivery, deliveries
from fbridge.shipping.manifest_references import find_manifest
from fbridge.shipping.manifest_rows import load_manifest
from fbridge.shipping.shipment_rules import refuse_withdrawn
from fbridge.storage.events import record


class Deliveries:
    """The deliveries of one database."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def find(self, refs: Sequence[str], *, manifest: str | None = None) -> tuple[Delivery, ...]:
        """What these shipments and all of a manifest travel under, each document once, with its goods.

        Raises NotFoundError, InputError (a shipment that is withdrawn).
        """
        with self._context.database.read() as connection:
            keys = [find_delivery(connection, ref) for ref in refs]
            if manifest is not None:
                on_it = load_manifest(connection, find_manifest(connection, manifest)).shipments
                keys += [one.id for one in on_it if one.withdrawn_at is None]
            found = deliveries(connection, keys)
        for one in found:
            refuse_withdrawn(one.first, "has no paper any more")
        return found

    def keep_prints(self, printed: Iterable[tuple[Delivery, str]]) -> None:
        """Remember that papers are there; the words say which each is, as in ``delivery note``."""
        told = [(content.shipment, words) for one, words in printed for content in one.contents]
        with self._context.database.write() as connection:
            for one, words in told:
                record(
                    connection,
                    "shipment.printed",
                    f"{one.label} printed: {words}.",
                    at=self._context.now(),
                    store=one.store,
                    order_id=one.order_id,
                    shipment_id=one.id,
                )
