"""``fbridge shipment export``: the way back to the ERP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from fbridge.cli.batch_export import Wanted, export
from fbridge.cli.session import Session
from fbridge.cli.table_export import Export, Get, getter
from fbridge.exit_codes import ExitCode
from fbridge.jsonable import jsonable

if TYPE_CHECKING:
    from fbridge.history.export_batches import Batch
    from fbridge.models.shipments import Shipment

_NOT_COMPARED = frozenset({"words", "sent_at"})
"""Words may tell of times; the state they explain is compared."""


def export_shipments(session: Session, wanted: Wanted) -> ExitCode:
    """Write all shipments, those that changed since the last batch, or those of a batch."""
    from fbridge.history.export_batches import SHIPMENTS, claim_shipments, shipments_of
    from fbridge.office.exports.shipment_values import SHIPMENT_VALUES

    context = session.bridge.context

    def contents(batch: Batch | None) -> Export[Shipment]:
        number = batch.number if batch else None
        return Export(
            items=shipments_of(context, batch) if batch else session.bridge.shipments.each(),
            columns=[*(["batch"] if batch else []), *SHIPMENT_VALUES],
            as_json=partial(_as_json, number),
            rows=partial(_rows, number),
        )

    return export(
        session, SHIPMENTS, wanted, claim=lambda: claim_shipments(context, print_of), contents=contents
    )


def print_of(one: Shipment) -> str:
    """Differs where a batch would tell something else of the shipment."""
    from fbridge.office.exports.shipment_values import SHIPMENT_VALUES

    told = [str(value(one)) for name, value in SHIPMENT_VALUES.items() if name not in _NOT_COMPARED]
    return hashlib.blake2b("\0".join(told).encode(), digest_size=16).hexdigest()


def _as_json(batch: int | None, one: Shipment) -> Any:
    from fbridge.office.exports.shipment_values import goods

    told: dict[str, Any] = {**jsonable(one), "goods": goods(one)}
    return {"batch": batch, **told}


def _rows(batch: int | None, one: Shipment) -> Iterator[tuple[str, Get]]:
    from fbridge.office.exports.shipment_values import SHIPMENT_VALUES

    yield one.label, getter(SHIPMENT_VALUES, one, batch=batch)
