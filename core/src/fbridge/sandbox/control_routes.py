"""``/__sandbox__/``: the hand behind an emulated store, for another process on this machine.

``GET mails``, ``requests``, ``state``, ``orders/{id}``; ``POST orders/{id}`` with what the platform understands;
``POST faults`` with ``{"kind": "drop_after", "path": "orders"}``; ``DELETE faults`` and ``DELETE requests`` forget.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import Any, Generic, TypeAlias, TypeVar

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from fbridge.sandbox.control import SandboxControl
from fbridge.sandbox.faults import CONTROL_PREFIX

LOOPBACK = frozenset({"127.0.0.1", "::1"})

C = TypeVar("C", bound=SandboxControl)
Route: TypeAlias = tuple[str, str, Callable[..., Any]]
"""Method, rule below the prefix, and what is called with the decoded body and the parts of the path."""


@cache
def _addresses(routes: tuple[tuple[str, str], ...]) -> Map:
    """From an address to the place of its route; made once, for a store is made quicker than its map."""
    return Map(
        [
            Rule(f"{CONTROL_PREFIX}/{rule}", methods=[method], endpoint=place)
            for place, (method, rule) in enumerate(routes)
        ]
    )


class ControlRoutes(ABC, Generic[C]):
    """Answers requests below the control prefix, from this machine only.

    What a route raises as LookupError, TypeError or ValueError is the caller's mistake.
    """

    def __init__(self, control: C) -> None:
        self.control = control
        self._map = _addresses(tuple((method, rule) for method, rule, _ in self.routes()))
        self._acts = [act for _, _, act in self.routes()]

    def routes(self) -> list[Route]:
        """Those of every platform; a platform may add its own."""
        return [
            ("GET", "mails", self._mails),
            ("GET", "requests", self._requests),
            ("DELETE", "requests", self._forget_requests),
            ("GET", "state", self._state),
            ("GET", "orders/<int:order_id>", self._order),
            ("POST", "orders/<int:order_id>", self.change),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", self._forget_faults),
        ]

    @abstractmethod
    def change(self, given: dict[str, Any], order_id: int) -> Any:
        """Change an order as ``given`` says, and show what it is then."""

    def mail_json(self, mail: Any) -> dict[str, Any]:
        """One of the control's mails, for JSON."""
        return asdict(mail) | {"has_tracking": mail.has_tracking}

    def answer(self, request: Request) -> Response:
        """The answer as JSON; what the control does not understand is 400 with a sentence."""
        try:
            if request.remote_addr not in LOOPBACK:
                raise NotFound
            place, in_path = self._map.bind_to_environ(request.environ).match()
            given = json.loads(request.get_data() or b"{}")
            return _json(200, self._acts[place](given, **in_path))
        except HTTPException as error:
            return _json(error.code or 500, {"error": error.description})
        except (LookupError, TypeError, ValueError) as error:
            return _json(400, {"error": str(error)})

    def _mails(self, _given: Any) -> Any:
        return [self.mail_json(mail) for mail in self.control.mails()]

    def _requests(self, _given: Any) -> Any:
        return [asdict(request) for request in self.control.requests()]

    def _forget_requests(self, _given: Any) -> Any:
        self.control.forget_requests()
        return {}

    def _state(self, _given: Any) -> Any:
        return self.control.state()

    def _order(self, _given: Any, order_id: int) -> Any:
        return self.control.order(order_id)

    def _add_fault(self, given: dict[str, Any]) -> Any:
        self.control.add_fault(**given)
        return self.control.state()

    def _forget_faults(self, _given: Any) -> Any:
        self.control.faults.clear()
        return self.control.state()


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")
