"""What a platform gives for the walk, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from fbridge.errors import UnreachableError
from fbridge.models.orders import RejectedOrder
from fbridge.models.platforms import Hidden

P = TypeVar("P", bound="Position")
R = TypeVar("R")
W = TypeVar("W")
W_co = TypeVar("W_co", covariant=True)


class NoProgressError(UnreachableError):
    """The store gives the same again whatever it is asked for, so nothing that it gave can be taken for all."""

    default_reason = "no_progress"


class Key(NamedTuple):
    """What tells one version of an order: its id ("" where the row has none), and when it changed (aware UTC).

    ``number`` is what a person sees, for the case that the order cannot be read.
    """

    id: str
    changed: datetime | None
    number: str = ""


class Position(Protocol):
    """Where reading stands in a feed. Equal where the store would be asked the same."""

    def saved(self) -> Any:
        """JSON-able, for a cursor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[R, P]):
    """A page as the store listed it.

    ``next`` is where reading goes on, None where nothing is left. ``server_time`` is the store's clock (aware UTC;
    None: not told). ``remaining`` is the store's count of what is still to come.
    """

    rows: Sequence[R]
    next: P | None
    server_time: datetime | None = None
    remaining: int | None = None


class Feed(Protocol[R, P, W_co]):
    """A list of a store that tells what changed, oldest change first; a row stands for an order.

    ``page_size`` is the most rows that :meth:`page` is asked for. ``overlap`` is what the next run reads again,
    because orders of one moment may become visible late. ``at_once`` is how many rows :meth:`whole` is asked for,
    ``ids_at_once`` how many orders :meth:`by_ids`.
    All methods raise CredentialsError, RefusedError, UnreachableError.
    """

    page_size: int
    overlap: timedelta
    at_once: int
    ids_at_once: int

    def begin(self, since: datetime | None) -> P:
        """Where to read all that changed at this moment (aware UTC; None: ever) or later."""

    def restored(self, saved: Any) -> P:
        """The position that was saved. Raises: ValueError, TypeError, KeyError, AttributeError for anything else."""

    def page(self, position: P, size: int) -> Listed[R, P]:
        """At most ``size`` rows from this position on, and where to go on after them."""

    def first(self, position: P) -> tuple[str, P] | None:  # noqa: ARG002 - for who can tell
        """Which order stands first at a position where a page of one fails, and where to go on after it.

        None where that cannot be told, as by default.
        """
        return None

    def by_ids(self, order_ids: Sequence[str]) -> Sequence[R]:
        """These orders, at most ``ids_at_once``; what the store does not have is left out."""

    def key(self, row: R) -> Key:
        """What tells the row from others."""

    def whole(self, rows: Sequence[R]) -> Sequence[W_co]:
        """The orders of these rows with all that is read beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPage(Generic[W]):
    """What :class:`fbridge.models.platforms.OrderPage` will say, before the orders are decoded."""

    orders: tuple[W | RejectedOrder, ...] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    remaining: int | None = None
    note: str = ""
    served_at: datetime | None = None
    put_back_at: datetime | None = None
    hidden: Hidden | None = None
