"""``shipment import``: the ERP's shipping documents, rows of one document being its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fbridge.models.countries import COUNTRY_CODES
from fbridge.models.shipments import Document
from fbridge.office.imports.columns import SHIPMENT_FIELDS, recogniser
from fbridge.office.imports.file_import import FileImport, ImportOptions
from fbridge.office.imports.paper_columns import TEXTS
from fbridge.office.imports.paper_particulars import COMMON, goes_to, goods_of, particulars_of
from fbridge.office.imports.report import ImportReport
from fbridge.office.imports.row_groups import Group, ReadRow
from fbridge.office.imports.row_schemas import Problem, ShipmentRowSchema, read_row
from fbridge.office.tables.cells import Record
from fbridge.office.tables.headers import plain
from fbridge.office.tables.reading import Wanted
from fbridge.shipping.document_wishes import UNKNOWN_REFUSED, DocumentWish, PartWish

if TYPE_CHECKING:
    from fbridge.bridge import Bridge

_KEYS = ("document", "order")
_IN_COMMON = (
    "carrier",
    "parcels",
    "weight",
    "weight_grams",
    "cod",
    "currency",
    "warehouse",
    "document_date",
    *COMMON,
)
StoreOf = Callable[[Mapping[str, Any]], str | None]
_COUNTRIES = {"italia": "IT", "italy": "IT", "repubblica italiana": "IT", "san marino": "SM"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentOptions(ImportOptions):
    """``on_manifest``: each goes on its carrier's manifest in preparation. ``unknown_order`` is ``refuse`` or
    ``external``. ``replacement``: the goods go once more, for orders that are done."""

    on_manifest: bool = False
    unknown_order: str = UNKNOWN_REFUSED
    replacement: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What rows belong to: a document, or an order (of a store) where there is no document."""

    document: Document | None
    order: str = ""
    store: str | None = None


def import_shipments(bridge: Bridge, file: Path, options: ShipmentOptions) -> ImportReport:
    """Read a file and make its shipments; a bad document stops no other. The same file again changes nothing.

    Raises InputError where the file as a whole cannot be read, ConfigError for a map.
    """
    wanted = Wanted(
        recognise=recogniser(SHIPMENT_FIELDS),
        keys=_KEYS,
        repeated=("tracking", *TEXTS),
        columns=options.map.columns,
    )
    work: FileImport[Named] = FileImport(bridge, file, options, wanted)
    with work.opened() as table:
        schema = ShipmentRowSchema(options.map)
        for record in table.records:
            values, problem = read_row(schema, record.cells)
            _gather(work, record, values, problem)
        taken = bridge.intake.documents(
            work.wishes(partial(_wish, store_of=work.store_of)),
            plan=options.plan,
            on_manifest=options.on_manifest,
            unknown_order=options.unknown_order,
            replacement=options.replacement,
            allow_shared=options.allow_shared,
            strict=options.strict,
        )
        return work.report(taken)


def _gather(work: FileImport[Named], record: Record, values: dict[str, Any], problem: Problem | None) -> None:
    document = work.document_of(values)
    named = Named(None, values.get("order", ""), work.store_of(values))
    if isinstance(document, Problem):
        problem = problem or document
    elif document is not None and document.year is None:
        words = f"Document {document} has neither a year nor a date; its number begins anew each January: add --year"
        problem = problem or Problem(
            reason="year_missing", words=words, field="document", value=document.number
        )
    elif document is not None:
        named = Named(
            Document(
                number=document.number,
                series=document.series or "",
                source=document.source or "",
                year=document.year,
            )
        )
    elif not named.order:
        problem = problem or Problem(reason="no_key", words="The row names neither an order nor a document.")
    work.add(named, record, values, problem or _line_problem(values))


def _line_problem(values: dict[str, Any]) -> Problem | None:
    article, quantity = values.get("line") or values.get("sku"), values.get("quantity")
    if article and quantity is None:
        return Problem(
            reason="no_quantity", words=f"The row does not say how many of {article}.", field="quantity"
        )
    nameless = bool(values.get("order")) or not values.get("description")
    if quantity is not None and not article and nameless:
        return Problem(reason="no_article", words="The row says how many, but not of what.", field="quantity")
    for name in ("country", "destination_country"):
        country = values.get(name, "")
        if country and _country(country) is None:
            words = f"{country!r} is not a country's code of two letters, such as IT."
            return Problem(reason="bad_country", words=words, field=name, value=country)
    return None


def _country(text: str) -> str | None:
    """The code of a country by itself or by its name in Italian or English."""
    if text.upper() in COUNTRY_CODES:
        return text.upper()
    return _country_names().get(plain(text))


@cache
def _country_names() -> dict[str, str]:
    try:
        from babel import Locale
    except ImportError:
        return _COUNTRIES
    named = [Locale(language).territories for language in ("en", "it")]
    found = {plain(name): code for names in named for code, name in names.items() if code in COUNTRY_CODES}
    return found | _COUNTRIES


def _parts(group: Group[Named], store_of: StoreOf) -> tuple[PartWish, ...] | Problem:
    """What leaves of each order; a row without an order belongs to the document's only one."""
    orders = {row.values["order"]: store_of(row.values) for row in group.rows if row.values.get("order")}
    if len(orders) > 1 and any(not row.values.get("order") for row in group.rows):
        return Problem(
            reason="no_order", words="A row of a document of several orders does not say which it is for."
        )
    parts = []
    for order, store in orders.items():
        rows = [row for row in group.rows if row.values.get("order", order) == order]
        items = _items(order, rows)
        if isinstance(items, Problem):
            return items
        parts.append(PartWish(order=order, store=store, items=items, goods=goods_of(rows)))
    return tuple(parts)


def _items(order: str, rows: Sequence[ReadRow]) -> dict[str, int] | Problem | None:
    lines: Counter[str] = Counter()
    whole = 0
    for row in rows:
        article = row.values.get("line") or row.values.get("sku")
        if article is None:
            whole += 1
        else:
            lines[article] += row.values["quantity"]
    if lines and whole:
        words = f"Some rows of order {order} name an article and some do not; say either all of it or which."
        return Problem(reason="rows_disagree", words=words, field="sku")
    sent = {article: quantity for article, quantity in lines.items() if quantity}
    if lines and not sent:
        return Problem(
            reason="nothing_sent", words=f"All quantities of order {order} are 0.", field="quantity"
        )
    return sent or None


def _wish(group: Group[Named], *, store_of: StoreOf) -> DocumentWish | Problem:
    parts = group.differing(*_IN_COMMON) or _parts(group, store_of)
    if isinstance(parts, Problem):
        return parts
    weight = group.one("weight_grams")
    return DocumentWish(
        document=_dated(group),
        parts=parts,
        carrier=group.carrier,
        numbers=tuple(row.values["tracking"] for row in group.rows if row.values.get("tracking")),
        parcels=group.one("parcels"),
        weight_grams=weight if weight is not None else group.one("weight"),
        cod=group.one("cod"),
        currency=(group.one("currency") or "").upper(),
        warehouse=group.one("warehouse"),
        recipient=goes_to(group, _country),
        particulars=particulars_of(group, _country),
        goods=() if parts else goods_of(group.rows),
    )


def _dated(group: Group[Named]) -> Document | None:
    document = group.key.document
    if document is None:
        return None
    cells = [row.values["document"].date for row in group.rows if row.values.get("document")]
    day = group.one("document_date") or next((day for day in cells if day), None) or group.one("date")
    if day is None and group.one("departure"):
        day = group.one("departure").date()
    return Document(
        number=document.number, series=document.series, source=document.source, year=document.year, date=day
    )
