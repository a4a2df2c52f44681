"""Which command answers with what: the types of ``--json``, command by command.

A command that is not here has no schema, and turns the tests red. A command that answers otherwise with an option
stands here once more, with that option.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fbridge.authoring.card import ReportCard
from fbridge.authoring.new_plugin import NewPlugin
from fbridge.cli import answers as told
from fbridge.cli.evening_report import EveningReport
from fbridge.cli.json_schemas import SchemaInfo
from fbridge.demo.evening import Facts
from fbridge.find import Found
from fbridge.fulfil import Fulfilled
from fbridge.history.explain import Story
from fbridge.history.export_batches import Batch
from fbridge.history.purge import Purged
from fbridge.listeners.listeners import ListenerRow
from fbridge.listeners.positions import ListenerPosition
from fbridge.listeners.telling import ListenerTold
from fbridge.models.accounts import Account
from fbridge.models.api_tokens import ApiToken, NewApiToken
from fbridge.models.events import FeedEvent
from fbridge.models.platforms import CarrierCodes, StoreReport
from fbridge.models.results import ItemResult
from fbridge.models.shipments import Carrier, Manifest, ManifestRow, Shipment
from fbridge.office.exports.maps import ExportMap
from fbridge.office.imports.map_making import MapProposal
from fbridge.office.imports.report import ImportReport
from fbridge.office.inbox import InboxResult
from fbridge.orders.audit import AuditResult
from fbridge.orders.fetch import FetchResult
from fbridge.orders.filters import OrderDetail, OrderRow
from fbridge.orders.unreadable import UnreadableOrder
from fbridge.push.plan import PushPlan
from fbridge.push.status import StatusReport
from fbridge.shipping.carrier_likeness import Suggestion
from fbridge.shipping.carrier_standing import CarrierStanding
from fbridge.shipping.carriers import CoverageRow, MappingRow, RouteRow
from fbridge.shipping.manifest_scanning import ScanResult
from fbridge.shipping.manifests import AddResult
from fbridge.shipping.ship import ShipResult
from fbridge.storage.check import DatabaseReport
from fbridge.stores.stores import StoreInfo
from fbridge.workers.status import WorkersReport


@dataclass(frozen=True, slots=True)
class Answer:
    """``items`` of a type, or one thing as ``data``; ``line`` and ``file`` have no envelope.

    ``more`` are fields that the command adds to those of the type.
    """

    shape: str
    kind: Any
    more: Mapping[str, Any] = field(default_factory=dict)


def items(kind: Any, **more: Any) -> Answer:
    """A list."""
    return Answer("items", kind, more)


def data(kind: Any) -> Answer:
    """One thing."""
    return Answer("data", kind)


def lines(kind: Any, **more: Any) -> Answer:
    """NDJSON."""
    return Answer("line", kind, more)


def file(kind: Any) -> Answer:
    """A file that is written, without an envelope."""
    return Answer("file", kind)


_BATCH = {"batch": int | None}
_CURSOR = {**_BATCH, "cursor": int | None}
_BY_MAP = Mapping[str, str]

ANSWERS: Mapping[str, Answer] = {
    "demo": data(Facts),
    "demo --office": data(told.DemoServed),
    "platforms": data(tuple[told.InstalledPlatform, ...]),
    "store add": data(told.StoreAdded),
    "store list": items(StoreInfo),
    "store show": data(StoreInfo),
    "store check": data(StoreReport),
    "store remove": data(told.Removed),
    "fetch": items(FetchResult),
    "fetch --audit": items(AuditResult),
    "orders list": items(OrderRow),
    "orders list --unreadable": items(UnreadableOrder),
    "orders set-aside": data(UnreadableOrder),
    "orders bring-back": data(UnreadableOrder),
    "orders show": data(OrderDetail),
    "orders export": items(OrderDetail, **_CURSOR),
    "orders export --format ndjson": lines(OrderDetail, **_CURSOR),
    "orders export --map": items(_BY_MAP),
    "carrier add": data(Carrier),
    "carrier set": data(Carrier),
    "carrier list": items(Carrier),
    "carrier remove": data(told.Removed),
    "carrier codes": data(CarrierCodes),
    "carrier map": items(MappingRow),
    "carrier unmap": data(told.Unmapped),
    "carrier route": items(RouteRow),
    "carrier unroute": data(told.Unrouted),
    "carrier suggest": items(Suggestion),
    "carrier suggest --accept": items(MappingRow),
    "carrier coverage": items(CoverageRow),
    "carrier coverage --carriers": items(CarrierStanding),
    "shipment create": data(Shipment),
    "shipment external": data(Shipment),
    "shipment import": data(ImportReport),
    "shipment export": items(Shipment, goods=str, **_BATCH),
    "shipment export --format ndjson": lines(Shipment, goods=str, **_BATCH),
    "shipment export --map": items(_BY_MAP),
    "shipment print": data(told.PapersWritten),
    "shipment list": items(Shipment),
    "shipment show": data(Shipment),
    "shipment returned": data(tuple[ItemResult, ...]),
    "shipment returned --file": data(ImportReport),
    "shipment withdraw": data(told.TakenBack),
    "shipment adopt": data(Shipment),
    "shipment repack": data(Shipment),
    "shipment mailed": data(Shipment),
    "tracking set": data(Shipment),
    "tracking add": data(Shipment),
    "tracking import": data(ImportReport),
    "import map": data(MapProposal),
    "import list": items(told.SavedMap),
    "export map": data(ExportMap),
    "export list": items(told.SavedMap),
    "export batches": items(Batch),
    "inbox run": items(InboxResult),
    "manifest new": data(Manifest),
    "manifest add": data(AddResult),
    "manifest remove": data(tuple[ItemResult, ...]),
    "manifest list": items(ManifestRow),
    "manifest show": data(Manifest),
    "manifest scan": data(ScanResult),
    "manifest print": data(told.PaperWritten),
    "manifest export": data(told.CourierFileWritten),
    "manifest courier-told": data(tuple[str, ...]),
    "manifest ship": data(ShipResult),
    "manifest reopen": data(Manifest),
    "manifest leave-behind": data(tuple[ItemResult, ...]),
    "manifest cancel": data(Manifest),
    "evening": data(told.EveningDone),
    "push": data(told.Pushed),
    "push --plan": data(PushPlan),
    "push --defer": data(told.PushDeferred),
    "push --mail-again": data(told.MailsAsked),
    "push --mail-again --plan": data(told.MailsPlanned),
    "fulfil": data(Fulfilled),
    "worker": data(told.WorkerEnded),
    "worker status": data(WorkersReport),
    "verify": data(told.Verified),
    "verify --accept": data(told.Accepted),
    "status": data(StatusReport),
    "explain": data(Story),
    "events": items(FeedEvent),
    "events lines": lines(FeedEvent),
    "listeners list": items(ListenerRow),
    "listeners run": items(ListenerTold),
    "listeners set": data(ListenerPosition),
    "listeners forget": data(told.Removed),
    "find": items(Found),
    "evening --report": file(EveningReport),
    "inbox run report": file(ImportReport),
    "purge": data(Purged),
    "plugin check": data(ReportCard),
    "plugin new": data(NewPlugin),
    "doctor": data(told.Examined),
    "db upgrade": data(told.Upgraded),
    "db backup": data(told.Copied),
    "db restore": data(told.Restored),
    "db restore --done": data(told.Noted),
    "db create": data(told.Created),
    "db check": data(DatabaseReport),
    "schema": items(SchemaInfo),
    "schema COMMAND": data(Mapping[str, Any]),
    "completion": data(told.ScriptOfShell),
    "office": data(told.OfficeServed),
    "office token add": data(NewApiToken),
    "office token list": items(ApiToken),
    "office token revoke": data(told.Removed),
    "office user add": data(Account),
    "office user list": items(Account),
    "office user remove": data(told.Removed),
    "office user password": data(Account),
    "office user role": data(Account),
    "office user off": data(Account),
    "office user on": data(Account),
    "sandbox serve": data(told.ServedStore),
}
