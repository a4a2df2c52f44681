"""What stood on a manifest's last paper, and what is otherwise now: the driver signs the paper."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.orders import Address
from fbridge.models.shipments import Manifest
from fbridge.shipping.manifest_lines import Line, load_lines
from fbridge.storage.tables import manifest_prints, shipments


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPrint:
    """The last paper of a manifest: which revision, when (aware UTC), and by label what it told of each row.

    Of a row: a print of all but its tracking numbers, and then those.
    """

    id: int
    revision: int
    printed_at: datetime
    rows: Mapping[str, Sequence[str]]


def last_print(connection: Connection, manifest_id: int) -> LastPrint | None:
    """None where it was never printed. One that was begun and never written is no paper."""
    return _newest(connection, manifest_id, manifest_prints.c.is_written)


def _newest(
    connection: Connection, manifest_id: int, *conditions: sa.ColumnElement[bool]
) -> LastPrint | None:
    query = (
        sa.select(manifest_prints)
        .where(manifest_prints.c.manifest_id == manifest_id, *conditions)
        .order_by(manifest_prints.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return LastPrint(id=row.id, revision=row.revision, printed_at=row.printed_at, rows=row.printed_rows)


def rows_of(lines: Iterable[Line]) -> dict[str, Sequence[str]]:
    """What a paper tells of each row, see :class:`LastPrint`."""
    return {one.label: _print(one) for one in lines}


def _print(one: Line) -> list[str]:
    to = one.recipient or Address()
    told = (str(one.document or ""), one.order_number, to.name, to.company, to.street, to.postcode, to.city)
    counted = (one.parcels, one.weight_grams, str(one.cod or ""))
    return [hashlib.blake2b(repr((told, counted)).encode(), digest_size=8).hexdigest(), *one.numbers]


def is_printed(connection: Connection, manifest_id: int) -> bool:
    """Whether its last paper tells just what is on it now."""
    paper = last_print(connection, manifest_id)
    if paper is None or len(paper.rows) != _count(connection, manifest_id):
        return False
    return dict(paper.rows) == rows_of(load_lines(connection, manifest_id, recipients=True))


def _count(connection: Connection, manifest_id: int) -> int:
    query = sa.select(sa.func.count()).where(shipments.c.manifest_id == manifest_id)
    return int(connection.execute(query).scalar_one())


def begin_print(connection: Connection, manifest: Manifest, at: datetime) -> LastPrint:
    """Take the revision of a paper of the manifest as it is now; one that tells the same has the same.

    The manifest is locked, so that two desks never print different papers as the same revision.
    """
    rows, before = rows_of(manifest.shipments), _newest(connection, manifest.id)
    revision = 1 if before is None else before.revision + (before.rows != rows)
    result = connection.execute(
        sa.insert(manifest_prints).values(
            manifest_id=manifest.id, revision=revision, printed_at=at, printed_rows=rows, is_written=False
        )
    )
    (key,) = result.inserted_primary_key or (0,)
    return LastPrint(id=key, revision=revision, printed_at=at, rows=rows)


def end_print(connection: Connection, paper: LastPrint) -> None:
    """This paper is there."""
    connection.execute(
        sa.update(manifest_prints).where(manifest_prints.c.id == paper.id).values(is_written=True)
    )


def unlike_paper(connection: Connection, manifest: Manifest) -> tuple[str, ...]:
    """What is otherwise than on the last paper, in words; empty where nothing is, or nothing was printed."""
    paper = last_print(connection, manifest.id)
    return tuple(_differences(paper.rows, rows_of(manifest.shipments))) if paper else ()


def _contradicts(printed: Sequence[str], now: Sequence[str]) -> bool:
    """A number that came after the paper contradicts it only where another one stands there."""
    return printed[0] != now[0] or (len(printed) > 1 and list(printed) != list(now))


def _differences(printed: Mapping[str, Sequence[str]], now: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for label in now:
        if label not in printed:
            yield f"{label} is not on it"
        elif _contradicts(printed[label], now[label]):
            yield f"{label} was changed"
    yield from (f"{label} is on it and not on the manifest" for label in printed if label not in now)
