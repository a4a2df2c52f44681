"""What commands tell programs beside the results of the Python API. Each has the same fields every time.

``docs/json_answers.py`` says which command answers with what; the JSON Schemas are made of these types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from fbridge.doctor.looks import Look
    from fbridge.errors import FbridgeError
    from fbridge.models.platforms import Capabilities, StoreReport
    from fbridge.models.results import ItemResult
    from fbridge.models.shipments import Shipment
    from fbridge.models.states import MailBehaviour
    from fbridge.orders.fetch import FetchResult
    from fbridge.push.mail_again import MailEntry, MailItem
    from fbridge.push.plan import PushPlan
    from fbridge.push.run import PushItem
    from fbridge.push.undo_plan import UndoPlan
    from fbridge.push.verify import VerifyItem
    from fbridge.shipping.ship import ShipResult
    from fbridge.stores.setting_fields import FieldInfo
    from fbridge.stores.stores import StoreInfo
    from fbridge.workers.workers import HandedOver


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """``removed`` is the name of what is gone."""

    removed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeServed:
    """Where the page of the office answers."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoServed:
    """Where the demo's page answers, and who signs in there, with a password of this demo alone."""

    url: str
    user: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerEnded:
    """A worker that was told to stop, or had nothing to do any more."""

    ended: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDeferred:
    """The plan that was shown, what of it waits for the workers now, and how many of them are at work."""

    plan: PushPlan
    handed_over: tuple[HandedOver, ...] = ()
    workers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """The store has no code for this carrier any more."""

    store: str
    carrier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrouted:
    """The shipping method has no carrier of its own any more; ``shipping_method`` is the store's code of it."""

    store: str
    shipping_method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """The database is as this version wants it."""

    upgraded: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """``file`` is the copy."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """``database`` is what the backup is now; ``kept`` the former one, where there was any."""

    database: str
    kept: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """It is noted that the database was put back by other means."""

    noted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """There is a new, empty database."""

    created: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptOfShell:
    """``script`` is what makes the ``shell`` complete fbridge's commands."""

    shell: str
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """All looks of the doctor; ``bundle`` is the file for a bug report, where one was asked for."""

    looks: tuple[Look, ...]
    well: bool
    bundle: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMap:
    """A map by its name; ``kind`` is ``map``, or ``example`` for one that comes with fbridge and has no ``path``."""

    name: str
    kind: Literal["map", "example"]
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierFileWritten:
    """The file for a courier's program: how many rows it has, and how many shipments they are of."""

    file: str
    manifest: str
    rows: int
    shipments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperWritten:
    """A paper of a manifest, or its table.

    ``revision`` counts the papers of which the contents differ, ``reprint`` is one that was printed before; both are
    null for a pick list and a table, which count as no paper. ``rows`` are those of a table.
    """

    file: str
    manifest: str
    revision: int | None = None
    reprint: bool | None = None
    rows: int | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersWritten:
    """The papers of shipments in one file, with a result for each; ``file`` is null where none could be printed."""

    file: str | None
    results: tuple[ItemResult, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledPlatform:
    """A platform plugin.

    ``ok``: it is loaded, else ``cause`` says why not, and what only the plugin itself could tell is null. ``version``
    is that of the ``distribution``; ``contract`` is the version of the contract that it was built for, and ``ageing``
    a sentence where that is an older one. ``settings`` are the fields of a store of this platform, beside those that
    every store has.
    """

    key: str
    distribution: str
    version: str
    ok: bool
    cause: str | None
    ageing: str | None
    label: str | None = None
    contract: int | None = None
    batch_size: int | None = None
    settle_seconds: int | None = None
    capabilities: Capabilities | None = None
    mail: MailBehaviour | None = None
    settings: tuple[FieldInfo, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedStore:
    """An emulated store that answers until it is stopped; ``settings`` are those that a store needs to use it.

    ``control`` is where tests look at it and change it, ``pid`` the process.
    """

    platform: str
    url: str
    settings: Mapping[str, Any]
    control: str
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAdded:
    """A new store, and what ``store check`` found; null where it was not looked at."""

    store: StoreInfo
    check: StoreReport | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreError:
    """What ended the work with one store early."""

    store: str
    error: FbridgeError


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierError:
    """What ended the work for one carrier early."""

    carrier: str
    error: FbridgeError


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCounts:
    """How many shipments of a store a look found as they were told, and otherwise; in so many ``requests``."""

    store: str
    verified: int
    accepted: int
    drifted: int
    not_stored: int
    not_checked: int
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A count for each store, and in ``results`` each shipment that is not as its store was told."""

    stores: tuple[StoreCounts, ...]
    results: tuple[VerifyItem, ...]
    errors: tuple[StoreError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The shipments that may stand as their stores show them."""

    accepted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstOrders:
    """What became of the first order of each store (``push --first-one``)."""

    plan: PushPlan
    results: tuple[PushItem, ...]
    errors: tuple[StoreError, ...]
    verified: Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a push did.

    ``plan``: what it meant to do; null where ``first``, the first order of each store, was not well and nothing more
    was sent. ``needs_person``: shipments that no later push brings on. ``compared``: after a restored backup, what
    the stores show of what the backup calls sent; else null. ``verified``: what they showed afterwards, with
    ``--verify``.
    """

    plan: PushPlan | None = None
    results: tuple[PushItem, ...] = ()
    errors: tuple[StoreError, ...] = ()
    needs_person: tuple[str, ...] = ()
    compared: Verified | None = None
    verified: Verified | None = None
    first: FirstOrders | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EveningDone(Pushed):
    """What was fetched, printed and shipped before the push.

    ``waiting``: manifests whose driver has not come. ``failed``: carriers whose work ended early.
    """

    fetched: tuple[FetchResult, ...] = ()
    printed: tuple[PaperWritten, ...] = ()
    shipped: tuple[ShipResult, ...] = ()
    waiting: tuple[str, ...] = ()
    failed: tuple[CarrierError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailsPlanned:
    """The mails that would be asked for again; ``fingerprint`` is equal as long as what they rest on is."""

    mails: tuple[MailEntry, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailsAsked:
    """What became of each mail that was asked for again."""

    results: tuple[MailItem, ...]
    errors: tuple[StoreError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """A shipment that is withdrawn.

    ``plan``: what that means on its store, with the ``fingerprint`` for ``--only-if``; both are null where the store
    was told nothing. ``shipment``: as it stands afterwards; null for a plan.
    """

    plan: UndoPlan | None = None
    fingerprint: str | None = None
    shipment: Shipment | None = None


def store_errors(errors: Iterable[tuple[str, FbridgeError]]) -> tuple[StoreError, ...]:
    """As programs read them."""
    return tuple(StoreError(store=store, error=error) for store, error in errors)
