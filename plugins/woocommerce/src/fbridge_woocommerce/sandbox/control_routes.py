"""``/__sandbox__/``: the hand behind the store, for another process on this machine.

``GET mails``, ``requests``, ``state``, ``orders/{id}``; ``POST orders/{id}`` with ``{"status": ...}`` (fields
as in ``PUT``), ``{"refund": true}``, ``{"refund": {line id: quantity}}`` or ``{"trackings": [...]}``; ``POST
faults`` with ``{"kind": "drop_after", "path": "batch"}``; ``DELETE faults`` and ``DELETE requests`` forget.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from fbridge.sandbox.faults import CONTROL_PREFIX
from fbridge_woocommerce.sandbox.control import Control
from fbridge_woocommerce.sandbox.errors import RestError

LOOPBACK = frozenset({"127.0.0.1", "::1"})


class ControlRoutes:
    """Answers requests below the control prefix, from this machine only."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._map = Map(
            [
                Rule(f"{CONTROL_PREFIX}/{rule}", methods=[method], endpoint=act)
                for method, rule, act in self._acts()
            ]
        )

    def _acts(self) -> list[tuple[str, str, Callable[..., Any]]]:
        return [
            ("GET", "mails", self._mails),
            ("GET", "requests", self._requests),
            ("DELETE", "requests", self._forget_requests),
            ("GET", "state", self._state),
            ("GET", "orders/<int:order_id>", self._order),
            ("POST", "orders/<int:order_id>", self._change),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", self._forget_faults),
        ]

    def answer(self, request: Request) -> Response:
        """The answer as JSON; what the control does not understand is 400 with a sentence."""
        try:
            if request.remote_addr not in LOOPBACK:
                raise NotFound
            act, in_path = self._map.bind_to_environ(request.environ).match()
            given = json.loads(request.get_data() or b"{}")
            return _json(200, act(given, **in_path))
        except HTTPException as error:
            return _json(error.code or 500, {"error": error.description})
        except (LookupError, TypeError, ValueError, RestError) as error:
            return _json(400, {"error": str(error)})

    def _mails(self, _given: Any) -> Any:
        return [asdict(mail) | {"has_tracking": mail.has_tracking} for mail in self._control.mails()]

    def _requests(self, _given: Any) -> Any:
        return [asdict(request) for request in self._control.requests()]

    def _forget_requests(self, _given: Any) -> Any:
        self._control.forget_requests()
        return {}

    def _state(self, _given: Any) -> Any:
        return self._control.state()

    def _order(self, _given: Any, order_id: int) -> Any:
        return self._control.order(order_id)

    def _change(self, given: dict[str, Any], order_id: int) -> Any:
        refund, trackings = given.pop("refund", None), given.pop("trackings", None)
        if refund is not None:
            quantities = (
                {int(line): int(pieces) for line, pieces in refund.items()} if refund is not True else None
            )
            self._control.refund(order_id, quantities)
        if trackings is not None:
            self._control.set_trackings(order_id, trackings)
        if given:
            self._control.change(order_id, **given)
        return self._control.order(order_id)

    def _add_fault(self, given: dict[str, Any]) -> Any:
        self._control.add_fault(**given)
        return self._control.state()

    def _forget_faults(self, _given: Any) -> Any:
        self._control.faults.clear()
        return self._control.state()


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")
