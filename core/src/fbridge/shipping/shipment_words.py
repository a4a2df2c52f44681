"""The words by which shipments are found: document, recipient of an external parcel, every number they ever had."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.orders import Address
from fbridge.models.search_words import squeezed, words_of_document, words_of_number, words_of_recipient
from fbridge.models.shipments import Document, Shipment
from fbridge.storage.search_tables import shipment_words


def add_shipment_words(
    connection: Connection, shipment_id: int, document: Document | None, recipient: Address | None
) -> None:
    """Keep the words of a new shipment."""
    _insert(connection, shipment_id, "", words_of_document(document) | words_of_recipient(recipient))


def remove_recipient_words(connection: Connection, shipment: Shipment) -> None:
    """Find the shipment by its recipient no more."""
    gone = words_of_recipient(shipment.recipient) - words_of_document(shipment.document)
    connection.execute(
        sa.delete(shipment_words).where(
            shipment_words.c.word.in_(gone),
            shipment_words.c.shipment_id == shipment.id,
            shipment_words.c.number == "",
        )
    )


def add_number_words(connection: Connection, shipment_id: int, numbers: Sequence[str]) -> None:
    """Keep the words of tracking numbers that the shipment has from now on; earlier ones stay."""
    columns = (shipment_words.c.number,)
    had = connection.execute(sa.select(*columns).where(*_numbers_of(shipment_id, numbers))).scalars().all()
    for number in set(numbers) - set(had):
        _insert(connection, shipment_id, number, set(words_of_number(number)))


def _numbers_of(shipment_id: int, numbers: Sequence[str]) -> Iterable[sa.ColumnElement[bool]]:
    yield shipment_words.c.word.in_([squeezed(number) for number in numbers])
    yield shipment_words.c.shipment_id == shipment_id
    yield shipment_words.c.number.in_(numbers)


def _insert(connection: Connection, shipment_id: int, number: str, words: set[str]) -> None:
    if words:
        rows = [{"word": word, "shipment_id": shipment_id, "number": number} for word in sorted(words)]
        connection.execute(sa.insert(shipment_words), rows)
