"""The platform's API in memory, for tests and for trying things."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from threading import RLock
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from fbridge.sandbox.contract import ShownOrder

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

API_KEY = "kiosk-sandbox-key-4f9Xq"
SLOWEST = 0.3
ON_A_PAGE = 100
SHIP_TO = {
    "name": "Zoë D'Alì-Müller",
    "street": "Via Università 7",
    "postcode": "00185",
    "city": "Roma",
    "country": "IT",
    "phone": "+39 06 5550101",
}
BILL_TO = SHIP_TO | {"name": "Bar Ada srl", "street": "Corso Como 2", "postcode": "20154", "city": "Milano"}
CARRIERS = {"brt": "BRT Bartolini", "gls": "GLS Italy"}


def create_sandbox(*, orders: int = 3, pace: float = 0) -> KioskSandbox:
    """A new store with so many orders. ``pace`` 1.0 answers as slowly as a real one."""
    sandbox = KioskSandbox(pace)
    for count in range(orders):
        sandbox.control.new_order([("CUP", count + 1)])
    return sandbox


@dataclass
class KioskOrder:
    """An order. ``parcels`` are by mark; ``mails`` has the numbers that each mail named."""

    id: str
    created: datetime
    changed: datetime
    lines: list[dict[str, Any]]
    currency: str = "EUR"
    total: str = "10.00"
    due: str = "0"
    status: str = "open"
    ship_to: dict[str, Any] = field(default_factory=lambda: dict(SHIP_TO))
    bill_to: dict[str, Any] = field(default_factory=lambda: dict(BILL_TO))
    parcels: dict[str, dict[str, Any]] = field(default_factory=dict)
    mails: list[list[str]] = field(default_factory=list)

    @property
    def numbers(self) -> list[str]:
        """Every tracking number."""
        return [number for parcel in self.parcels.values() for number in parcel["numbers"]]

    def shipped(self, line: Mapping[str, Any]) -> int:
        """What the store shows as shipped of a line."""
        if self.status == "done":
            return int(line["quantity"] - line["refunded"])
        return sum(parcel["lines"].get(line["id"], 0) for parcel in self.parcels.values())

    def shown(self) -> dict[str, Any]:
        """As the API gives it."""
        return asdict(self) | {
            "created": self.created.isoformat(),
            "changed": self.changed.isoformat(),
            "lines": [line | {"shipped": self.shipped(line)} for line in self.lines],
            "parcels": [parcel | {"mark": mark} for mark, parcel in self.parcels.items()],
        }


class RefusedError(Exception):
    """The store's no."""


class KioskShop:
    """All orders. It is also the shop's staff, for tests and the demo. Take ``lock`` to look or to change."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.orders: dict[str, KioskOrder] = {}
        self._made = 0

    def new_order(self, lines: list[tuple[str, int]], *, due: str = "0") -> KioskOrder:
        """A new order of articles and quantities."""
        with self.lock:
            self._made += 1
            key, now = str(self._made), _now()
            rows = [
                {"id": f"{key}-{place}", "sku": sku, "name": f"{sku.title()} così"}
                | {"quantity": pieces, "refunded": 0}
                for place, (sku, pieces) in enumerate(lines)
            ]
            self.orders[key] = KioskOrder(key, now, now, rows, due=due)
            return self.orders[key]

    def after(self, changed: datetime, order_id: str) -> list[KioskOrder]:
        """The orders after a place in the sequence of (changed, id)."""
        listed = sorted(self.orders.values(), key=lambda order: (order.changed, int(order.id)))
        place = (changed, int(order_id or -1))
        return [order for order in listed if (order.changed, int(order.id)) > place]

    def put_parcel(self, order: KioskOrder, mark: str, given: Mapping[str, Any]) -> None:
        """Make or change a parcel; finish the order and mail the customer where that is asked for."""
        if order.status in {"held", "cancelled"}:
            raise RefusedError(f"The order is {order.status} and ships nothing.")
        if mark not in order.parcels:
            self._check_quantities(order, given["lines"])
        order.parcels[mark] = {key: given[key] for key in ("lines", "numbers", "carrier")}
        if given["finish"] and order.status != "done":
            order.status = "done"
            if given["mail"]:
                order.mails.append(order.numbers)
        order.changed = _now()

    @staticmethod
    def _check_quantities(order: KioskOrder, wanted: Mapping[str, int]) -> None:
        for line in order.lines:
            gone = sum(parcel["lines"].get(line["id"], 0) for parcel in order.parcels.values())
            remaining = line["quantity"] - line["refunded"] - gone
            if wanted.get(line["id"], 0) > remaining:
                raise RefusedError(f"Only {remaining} pieces of {line['sku']} remain.")

    def set_status(self, order_id: str, status: str) -> None:
        """Change an order's status by hand."""
        with self.lock:
            self.orders[order_id].status = status
            self.orders[order_id].changed = _now()

    def cancel(self, order_id: str) -> None:
        """Cancel an order."""
        self.set_status(order_id, "cancelled")

    def shows(self, order_id: str) -> ShownOrder:
        """Look at an order."""
        order = self.orders[order_id]
        return ShownOrder(status=order.status, numbers=tuple(order.numbers), mails=len(order.mails))


class KioskSandbox:
    """A store that exists in memory only (see :class:`fbridge.sandbox.contract.SandboxApp`)."""

    def __init__(self, pace: float = 0) -> None:
        self.control = self.shopkeeper = KioskShop()
        self._pace = pace
        self._routes = Map(
            [
                Rule("/orders", methods=["GET"], endpoint=self._list),
                Rule("/orders/<order_id>/parcels/<mark>", methods=["PUT"], endpoint=self._put),
                Rule("/carriers", methods=["GET"], endpoint=lambda _: CARRIERS),
            ]
        )

    def store_settings(self) -> dict[str, Any]:
        """What a user writes to add this store."""
        return {"api_key": API_KEY}

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        time.sleep(self._pace * SLOWEST)
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.headers.get("X-Key") != API_KEY:
            return _json(401, {"error": "This key is unknown."})
        try:
            act, in_path = self._routes.bind_to_environ(request.environ).match()
            with self.control.lock:
                return _json(200, act(request, **in_path))
        except RefusedError as refusal:
            return _json(422, {"error": str(refusal)})
        except HTTPException as error:
            return _json(error.code or 500, {"error": error.description})

    def _list(self, request: Request) -> Any:
        shop, asked = self.control, request.args
        if "ids" in asked:
            found = [shop.orders[key] for key in asked["ids"].split(",") if key in shop.orders]
            return {"orders": [order.shown() for order in found[:ON_A_PAGE]], "remaining": 0}
        found = shop.after(datetime.fromisoformat(asked["changed"]), asked["id"])
        limit = min(int(asked["limit"]), ON_A_PAGE)
        page = [order.shown() for order in found[:limit]]
        return {"orders": page, "remaining": len(found) - len(page)}

    def _put(self, request: Request, order_id: str, mark: str) -> Any:
        order = self.control.orders.get(order_id)
        if order is None:
            raise RefusedError("There is no such order in this store.")
        self.control.put_parcel(order, mark, json.loads(request.get_data()))
        return order.shown()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")
