"""The evening itself: each step is a command that a person would type, done through ``Bridge``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from fbridge.bridge import Bridge
from fbridge.demo.files import written_documents, written_numbers
from fbridge.demo.killed_push import kill_a_push
from fbridge.errors import ConfigError, FbridgeError
from fbridge.installation import extra_command
from fbridge.models.orders import Address, Money
from fbridge.models.states import PaymentKind, PushState
from fbridge.office.imports.shipments import ShipmentOptions, import_shipments
from fbridge.office.imports.tracking import TrackingOptions, import_tracking
from fbridge.orders.filters import OrderRow
from fbridge.orders.listing import OrderFilter
from fbridge.sandbox import ServedSandbox
from fbridge.sandbox.contract import Shopkeeper, ShownOrder
from fbridge.settings.paths import make_private_folder

STORE = "shop"
CARRIER = "BRT"
ORDERS = 28


@dataclass(frozen=True, slots=True)
class Step:
    """A command with what came of it, in a few lines."""

    command: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One order as the store showed it before the evening and shows it after."""

    order: str
    what: str
    before: str
    after: str
    numbers: tuple[str, ...]
    mails: int


@dataclass(slots=True)
class Facts:
    """What happened, for ``--json``."""

    platform: str = ""
    orders_fetched: int = 0
    orders_ready: int = 0
    manifest: str = ""
    paper: str = ""
    shipments: int = 0
    parcels: int = 0
    stopped: tuple[str, ...] = ()
    planned_mails: int = 0
    killed_after_mails: int = 0
    sent: int = 0
    doubled_numbers: int = 0
    second_mails: int = 0
    lost: int = 0
    comparison: list[Comparison] = field(default_factory=list)


