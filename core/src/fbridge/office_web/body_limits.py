"""How much of a request the server keeps before anybody looks at it: little of strangers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_cookie

from fbridge.errors import FbridgeError
from fbridge.office_web.api.app import MOST_BYTES as MOST_API_BYTES
from fbridge.office_web.api.app import token_in
from fbridge.office_web.api.routes import PREFIX
from fbridge.office_web.guarding import MOST_BYTES
from fbridge.office_web.rights import most_bytes_of, right_of
from fbridge.office_web.signing_in import signed_in

if TYPE_CHECKING:
    from flask import Flask


class BodyLimits:
    """Told by the head of a request. Only looks: what is sent may still be refused by the page itself."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def most(self, method: str, path: str, headers: Mapping[str, str]) -> int:
        """How many bytes may follow; ``headers`` by their names in capitals."""
        is_api = path.startswith(f"{PREFIX}/")
        try:
            return self._of_program(headers) if is_api else self._of_page(method, path, headers)
        except (FbridgeError, HTTPException):  # no database now, or no such page
            return MOST_BYTES

    def _of_program(self, headers: Mapping[str, str]) -> int:
        token = token_in(headers.get("AUTHORIZATION", ""))
        known = token and self._app.extensions["bridge"].api_tokens.who(token, note=False)
        return MOST_API_BYTES if known else MOST_BYTES

    def _of_page(self, method: str, path: str, headers: Mapping[str, str]) -> int:
        endpoint, _ = self._app.url_map.bind("").match(path, method)
        most = most_bytes_of(self._app.view_functions[endpoint])
        account = signed_in(self._app, parse_cookie(headers.get("COOKIE", ""))) if most > MOST_BYTES else None
        with self._app.app_context():
            right = right_of(endpoint)
        return most if account and right and account.may(right) else MOST_BYTES
