"""The rows behind each resource, all with the same few operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from fbridge_prestashop.sandbox.filters import Filter, Operator
from fbridge_prestashop.sandbox.order_store import OrderStore
from fbridge_prestashop.sandbox.schema import Row

FIRST_DATE, LAST_DATE = "", "9999"


class Table(Protocol):
    """Rows by id. ``candidates`` names at least all ids that a filter lets through, in the order in which the
    database would come upon them without being told one.
    """

    def get(self, row_id: int) -> Row | None:
        """The row, or None."""

    def candidates(self, filters: Sequence[Filter]) -> Iterable[int]:
        """The ids to look at for these filters."""

    def change(self, row_id: int, values: Row) -> None:
        """Write values into a row that is there."""

    def add(self, row: Row) -> int:
        """Take a new row; return its id."""

    def remove(self, row_id: int) -> None:
        """Drop a row that is there."""


class PlainTable:
    """Rows in a dictionary. ``natural_order`` are fields of the index that the database reads first."""

    def __init__(self, rows: Iterable[Row], natural_order: Sequence[str] = ()) -> None:
        self._rows = {row["id"]: row for row in rows}
        self._natural_order = natural_order

    def get(self, row_id: int) -> Row | None:
        """The row, or None."""
        return self._rows.get(row_id)

    def candidates(self, filters: Sequence[Filter]) -> Iterable[int]:
        """All ids, or those that are filtered by."""
        by_id = ids_filtered_by(filters)
        if by_id is not None:
            return by_id
        rows = sorted(self._rows.values(), key=lambda row: (*self._key(row), row["id"]))
        return [row["id"] for row in rows]

    def change(self, row_id: int, values: Row) -> None:
        """Write values into a row that is there."""
        self._rows[row_id].update(values)

    def add(self, row: Row) -> int:
        """Take a new row; return its id."""
        row_id = max(self._rows, default=0) + 1
        self._rows[row_id] = row | {"id": row_id}
        return row_id

    def remove(self, row_id: int) -> None:
        """Drop a row that is there."""
        del self._rows[row_id]

    def _key(self, row: Row) -> tuple[str, ...]:
        return tuple(str(row[name]) for name in self._natural_order)


class LateTable(PlainTable):
    """Rows that are made when somebody looks."""

    def __init__(self, make: Callable[[], Iterable[Row]]) -> None:
        super().__init__(())
        self._make: Callable[[], Iterable[Row]] | None = make

    def candidates(self, filters: Sequence[Filter]) -> Iterable[int]:
        """All ids, or those that are filtered by."""
        self._fill()
        return super().candidates(filters)

    def add(self, row: Row) -> int:
        """Take a new row; return its id."""
        self._fill()
        return super().add(row)

    def _fill(self) -> None:
        if self._make is not None:
            self._rows.update({row["id"]: row for row in self._make()})
            self._make = None


class OrdersTable:
    """The heads of the orders, with their first tracking number and their rows."""

    def __init__(self, store: OrderStore) -> None:
        self._store = store

    def get(self, row_id: int) -> Row | None:
        """The row, or None."""
        record = self._store.get(row_id)
        if record is None:
            return None
        number = record.carriers[0]["tracking_number"] if record.carriers else ""
        return record.head | {"shipping_number": number, "order_rows": record.details}

    def candidates(self, filters: Sequence[Filter]) -> Iterable[int]:
        """By the index of dates, and by state, where these are filtered by."""
        by_id = ids_filtered_by(filters)
        if by_id is not None:
            return by_id
        by_state = [one for one in filters if one.field == "current_state"]
        return (
            order_id
            for order_id in self._by_date(filters)
            if all(one.lets_through(self._store.state(order_id)) for one in by_state)
        )

    def _by_date(self, filters: Sequence[Filter]) -> Iterable[int]:
        by_date = next((one for one in filters if one.field == "date_upd" and one.range is not None), None)
        if by_date is None or by_date.range is None:
            return self._store.ids()
        first, last = by_date.range
        index = self._store.by_change
        return index.ids(index.between(first or FIRST_DATE, last or LAST_DATE))

    def change(self, row_id: int, values: Row) -> None:
        """Write values into the head of an order."""
        record = self._store.to_change(row_id)
        record.head.update(values)

    def add(self, row: Row) -> int:
        """Orders are not made through the Webservice here."""
        raise NotImplementedError

    def remove(self, row_id: int) -> None:
        """Delete an order with all its rows."""
        self._store.remove(row_id)


class OrderPartTable:
    """The rows of one kind that belong to orders: details, carriers or histories."""

    def __init__(self, store: OrderStore, part: str) -> None:
        self._store = store
        self._part = part

    def get(self, row_id: int) -> Row | None:
        """The row, or None."""
        owner = self._store.owner(self._part, row_id)
        record = None if owner is None else self._store.get(owner)
        if record is None:
            return None
        return next((row for row in record.part(self._part) if row["id"] == row_id), None)

    def candidates(self, filters: Sequence[Filter]) -> Iterable[int]:
        """By the index of ``id_order``, so grouped by order, where that is filtered by."""
        by_id = ids_filtered_by(filters)
        if by_id is not None:
            return by_id
        by_order = next(
            (one for one in filters if one.field == "id_order" and one.operator is Operator.EQUAL), None
        )
        if by_order is None:
            return sorted(self._ids_of(self._store.ids()))
        return self._ids_of(sorted({int(value) for value in by_order.values if value.isdigit()}))

    def change(self, row_id: int, values: Row) -> None:
        """Write values into a row that is there; it may move to another order."""
        owner = self._store.owner(self._part, row_id)
        if owner is None:
            raise LookupError(f"The sandbox has no row {row_id}.")
        record = self._store.to_change(owner)
        row = next(row for row in record.part(self._part) if row["id"] == row_id)
        row.update(values)
        if int(row["id_order"]) != owner:
            self._store.move_row(self._part, record, row)

    def add(self, row: Row) -> int:
        """Take a new row of an order that is there; return its id."""
        record = self._store.to_change(int(row["id_order"]))
        row_id: int = self._store.add_row(record, self._part, row)["id"]
        return row_id

    def remove(self, row_id: int) -> None:
        """Drop a row that is there."""
        owner = self._store.owner(self._part, row_id)
        rows = self._store.to_change(owner or 0).part(self._part)
        rows[:] = [row for row in rows if row["id"] != row_id]

    def _ids_of(self, order_ids: Iterable[int]) -> Iterator[int]:
        for order_id in order_ids:
            record = self._store.get(order_id)
            if record is not None:
                yield from sorted(row["id"] for row in record.part(self._part))


def ids_filtered_by(filters: Sequence[Filter]) -> list[int] | None:
    """The ids of a ``filter[id]``, ascending; None when there is none."""
    by_id = next((one for one in filters if one.field == "id" and one.operator is Operator.EQUAL), None)
    if by_id is None:
        return None
    return sorted({int(value) for value in by_id.values if value.isdigit()})
