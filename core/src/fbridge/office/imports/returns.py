"""``shipment returned --file``: what the courier's file says came back, or is held at a depot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fbridge.models.states import ReturnKind
from fbridge.office.imports.columns import KEYS, return_recogniser
from fbridge.office.imports.file_import import FileImport, ImportOptions
from fbridge.office.imports.report import ImportReport
from fbridge.office.imports.row_groups import Group
from fbridge.office.imports.row_schemas import Problem, ReturnRowSchema, read_row
from fbridge.office.imports.tracking import with_reference
from fbridge.office.tables.headers import plain
from fbridge.office.tables.reading import Wanted
from fbridge.shipping.meant import Meant
from fbridge.shipping.returns import ReturnWish

if TYPE_CHECKING:
    from fbridge.bridge import Bridge

_WORDS = {
    ReturnKind.UNDELIVERED: (
        "undelivered, not delivered, undeliverable, returned, returned to sender, return to sender, absent, "
        "recipient absent, address unknown, unknown address, insufficient address, non consegnato, non consegnata, "
        "mancata consegna, reso, resa, reso al mittente, resa al mittente, rientrato, rientrata, rientro, "
        "destinatario assente, assente, indirizzo errato, indirizzo insufficiente, destinatario sconosciuto, "
        "sconosciuto, irreperibile, trasferito, ritornato, ritorno al mittente"
    ),
    ReturnKind.REFUSED: (
        "refused, rejected, refused by recipient, refused by the recipient, rifiutato, rifiutata, rifiuto, respinto, "
        "respinta, rifiutato dal destinatario, rifiuta la merce, merce rifiutata, contrassegno rifiutato"
    ),
    ReturnKind.HELD: (
        "held, on hold, held at depot, stored, storage, giacenza, in giacenza, giacente, fermo deposito, "
        "apertura giacenza, dossier giacenza, in attesa istruzioni, in attesa di istruzioni"
    ),
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split(", ")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnOptions(ImportOptions):
    """``kind``: of the rows that do not say it."""

    kind: ReturnKind | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """One return; rows that tell the same are one."""

    meant: Meant
    number: str
    kind: ReturnKind | None
    day: date | None
    reason: str


def import_returns(bridge: Bridge, file: Path, options: ReturnOptions) -> ImportReport:
    """Note what a file says came back; a bad row stops no other, and the same file again changes nothing.

    A row is known by tracking number, document, our reference, shipment or order. Raises InputError where the file
    as a whole cannot be read, ConfigError for a map.
    """
    wanted = Wanted(recognise=return_recogniser(), keys=("tracking", *KEYS), columns=options.map.columns)
    work: FileImport[_Told] = FileImport(bridge, file, options, wanted)
    with work.opened() as table:
        schema = ReturnRowSchema(options.map)
        for record in table.records:
            values, problem = read_row(schema, with_reference(record.cells, options.map.reference))
            told, fault = _told(work, options, values)
            work.add(told, record, values, problem or (None if record.row.fault else fault))
        wishes = work.wishes(partial(_wish, zone=bridge.context.timezone))
        return work.report(bridge.returns.take(wishes, plan=options.plan))


def _told(
    work: FileImport[_Told], options: ReturnOptions, values: dict[str, Any]
) -> tuple[_Told, Problem | None]:
    document = work.document_of(values)
    problem = document if isinstance(document, Problem) else None
    meant = Meant(
        order=values.get("order", ""),
        store=work.store_of(values),
        shipment=values.get("shipment", ""),
        reference=values.get("reference", ""),
        document=None if isinstance(document, Problem) else document,
    )
    said, number = values.get("kind", ""), values.get("tracking", "")
    kind = _KINDS.get(plain(said)) if said else options.kind
    if not problem and meant == Meant(store=meant.store) and not number:
        words = "The row names no tracking number, document, reference, shipment or order."
        problem = Problem(reason="no_key", words=words)
    if not problem and kind is None:
        problem = _no_kind(said)
    return _Told(meant, number, kind, values.get("returned_on"), values.get("reason", "")), problem


def _no_kind(said: str) -> Problem:
    if not said:
        words = (
            "The row does not say how it came back (undelivered, refused, held); say it for all rows: "
            "fbridge shipment returned --file FILE --kind undelivered"
        )
        return Problem(reason="no_kind", words=words, field="kind")
    words = f"{said!r} is no return that is known; write undelivered, refused or held (giacenza)."
    return Problem(reason="unknown_kind", words=words, field="kind", value=said)


def _wish(group: Group[_Told], *, zone: ZoneInfo) -> ReturnWish:
    told = group.key
    assert told.kind is not None  # noqa: S101 - else its rows have a problem
    return ReturnWish(
        kind=told.kind,
        meant=told.meant,
        number=told.number,
        came_at=datetime.combine(told.day, time(), zone).astimezone(UTC) if told.day else None,
        reason=told.reason,
        of_file=True,
    )
