"""The toy platform's API as a WSGI application."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from fbridge_toy.shop import RefusedError, ToyOrder, ToyShop

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEY = "tk_4f9Xq-Zp81+toy/SECRET=="
PAGE = 50


class ToySandbox:
    """A store in memory; ``control`` is the shop itself."""

    def __init__(self) -> None:
        self.control = ToyShop()
        self._map = Map(
            [
                Rule("/orders", methods=["GET"], endpoint=self._list),
                Rule("/orders/<order_id>/shipments", methods=["POST"], endpoint=self._ship),
                Rule("/orders/<order_id>/shipments/<shipment_id>", methods=["PUT"], endpoint=self._change),
                Rule("/orders/<order_id>/shipments/<shipment_id>", methods=["DELETE"], endpoint=self._delete),
                Rule("/orders/<order_id>", methods=["PUT"], endpoint=self._set_status),
                Rule("/orders/<order_id>/mails", methods=["POST"], endpoint=self._mail),
                Rule("/carriers", methods=["GET"], endpoint=self._carriers),
            ]
        )

    def store_settings(self) -> dict[str, Any]:
        """The key that opens it."""
        return {"api_key": KEY}

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.headers.get("X-Key") != KEY:
            return _json(401, {"error": "The key is unknown."})
        try:
            act, in_path = self._map.bind_to_environ(request.environ).match()
            with self.control.lock:
                return _json(200, act(request, **in_path))
        except RefusedError as refusal:
            return _json(refusal.status, {"error": str(refusal)})
        except HTTPException as error:
            return _json(error.code or 500, {"error": error.description})

    def _list(self, request: Request) -> Any:
        shop, asked = self.control, request.args
        if "ids" in asked:
            found = [shop.orders[own] for own in asked["ids"].split(",") if own in shop.orders]
        else:
            found = shop.changed_since(int(asked["changed"]), asked["id"])
        return {"total": len(found), "orders": [order.json() for order in found[:PAGE]]}

    def _ship(self, request: Request, order_id: str) -> Any:
        return self._told(order_id, lambda: self.control.ship(order_id, json.loads(request.get_data())))

    def _change(self, request: Request, order_id: str, shipment_id: str) -> Any:
        given = json.loads(request.get_data())
        return self._told(order_id, lambda: self.control.change(order_id, shipment_id, given))

    def _delete(self, _request: Request, order_id: str, shipment_id: str) -> Any:
        return self._told(order_id, lambda: self.control.delete_shipment(order_id, shipment_id))

    def _set_status(self, request: Request, order_id: str) -> Any:
        status = str(json.loads(request.get_data())["status"])
        return self._told(order_id, lambda: self.control.set_status(order_id, status))

    def _mail(self, _request: Request, order_id: str) -> Any:
        return self._told(order_id, lambda: self.control.mail_again(order_id))

    def _told(self, order_id: str, act: Callable[[], ToyOrder]) -> Any:
        """The order after a write, and whether that has mailed the customer."""
        known = self.control.orders.get(order_id)
        before = len(known.mails) if known else 0
        order = act()
        return order.json() | {"mailed": len(order.mails) > before}

    def _carriers(self, _request: Request) -> Any:
        return {"brt": "BRT Bartolini", "ups": "UPS"}


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")
