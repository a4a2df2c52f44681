"""``Bridge``: the typed Python API. The command line is built on it, and so may an integrator's script be.

Each method imports what it needs itself: most runs use one of them, and what the others need would cost more time
than the work (docs/architecture.md, "Budgets").
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, Unpack

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.nouns import Nouns
from fbridge.push.results import MailResult, PushResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from decimal import Decimal
    from pathlib import Path

    from fbridge.find import Found
    from fbridge.fulfil import Fulfilled, GoodsOfOrder
    from fbridge.history.explain import Story
    from fbridge.history.purge import Purged
    from fbridge.models.events import FeedEvent
    from fbridge.models.shipments import Shipment
    from fbridge.orders.audit import AuditResult
    from fbridge.orders.fetch import FetchProgress, FetchResult
    from fbridge.plugins import PlatformStatus
    from fbridge.push.guards import PushScope
    from fbridge.push.mail_again import MailPlan
    from fbridge.push.plan import PushPlan
    from fbridge.push.run_state import PushProgress
    from fbridge.push.status import StatusReport
    from fbridge.push.undo_plan import UndoPlan
    from fbridge.push.verify import StoreVerified
    from fbridge.settings import Home
    from fbridge.storage.maintenance import Maintenance


__all__ = ["Bridge", "MailResult", "PushResult"]


class Bridge(Nouns):
    """One user's fbridge: settings, database and all that can be done with them. Close it, or use ``with``."""

    @classmethod
    def open(cls, home: Home | None = None, *, database_url: str | None = None) -> Self:
        """Open with the user's settings, or another home's. Raises ConfigError, StorageError."""
        from fbridge.settings import find_home, load_settings
        from fbridge.storage.database import open_database

        home = home or find_home()
        home.create()
        settings = load_settings(home)
        database = open_database(database_url or settings.database, migrate=False, records=home.config)
        return cls(Context(database=database, settings=settings, timezone=settings.timezone))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the database connections."""
        self.context.database.close()

    @contextmanager
    def one_unit(self) -> Iterator[None]:
        """All that is read and written in this block, by this thread, is one write unit: nobody else changes anything
        in between, and it is all of it or nothing. Only for what asks no store."""
        with self.context.database.one_unit():
            yield

    @staticmethod
    def acting_as(who: str) -> AbstractContextManager[None]:
        """What is done in this block was done by this account or token: so it stands among the events."""
        from fbridge.storage.events import acting_as

        return acting_as(who)

    def platforms(self) -> Sequence[PlatformStatus]:
        """The installed platform plugins, with the cause where one is broken."""
        from fbridge.plugins import describe_all

        return describe_all()

    def fetch(
        self,
        stores: Sequence[str] = (),
        *,
        since: datetime | None = None,
        progress: Callable[[FetchProgress], None] | None = None,
    ) -> tuple[FetchResult, ...]:
        """Fetch what changed, on these stores or all; a store's error is in its result. Raises NotFoundError for an
        unknown store, before anything is fetched."""
        from fbridge.orders.fetch import fetch_stores

        return fetch_stores(self.context, self._names(stores), since=since, progress=progress)

    def audit(
        self,
        stores: Sequence[str] = (),
        *,
        since: datetime | None = None,
        progress: Callable[[FetchProgress], None] | None = None,
    ) -> tuple[AuditResult, ...]:
        """Sweep all orders of these stores, or what changed ``since`` (aware), for what fetches missed and what the
        stores deleted. A store's error is in its result. Raises NotFoundError."""
        from fbridge.orders.audit import audit_stores

        return audit_stores(self.context, self._names(stores), since=since, progress=progress)

    def plan(
        self,
        stores: Sequence[str] = (),
        *,
        manifest: str | None = None,
        limit: int | None = None,
        guards: Mapping[str, Any] | None = None,
    ) -> PushPlan:
        """What a push would do, of at most ``limit`` orders of each store. ``guards`` count in place of the stores'
        settings of these names. A store that cannot be planned is ``unplanned``; where none can, it raises
        ConfigError, PluginError, or UnreachableError where carrier codes were never listed."""
        from fbridge.push.plan import make_plan

        return make_plan(self.context, self._names(stores), self._scope(manifest, limit, guards))

    def push(
        self,
        plan: PushPlan | None = None,
        *,
        stores: Sequence[str] = (),
        manifest: str | None = None,
        limit: int | None = None,
        guards: Mapping[str, Any] | None = None,
        only_if: str | None = None,
        progress: Callable[[PushProgress], None] | None = None,
    ) -> PushResult:
        """Push what is due: everything, some stores, or one manifest; one store's error stops no other.

        With a ``plan``, or ``only_if`` (a plan's fingerprint), nothing is sent when anything that it rests on has
        changed. Each store's part is compared again once this process has the store's turn, and nothing is done that
        it does not show: what comes in meanwhile waits for the next plan. ``limit`` and ``guards`` as for
        :meth:`plan`, and those of a ``plan`` that is given; a store that a guard stops has a StoppedError.

        Raises: InputError (``plan_changed``, manifest not shipped), NotFoundError, BusyError.
        """
        from fbridge.push.run import push_stores

        scope = plan.scope if plan else self._scope(manifest, limit, guards)
        names = plan.names if plan and not stores else self._names(stores)
        return PushResult.of(
            push_stores(self.context, names, scope, approved=plan, only_if=only_if, progress=progress)
        )

    def fulfil(self, order: str, *, push: bool = True, **goods: Unpack[GoodsOfOrder]) -> Fulfilled:
        """Ship goods of one order and tell its store, in one call; the same again gives the same. Raises as
        :func:`fbridge.fulfil.fulfil`."""
        from fbridge.fulfil import fulfil

        return fulfil(self.context, order, goods, push=push)

    def verify(
        self,
        stores: Sequence[str] = (),
        *,
        since: datetime | None = None,
        manifest: str | None = None,
        shipments: Sequence[str] | None = None,
        progress: Callable[[PushProgress], None] | None = None,
    ) -> tuple[StoreVerified, ...]:
        """Compare with the ledger what the stores show of the shipments that they have taken: all, those that left
        ``since`` (aware), those of a manifest, or ``shipments`` by their references.

        Nothing is written to a store. What differs is read again before it is told, and stands in :meth:`status`
        until a later look finds it well or a person has decided. A store's error is in its result. Raises
        NotFoundError, InputError."""
        from fbridge.push.verify import verify_store
        from fbridge.push.verify_scope import Scope
        from fbridge.stores.each_store import for_each_store

        number = self.manifests.shipped_number(manifest) if manifest else None
        keys = None if shipments is None else {self.shipments.get(ref).id for ref in shipments}
        scope = Scope(since=since, manifest=number, shipment_ids=keys)
        return for_each_store(
            "verify",
            self._names(stores),
            lambda name, stop: verify_store(self.context, name, scope, stop=stop, progress=progress),
            patience=1.0,  # it only reads
        )

    def repack(
        self,
        ref: str,
        *,
        parcels: int | None = None,
        weight_grams: int | None = None,
        cod: Decimal | None = None,
        no_cod: bool = False,
    ) -> Shipment:
        """Boxes, weight, or the cash to collect of a shipment that is still in the house are otherwise. Raises as
        :func:`fbridge.shipping.repacking.repack`."""
        from fbridge.shipping.repacking import repack

        return repack(self.context, ref, parcels=parcels, weight_grams=weight_grams, cod=cod, no_cod=no_cod)

    def accept_drift(self, ref: str) -> Shipment:
        """A person decided that a shipment may stand as its store shows it. Raises NotFoundError, InputError."""
        from fbridge.push.drifted import accept

        return accept(self.context, self.shipments.get(ref))

    def resend(self, ref: str) -> Shipment:
        """A person decided that a shipment is sent again by the next push. Raises NotFoundError, InputError."""
        from fbridge.push.ways_out import resend

        return resend(self.context, self.shipments.get(ref))

    def adopt(self, ref: str) -> Shipment:
        """A person decided that the store has a shipment. Raises NotFoundError, InputError."""
        from fbridge.push.ways_out import adopt

        return adopt(self.context, self.shipments.get(ref))

    def plan_taking_back(self, ref: str, *, status: str = "") -> UndoPlan:
        """What taking a shipment back from its store would do; its order is read there, and nothing is changed.
        Raises NotFoundError; InputError where no store was told of it, or it cannot be taken back as it stands;
        UnreachableError, CredentialsError.
        """
        from fbridge.push.taking_back import plan_taking_back

        return plan_taking_back(self.context, self.shipments.get(ref), status=status)

    def take_back(self, ref: str, *, plan: UndoPlan | None = None, status: str = "") -> Shipment:
        """Take a shipment back from its store and withdraw it: its goods are free again, as far as the store frees
        them. With a ``plan`` nothing is done that it does not show. ``status`` is the order's own word on the store
        afterwards, where fbridge does not know what it was.

        What has no answer is ``undoing`` then: the same again goes on with it. Raises as :meth:`plan_taking_back`,
        and RefusedError, BusyError.
        """
        from fbridge.push.taking_back import take_back

        return take_back(self.context, self.shipments.get(ref), plan=plan, status=status)

    def plan_mails(self, refs: Sequence[str]) -> MailPlan:
        """What asking the stores again for the mails of these shipments would mean. Raises NotFoundError, InputError
        (a shipment that has not left, or is external)."""
        from fbridge.push.mail_again import plan_mails

        return plan_mails(self.context, [self._left(ref).id for ref in refs])

    def mail_again(
        self, refs: Sequence[str], *, even_if_mailed: bool = False, plan: MailPlan | None = None
    ) -> MailResult:
        """Ask the stores once for the mails of these shipments that did not leave; nothing else is pushed.
        Only where it is provably no second mail; with ``even_if_mailed`` a person accepts that it may be one. With a
        ``plan``, what is not as it showed is left alone. Raises NotFoundError, InputError."""
        from fbridge.push.mail_again import ask_stores

        keys = {self._left(ref).id for ref in refs}
        asked = ask_stores(self.context, keys, plan, even_if_mailed=even_if_mailed)
        return MailResult(
            results=tuple(item for one in asked for item in one.items),
            errors=tuple((one.store, one.error) for one in asked if one.error),
        )

    def mailed_otherwise(self, ref: str) -> Shipment:
        """A person decided that a missing mail is not missed any more. Raises NotFoundError, InputError."""
        from fbridge.push.ways_out import mailed_otherwise

        return mailed_otherwise(self.context, self.shipments.get(ref))

    def status(self, *, most: int | None = None, store: str = "", what: str = "") -> StatusReport:
        """Everything that is not at rest. With ``most`` its ``items`` are so many of the oldest, of one store and of
        one kind (a :class:`DayLine`'s ``what``) where that is said; all of them are counted in ``stores``."""
        from fbridge.push.not_at_rest import Shown
        from fbridge.push.status import read_status

        return read_status(self.context, None if most is None else Shown(most, store, what))

    def find(self, text: str) -> tuple[Found, ...]:
        """Orders, shipments, manifests and numbers that match."""
        from fbridge.find import find

        return find(self.context, text)

    def explain(self, ref: str) -> Story:
        """The whole story of an order, a shipment or a tracking number. Raises NotFoundError, InputError."""
        from fbridge.history.explain import explain

        return explain(self.context, ref)

    def events(self, since: int = 0, limit: int | None = None) -> Iterator[FeedEvent]:
        """What happened after the event with this id, oldest first. Raises InputError (``cursor_ahead``) at once."""
        from fbridge.history.event_feed import follow

        return follow(self.context, since, limit)

    def purge(self, older_than: timedelta) -> Purged:
        """Forget personal data and HTTP exchanges that are older."""
        from fbridge.history.purge import purge

        return purge(self.context, older_than)

    def backup(self, target: Path | None = None) -> Path:
        """Copy the SQLite database while it is in use. Raises InputError where the file is there, and on PostgreSQL,
        which has its own tools; StorageError."""
        from fbridge.storage.backup import back_up

        return back_up(self.context.database.path, target)

    @staticmethod
    def maintenance(home: Home | None = None) -> Maintenance:
        """Care for a home's database without opening it for work. Raises ConfigError."""
        from fbridge.settings import find_home, load_settings
        from fbridge.storage.maintenance import Maintenance

        home = home or find_home()
        home.create()
        return Maintenance(url=load_settings(home).database, records=home.config)

    def mark_restored(self) -> None:
        """The database was put back by other means than ``db restore``: look all up before it is sent. Raises
        BusyError while a push runs."""
        from fbridge.push.turn import mark_restored_by_hand

        mark_restored_by_hand(self.context)

    def _left(self, ref: str) -> Shipment:
        found = self.shipments.get(ref)
        if found.push is None or found.shipped_at is None:
            words = "is an external parcel; no store knows it" if found.push is None else "has not left yet"
            raise InputError(f"{found.label} {words}, so no store mails about it.", reason="not_pushed")
        return found

    def _names(self, stores: Sequence[str]) -> list[str]:
        return self.context.settings.names(stores)

    def _scope(self, manifest: str | None, limit: int | None, guards: Mapping[str, Any] | None) -> PushScope:
        from fbridge.push.guards import PushScope

        shipped = self.manifests.shipped_number(manifest) if manifest else None
        return PushScope(manifest=shipped, limit=limit, guards=guards or {})
