"""fbridge tells online stores what the warehouse shipped.

``fbridge.Bridge`` is the typed Python API; all that it takes, gives and raises can be imported from here as well, and
``fbridge.hookimpl``, which marks a plugin's hooks. They load on first use, so that ``import fbridge`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fbridge.version import __version__

if TYPE_CHECKING:
    from fbridge.accounts.accounts import Accounts as Accounts
    from fbridge.accounts.api_tokens import ApiTokens as ApiTokens
    from fbridge.accounts.kept_answers import KeptAnswers as KeptAnswers
    from fbridge.accounts.kept_answers import Keyed as Keyed
    from fbridge.bridge import Bridge as Bridge
    from fbridge.errors import BusyError as BusyError
    from fbridge.errors import ConfigError as ConfigError
    from fbridge.errors import CredentialsError as CredentialsError
    from fbridge.errors import DatabaseUnreachableError as DatabaseUnreachableError
    from fbridge.errors import FbridgeError as FbridgeError
    from fbridge.errors import InputError as InputError
    from fbridge.errors import NotFoundError as NotFoundError
    from fbridge.errors import NotSent as NotSent
    from fbridge.errors import NotSentError as NotSentError
    from fbridge.errors import PluginError as PluginError
    from fbridge.errors import PluginMissingError as PluginMissingError
    from fbridge.errors import RefusedError as RefusedError
    from fbridge.errors import StoppedError as StoppedError
    from fbridge.errors import StorageError as StorageError
    from fbridge.errors import UnconfirmedError as UnconfirmedError
    from fbridge.errors import UnreachableError as UnreachableError
    from fbridge.exit_codes import ExitCode as ExitCode
    from fbridge.find import Found as Found
    from fbridge.fulfil import Fulfilled as Fulfilled
    from fbridge.fulfil import GoodsOfOrder as GoodsOfOrder
    from fbridge.history.explain import Story as Story
    from fbridge.history.purge import Purged as Purged
    from fbridge.hookspecs import hookimpl as hookimpl
    from fbridge.jobs.jobs import Jobs as Jobs
    from fbridge.jobs.working import Work as Work
    from fbridge.listeners.listeners import ListenerRow as ListenerRow
    from fbridge.listeners.listeners import Listeners as Listeners
    from fbridge.listeners.positions import ListenerPosition as ListenerPosition
    from fbridge.listeners.telling import ListenerTold as ListenerTold
    from fbridge.models.accounts import Account as Account
    from fbridge.models.accounts import Right as Right
    from fbridge.models.accounts import Role as Role
    from fbridge.models.api_tokens import ApiToken as ApiToken
    from fbridge.models.api_tokens import KeptAnswer as KeptAnswer
    from fbridge.models.api_tokens import NewApiToken as NewApiToken
    from fbridge.models.events import FeedEvent as FeedEvent
    from fbridge.models.jobs import Job as Job
    from fbridge.models.jobs import JobState as JobState
    from fbridge.models.jobs import JobStep as JobStep
    from fbridge.models.orders import Address as Address
    from fbridge.models.orders import Money as Money
    from fbridge.models.particulars import Particulars as Particulars
    from fbridge.models.platforms import CarrierCodes as CarrierCodes
    from fbridge.models.platforms import StoreReport as StoreReport
    from fbridge.models.results import ItemResult as ItemResult
    from fbridge.models.results import Taken as Taken
    from fbridge.models.shipments import Carrier as Carrier
    from fbridge.models.shipments import Document as Document
    from fbridge.models.shipments import Manifest as Manifest
    from fbridge.models.shipments import ManifestHead as ManifestHead
    from fbridge.models.shipments import ManifestPage as ManifestPage
    from fbridge.models.shipments import ManifestRow as ManifestRow
    from fbridge.models.shipments import Shipment as Shipment
    from fbridge.models.states import FulfillmentState as FulfillmentState
    from fbridge.models.states import ManifestState as ManifestState
    from fbridge.models.states import OrderSort as OrderSort
    from fbridge.models.states import OrderStatus as OrderStatus
    from fbridge.models.states import PushState as PushState
    from fbridge.models.states import ReturnKind as ReturnKind
    from fbridge.models.states import ReturnOutcome as ReturnOutcome
    from fbridge.orders.audit import AuditResult as AuditResult
    from fbridge.orders.fetch import FetchProgress as FetchProgress
    from fbridge.orders.fetch import FetchResult as FetchResult
    from fbridge.orders.filters import OrderDetail as OrderDetail
    from fbridge.orders.filters import OrderFilter as OrderFilter
    from fbridge.orders.filters import OrderRow as OrderRow
    from fbridge.orders.listing import Orders as Orders
    from fbridge.orders.unreadable import UnreadableOrder as UnreadableOrder
    from fbridge.plugins import PlatformStatus as PlatformStatus
    from fbridge.push.mail_again import MailPlan as MailPlan
    from fbridge.push.plan import PushPlan as PushPlan
    from fbridge.push.plan import UnplannedStore as UnplannedStore
    from fbridge.push.results import MailResult as MailResult
    from fbridge.push.results import PushResult as PushResult
    from fbridge.push.run_state import PushProgress as PushProgress
    from fbridge.push.status import StatusReport as StatusReport
    from fbridge.push.undo_plan import UndoPlan as UndoPlan
    from fbridge.push.verify import StoreVerified as StoreVerified
    from fbridge.settings.paths import Home as Home
    from fbridge.shipping.carrier_likeness import Suggestion as Suggestion
    from fbridge.shipping.carrier_rows import Mapped as Mapped
    from fbridge.shipping.carrier_standing import CarrierStanding as CarrierStanding
    from fbridge.shipping.carriers import Carriers as Carriers
    from fbridge.shipping.carriers import CoverageRow as CoverageRow
    from fbridge.shipping.carriers import MappingRow as MappingRow
    from fbridge.shipping.carriers import RouteRow as RouteRow
    from fbridge.shipping.contents import Content as Content
    from fbridge.shipping.deliveries import Deliveries as Deliveries
    from fbridge.shipping.document_wishes import DocumentWish as DocumentWish
    from fbridge.shipping.document_wishes import PartWish as PartWish
    from fbridge.shipping.intake import Intake as Intake
    from fbridge.shipping.manifest_scanning import Scan as Scan
    from fbridge.shipping.manifests import AddResult as AddResult
    from fbridge.shipping.manifests import Manifests as Manifests
    from fbridge.shipping.manifests import Paper as Paper
    from fbridge.shipping.manifests import PutOn as PutOn
    from fbridge.shipping.meant import DocumentMeant as DocumentMeant
    from fbridge.shipping.meant import Meant as Meant
    from fbridge.shipping.returns import Returns as Returns
    from fbridge.shipping.returns import ReturnWish as ReturnWish
    from fbridge.shipping.ship import ShipResult as ShipResult
    from fbridge.shipping.shipment_listing import ChosenShipments as ChosenShipments
    from fbridge.shipping.shipments import Shipments as Shipments
    from fbridge.shipping.tracking_intake import NumbersWish as NumbersWish
    from fbridge.storage.maintenance import Maintenance as Maintenance
    from fbridge.stores.setting_fields import FieldInfo as FieldInfo
    from fbridge.stores.stores import StoreInfo as StoreInfo
    from fbridge.stores.stores import Stores as Stores
    from fbridge.workers.status import StoreWork as StoreWork
    from fbridge.workers.status import WorkerSeen as WorkerSeen
    from fbridge.workers.status import WorkersReport as WorkersReport
    from fbridge.workers.workers import HandedOver as HandedOver
    from fbridge.workers.workers import Workers as Workers

_NAMES = {
    "fbridge.accounts.accounts": "Accounts",
    "fbridge.accounts.api_tokens": "ApiTokens",
    "fbridge.accounts.kept_answers": "KeptAnswers Keyed",
    "fbridge.bridge": "Bridge",
    "fbridge.errors": (
        "BusyError ConfigError CredentialsError DatabaseUnreachableError FbridgeError InputError "
        "NotFoundError NotSent NotSentError PluginError PluginMissingError RefusedError StoppedError "
        "StorageError UnconfirmedError UnreachableError"
    ),
    "fbridge.exit_codes": "ExitCode",
    "fbridge.find": "Found",
    "fbridge.fulfil": "Fulfilled GoodsOfOrder",
    "fbridge.history.explain": "Story",
    "fbridge.history.purge": "Purged",
    "fbridge.hookspecs": "hookimpl",
    "fbridge.jobs.jobs": "Jobs",
    "fbridge.jobs.working": "Work",
    "fbridge.listeners.listeners": "ListenerRow Listeners",
    "fbridge.listeners.positions": "ListenerPosition",
    "fbridge.listeners.telling": "ListenerTold",
    "fbridge.models.accounts": "Account Right Role",
    "fbridge.models.events": "FeedEvent",
    "fbridge.models.jobs": "Job JobState JobStep",
    "fbridge.models.api_tokens": "ApiToken KeptAnswer NewApiToken",
    "fbridge.models.orders": "Address Money",
    "fbridge.models.particulars": "Particulars",
    "fbridge.models.platforms": "CarrierCodes StoreReport",
    "fbridge.models.results": "ItemResult Taken",
    "fbridge.models.shipments": "Carrier Document Manifest ManifestHead ManifestPage ManifestRow Shipment",
    "fbridge.models.states": (
        "FulfillmentState ManifestState OrderSort OrderStatus PushState ReturnKind ReturnOutcome"
    ),
    "fbridge.orders.audit": "AuditResult",
    "fbridge.orders.fetch": "FetchProgress FetchResult",
    "fbridge.orders.filters": "OrderDetail OrderFilter OrderRow",
    "fbridge.orders.listing": "Orders",
    "fbridge.orders.unreadable": "UnreadableOrder",
    "fbridge.plugins": "PlatformStatus",
    "fbridge.push.mail_again": "MailPlan",
    "fbridge.push.plan": "PushPlan UnplannedStore",
    "fbridge.push.results": "MailResult PushResult",
    "fbridge.push.run_state": "PushProgress",
    "fbridge.push.status": "StatusReport",
    "fbridge.push.undo_plan": "UndoPlan",
    "fbridge.push.verify": "StoreVerified",
    "fbridge.settings.paths": "Home",
    "fbridge.shipping.carrier_likeness": "Suggestion",
    "fbridge.shipping.carrier_rows": "Mapped",
    "fbridge.shipping.carrier_standing": "CarrierStanding",
    "fbridge.shipping.carriers": "Carriers CoverageRow MappingRow RouteRow",
    "fbridge.shipping.contents": "Content",
    "fbridge.shipping.deliveries": "Deliveries",
    "fbridge.shipping.document_wishes": "DocumentWish PartWish",
    "fbridge.shipping.intake": "Intake",
    "fbridge.shipping.manifest_scanning": "Scan",
    "fbridge.shipping.manifests": "AddResult Manifests Paper PutOn",
    "fbridge.shipping.meant": "DocumentMeant Meant",
    "fbridge.shipping.returns": "ReturnWish Returns",
    "fbridge.shipping.ship": "ShipResult",
    "fbridge.shipping.shipment_listing": "ChosenShipments",
    "fbridge.shipping.shipments": "Shipments",
    "fbridge.shipping.tracking_intake": "NumbersWish",
    "fbridge.storage.maintenance": "Maintenance",
    "fbridge.stores.setting_fields": "FieldInfo",
    "fbridge.stores.stores": "StoreInfo Stores",
    "fbridge.workers.status": "StoreWork WorkerSeen WorkersReport",
    "fbridge.workers.workers": "HandedOver Workers",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - they are strings


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'fbridge' has no attribute {name!r}")
