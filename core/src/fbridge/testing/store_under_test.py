"""What a plugin author gives to the conformance kit: a store, and the hands of its merchant."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from fbridge.models.orders import Address
from fbridge.testing.faults.proxy import is_write_by_method
from fbridge.testing.journal import noted_acts


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMail:
    """A mail about the shipping of an order that left for its customer, with the tracking numbers in it."""

    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreTruth:
    """What the store really holds of an order, looked up behind the adapter's back.

    ``closed``: the store shows the order as finished. ``numbers`` has every tracking number as often as it stands
    there. ``shipped`` has the pieces that the store shows as shipped for each line, in the order of the lines; None
    where the platform keeps no quantities. ``shipments`` counts what the platform has one of for each shipment of
    ours: fulfillments, shipment records, tracking rows or notes. ``traces`` is whatever else a second push could
    leave: notes, comments, history, comparable by ``==``. ``urls`` has the public page of each number, ``locations``
    the place that each shipment left from, by its id; None where the platform keeps no such thing.
    """

    closed: bool
    cancelled: bool
    numbers: tuple[str, ...]
    carriers: tuple[str, ...]
    shipped: tuple[int, ...] | None
    shipments: int
    traces: Any = None
    urls: tuple[str, ...] | None = None
    locations: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSale:
    """What the store sold, looked up behind the adapter's back.

    ``total`` is what the customer pays in all, ``amount_due`` what the courier collects. ``number`` is what people
    call the order. ``names`` are those of the lines, as the customer reads them. Of the two addresses each field is
    compared that is told here: tell the phone too, let the bill go to somebody else, and give the customer and an
    article names with accents. ``note`` is what the customer wrote, ``shipping`` the title of the way that was
    chosen, ``line_totals`` what each line costs, with tax. What is empty here is not compared.
    """

    currency: str
    total: Decimal
    ship_to: Address
    amount_due: Decimal = Decimal(0)
    number: str = ""
    names: tuple[str, ...] = ()
    bill_to: Address | None = None
    note: str = ""
    shipping: str = ""
    line_totals: tuple[Decimal, ...] = ()


class StoreClock:
    """A store's clock that can be put back or forth: give it to a sandbox."""

    def __init__(self) -> None:
        self.span = timedelta(0)
        """So far it goes before the true time."""

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.span


class StoreUnderTest(ABC):
    """A store on loopback that the kit may work with, and what its merchant can do.

    An order is named by its remote id. A line is named by its place in the list that :meth:`new_order` was given.
    ``skus`` are at least three articles that a carrier takes, ``virtual_sku`` one that none takes (None where the
    platform has no such thing). ``can_mail``: with these settings a push may make the store mail its customers, where
    that is accepted. ``mail_holds_number``: that mail can hold tracking numbers.
    ``loses_mails``: its mail server can be put out of order (:meth:`lose_mails`). ``wrong_key``: the body of the
    platform's own answer 401 to a key that it does not know, before it does anything.
    ``undoes_shipments``: its people can take back what was shipped (:meth:`undo_shipments`).
    ``status_swap``: bytes by which a completing write asks for its status, and as many bytes that ask for
    another one instead (None where a write names no status). ``page_size``: the most orders that the adapter reads
    with one request. ``clock`` is the store's, where it can be put back or forth. ``keeps_carrier``: what it holds of
    a shipment names the carrier. ``other_currency``: it can sell in this one as well (:meth:`sell_in`). ``places``:
    ids of its places of goods, from each of which any order may leave.
    """

    platform: str
    url: str
    skus: tuple[str, ...]
    virtual_sku: str | None = None
    can_mail: bool = True
    mail_holds_number: bool = True
    loses_mails: bool = False
    undoes_shipments: bool = False
    status_swap: tuple[bytes, bytes] | None = None
    page_size: int = 100
    clock: StoreClock | None = None
    wrong_key: bytes | None = None
    keeps_carrier: bool = True
    other_currency: str | None = None
    places: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        noted_acts(cls)

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """The plugin's own settings that open this store, credentials among them."""

    def with_clock(self, clock: StoreClock) -> Self:
        """This store, which goes by that clock."""
        self.clock = clock
        return self

    def lose_mails(self, *, lost: bool) -> None:
        """Put the store's mail server out of order, or in order again; where ``loses_mails``."""
        raise NotImplementedError

    def undo_shipments(self, order: str) -> None:
        """Take back what was shipped of an order, numbers and all, as a person does; where ``undoes_shipments``."""
        raise NotImplementedError

    @abstractmethod
    def new_order(self, lines: Sequence[tuple[str, int]], *, cod: bool = False) -> str:
        """A new order of these articles and quantities, ready to ship: paid, or cash on delivery."""

    def sale(self, order: str) -> StoreSale:
        """What was sold; tests that need it are left out where a store does not tell."""
        raise NotImplementedError

    def sell_in(self, order: str, currency: str) -> None:
        """Let the order have been sold in another currency; where there is an ``other_currency``."""
        raise NotImplementedError

    @abstractmethod
    def touch(self, order: str) -> None:
        """Change something that leaves the order as it is to us, and its date of change to now."""

    @abstractmethod
    def cancel(self, order: str) -> None:
        """Cancel the order."""

    @abstractmethod
    def hold(self, order: str) -> None:
        """Put the order on hold."""

    def release(self, order: str) -> None:
        """Take the order off hold again; a test that needs it is left out where a store does not say how."""
        raise NotImplementedError

    @abstractmethod
    def refund(self, order: str, line: int, quantity: int) -> None:
        """Give back the money of so many pieces of a line that did not leave."""

    @abstractmethod
    def complete_by_hand(self, order: str) -> None:
        """Mark the order as shipped as a person does, without a tracking number."""

    @abstractmethod
    def add_number_by_hand(self, order: str, number: str) -> None:
        """Enter a tracking number as a person or another program does, and leave the order's status."""

    @abstractmethod
    def delete(self, order: str) -> None:
        """Remove the order for good."""

    @abstractmethod
    def malform(self, order: str) -> None:
        """Make the order such that no sense can be made of it, as a bad plugin or import does."""

    def mend(self, order: str) -> None:
        """Undo :meth:`malform` and leave the date of change, as when a bad plugin is switched off; a test that
        needs it is left out where a store does not say how."""
        raise NotImplementedError

    @abstractmethod
    def set_changed(self, orders: Sequence[str], moment: datetime) -> None:
        """Give these orders one date of change (aware UTC, whole seconds)."""

    @abstractmethod
    def truth(self, order: str) -> StoreTruth:
        """What the store really holds."""

    @abstractmethod
    def mails(self, order: str) -> tuple[StoreMail, ...]:
        """The mails about the shipping of this order that left so far, oldest first."""

    def is_write(self, method: str, path: str, body: bytes) -> bool:
        """Whether a request may change something; override it where reads are POSTs, or where a write without a
        subject only finds out whether the key may write."""
        return is_write_by_method(method, path, body)