class Evening:
    """Plays the evening on one served sandbox; yields each step when it is done."""

    def __init__(
        self, bridge: Bridge, served: ServedSandbox, platform: str, home: Path, *, papers: Path
    ) -> None:
        self._bridge = bridge
        self._served = served
        self._shop: Shopkeeper = served.app.shopkeeper
        self._home, self._papers = home, papers
        self._rows: list[OrderRow] = []
        self._special: dict[str, str] = {}
        self._before: dict[str, ShownOrder] = {}
        self.facts = Facts(platform=platform)

    def add_store(self) -> Step:
        """Add the sandbox as a store; it is checked on the way."""
        settings = {**self._served.store_settings(), "settle": "1s"}
        report = self._bridge.stores.add(
            STORE,
            self.facts.platform,
            self._served.url,
            settings,
            orders_from=date(2020, 1, 1),
            accept_mail=True,
        )
        findings = report.findings if report else ()
        tracking = next((one.words for one in findings if one.name == "tracking"), "")
        command = f"fbridge store add {STORE} --platform {self.facts.platform} --url {self._served.url}"
        return Step(command, (f"{len(findings)} checks passed. {tracking}",))

    def fetch(self) -> Step:
        """Download every order, whatever its state."""
        (result,) = self._bridge.fetch([STORE])
        if result.error:
            raise result.error
        self.facts.orders_fetched = result.orders
        return Step(f"fbridge fetch {STORE}", (f"{result.orders} orders, of every state, are kept here.",))

    def map_carrier(self) -> Step:
        """Add a carrier, under the name that the store has for it, and say what the store calls it."""
        labels = (one.label for one in self._bridge.carriers.codes(STORE).codes)
        name = next((label for label in labels if label.startswith(CARRIER)), CARRIER)
        self._bridge.carriers.add(CARRIER, name, tracking_url="https://vas.brt.it/?n={number}")
        command = f'fbridge carrier add {CARRIER} "{name}"'
        for suggestion in self._bridge.carriers.suggest(STORE):
            self._bridge.carriers.map(STORE, CARRIER, suggestion.site_code)
            command += f"; fbridge carrier map {STORE} {CARRIER} {suggestion.site_code}"
        return Step(command, (f"The store will show it as {name!r}.",))

    def list_ready(self) -> Step:
        """What can be shipped: paid or cash on delivery, goods for a carrier, nothing shipped yet."""
        ready = list(self._bridge.orders.list(OrderFilter(ready=True)))
        # On some platforms two orders may share a number; tonight each is named by its number alone.
        named = Counter(row.number for row in self._bridge.orders.list(OrderFilter()))
        clear = [row for row in ready if named[row.number] == 1 and self._is_plain(row)]
        cod = [row for row in clear if row.payment is PaymentKind.COD][:2]
        paid = [row for row in clear if row.payment is PaymentKind.PAID]
        self._rows = cod + paid[: ORDERS - len(cod)]
        self._before = {row.remote_id: self._shop.shows(row.remote_id) for row in self._rows}
        self.facts.orders_ready = len(ready)
        words = f"{len(ready)} orders can leave, all unfulfilled. Tonight {len(self._rows)} of them do."
        return Step("fbridge orders list --ready", (words,))

    def files_to_drop(self) -> tuple[Path, Path]:
        """What the ERP and the courier's program write tonight, of every order that leaves."""
        documents = written_documents(self._home, [row.number for row in self._rows], CARRIER)
        return documents, written_numbers(self._home)

    def import_documents(self) -> Step:
        """The ERP's file makes most shipments; by hand: one in part, one in three parcels, one of no order."""
        paid = [row for row in self._rows if row.payment is PaymentKind.PAID]
        partial = next(row for row in paid if self._pieces(row) > 1)
        triple = next(row for row in paid if row is not partial)
        whole = [row.number for row in self._rows if row not in (partial, triple)]
        file = written_documents(self._home, whole, CARRIER)
        report = import_shipments(self._bridge, file, ShipmentOptions(on_manifest=True))
        number = self._bridge.manifests.get(CARRIER).number
        line = self._bridge.orders.get(partial.number).lines[0].line
        self._bridge.shipments.create(
            partial.number, items={line.id: 1}, manifest=number, numbers=[f"BX{partial.number}"]
        )
        three = [f"BX{triple.number}-{n}" for n in "123"]
        self._bridge.shipments.create(triple.number, numbers=three, manifest=number)
        self._bridge.shipments.create_external(
            carrier=CARRIER,
            recipient=Address(name="Anna Verdi", city="Torino", country="IT"),
            cod=Money(amount=Decimal("35.00"), currency="EUR"),
            manifest=number,
        )
        self._special = {partial.number: "a part of it", triple.number: "three parcels"}
        return self._gathered(number, f"{report.counts['taken']} documents of {file.name}", partial, triple)

    def _gathered(self, number: str, taken: str, partial: OrderRow, triple: OrderRow) -> Step:
        manifest = self._bridge.manifests.get(number)
        self.facts.manifest, self.facts.shipments = number, len(manifest.shipments)
        self.facts.parcels = manifest.parcels
        command = (
            f"fbridge shipment import documents.csv --manifest; fbridge shipment create {partial.number} --line ...=1"
            f"; fbridge shipment create {triple.number} --number ...; fbridge shipment external"
        )
        contents = f"{len(manifest.shipments)} shipments, {manifest.parcels} parcels{_collected(manifest.cod_totals)}"
        return Step(
            command,
            (
                f"{taken} became shipments. Manifest {number}, in preparation: {contents}.",
                f"Order {partial.number} leaves in part, {triple.number} in three parcels; one is of no order.",
            ),
        )

    def import_numbers(self) -> Step:
        """The courier's file names the ERP's documents."""
        file = written_numbers(self._home)
        report = import_tracking(self._bridge, file, TrackingOptions())
        return Step("fbridge tracking import courier.csv", (f"{report.counts['taken']} numbers were taken.",))

    def print_manifest(self) -> Step:
        """The paper that the driver signs, where the libraries for it are installed."""
        command = f"fbridge manifest print {CARRIER}"
        try:
            from fbridge.office.paper.printing import Look, print_manifest
        except ImportError:
            return Step(command, (f"Not printed, for that needs more packages: {extra_command('office')}",))
        printed = print_manifest(self._bridge, CARRIER, form="pdf", look=Look(language="en"))
        file = (
            self._papers / f"manifest-{self.facts.manifest}.pdf"
        )  # in the place of that of the last evening
        try:
            for folder in (self._papers.parent, self._papers):
                make_private_folder(folder)
            file.write_bytes(printed.content)
        except (ConfigError, OSError) as error:
            return Step(command, (f"Printed, and not kept: {error}",))
        self.facts.paper = str(file)
        return Step(command, (f"Two copies for the driver to sign: {file}",))

    def push_too_early(self) -> Step:
        """Nothing is pushed before the manifest is shipped."""
        command = f"fbridge push --manifest {self.facts.manifest}"
        try:
            self._bridge.plan(manifest=self.facts.manifest)
        except FbridgeError as refusal:
            return Step(command, (f"Refused: {refusal}",))
        raise AssertionError("a manifest in preparation could be pushed")

    def ship(self) -> Step:
        """The shop cancels an order meanwhile; the last look finds it while the parcel is in the house."""
        victim = self._rows[-1]
        self._shop.cancel(victim.remote_id)
        self._special[victim.number] = "cancelled meanwhile"
        stopped = [one for one in self._bridge.manifests.ship(CARRIER).results if not one.ok]
        self.facts.stopped = tuple(one.ref for one in stopped)
        shipped = self._bridge.manifests.ship(CARRIER, leave_out_bad=True)
        return Step(
            f"fbridge manifest ship {CARRIER}; fbridge manifest ship {CARRIER} --leave-out-bad",
            (
                f"Stopped first, order {stopped[0].ref}: {stopped[0].words}.",
                f"Then shipped without it: {len(shipped.manifest.shipments)} shipments left with the courier.",
            ),
        )

    def plan(self) -> Step:
        """What a push would do."""
        plan = self._bridge.plan()
        (store,) = plan.stores
        self.facts.planned_mails = store.mails
        entry = store.entries[0]
        what = f"{store.goes_out} shipments go out, {store.mails} customers get the store's mail"
        return Step(
            "fbridge push --plan",
            (
                f"{what}{_collected(store.cod_totals)}; fingerprint {plan.fingerprint}.",
                f"As with order {entry.order_number}: {entry.carrier}, {', '.join(entry.numbers)}.",
            ),
        )

    def killed_push(self) -> Step:
        """A push in a process of its own, killed while the store is at work on it."""
        self.facts.killed_after_mails = kill_a_push(self._home, lambda: len(self._mails()))
        words = (
            f"Killed with SIGKILL; mails that were out: {self.facts.killed_after_mails}. The store works on."
        )
        return Step("fbridge push --yes", (words,))

    def push_again(self) -> Step:
        """What may have arrived is read on the store first; only what is missing is sent."""
        result = self._bridge.push()
        for _, error in result.errors:
            raise error
        found = sum(item.reason == "found_on_store" for item in result.results)
        now = sum(item.state is PushState.SENT for item in result.results) - found
        self.facts.sent = len(self._bridge.shipments.list(state=PushState.SENT))
        known = self.facts.sent - found - now
        answered = f"{known} had their answer before the kill, " if known else ""
        words = f"{answered}{found} were found there, {now} were sent now."
        return Step("fbridge push --yes", (f"{self.facts.sent} shipments are on the store: {words}",))

    def compare(self) -> list[Comparison]:
        """Each order before and after, as the store itself shows it."""
        for row in self._rows:
            after = self._shop.shows(row.remote_id)
            self.facts.doubled_numbers += len(after.numbers) - len(set(after.numbers))
            self.facts.second_mails += max(after.mails - 1, 0)
            stopped = row.number in self.facts.stopped
            self.facts.lost += not after.numbers and not stopped
            self.facts.comparison.append(self._comparison(row, after))
        return self.facts.comparison

    def _comparison(self, row: OrderRow, after: ShownOrder) -> Comparison:
        what = "cash on delivery" if row.payment is PaymentKind.COD else "paid"
        return Comparison(
            order=row.number,
            what=self._special.get(row.number, what),
            before=self._before[row.remote_id].status,
            after=after.status,
            numbers=after.numbers,
            mails=after.mails,
        )

    def _mails(self) -> Sequence[str]:
        return [row.remote_id for row in self._rows if self._shop.shows(row.remote_id).mails]

    def _is_plain(self, row: OrderRow) -> bool:
        """All of it can leave, from one place: goods of two are two parcels to some platforms, with two mails."""
        lines = [entry.line for entry in self._bridge.orders.get(row.number).lines]
        places = {place for line in lines for place, _ in line.locations}
        return len(places) <= 1 and not any(line.shipped or line.held for line in lines)

    def _pieces(self, row: OrderRow) -> int:
        return self._bridge.orders.get(row.number).lines[0].line.remaining


def _collected(totals: Sequence[Money]) -> str:
    """What the courier collects, at the end of a list; no word where nothing is."""
    return f", cash on delivery {', '.join(map(str, totals))}" if totals else ""
