"""The platform's requests. No other file knows HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fbridge.http import HeaderAuth, Response
from fbridge.models.platforms import Store
from fbridge_kiosk.answers import error_of


class KioskClient:
    """One store. Each method makes one request."""

    def __init__(self, store: Store) -> None:
        self._http = store.http
        if store.http.auth is None:
            store.http.auth = HeaderAuth("X-Key", store.settings["api_key"])

    def orders_after(self, place: Mapping[str, Any], limit: int) -> Response:
        """A page of the orders after this place in the sequence of (changed, id)."""
        return self._read("orders", {**place, "limit": limit})

    def orders_by_id(self, order_ids: Sequence[str]) -> Response:
        """These orders, as far as they exist; a push rests on them, so no cache may answer."""
        return self._read("orders", {"ids": ",".join(order_ids)}, fresh=True)

    def no_order(self, *, fresh: bool) -> Response:
        """A small request that shows whether a cache stands before the store."""
        return self._http.read("orders", params={"ids": "0"}, fresh=fresh)

    def carriers(self) -> Any:
        """The names of the store's carriers by their codes."""
        return self._read("carriers", {}).json()

    def put_parcel(self, order_id: str, mark: str, body: Mapping[str, Any]) -> Response:
        """Make the parcel with this mark, or change it. Exactly one try: NotSentError, UnconfirmedError."""
        return self._http.write("PUT", f"orders/{order_id}/parcels/{mark}", json=body)

    def _read(self, path: str, params: Mapping[str, Any], *, fresh: bool = False) -> Response:
        answer = self._http.read(path, params=params, fresh=fresh)
        if answer.ok:
            return answer
        raise error_of(answer)
