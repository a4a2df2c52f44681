"""The addresses of the emulated store, and what stands before the GraphQL endpoint."""

from __future__ import annotations

import json
import re
from typing import Any

from werkzeug.wrappers import Request, Response

from fbridge.sandbox.faults import Requests
from fbridge_shopify.sandbox import pace
from fbridge_shopify.sandbox.authentication import NON_EXPIRING, WRONG_TOKEN, Tokens
from fbridge_shopify.sandbox.bulk_mutations import UPLOADS
from fbridge_shopify.sandbox.documents import is_mutation, root_fields
from fbridge_shopify.sandbox.execution import answer, internal_error_answer
from fbridge_shopify.sandbox.resolvers import answering_schema
from fbridge_shopify.sandbox.schemas import served_version
from fbridge_shopify.sandbox.state import Shop
from fbridge_shopify.sandbox.viewer import Viewer

GRAPHQL = re.compile(r"/admin/api/(?:(?P<version>[\w-]+)/)?graphql\.json")
BULK_FILE = re.compile(r"/bulk/(\d+)\.jsonl")
BULK_READS = frozenset({"bulkOperationRunQuery", "bulkOperationCancel"})
OAUTH = "/admin/oauth/access_token"

SHUT = {
    402: "Unavailable Shop",
    403: "[API] This action requires merchant approval for scopes that the app was not granted.",
    423: "This shop is unavailable",
}
"""Statuses that an owner of a shop can bring about, with Shopify's words as far as they are known."""


class ShopRequests(Requests):
    """Everything is POSTed to one address: the document tells what is wanted."""

    reads_body = True

    def writes(self, request: Request) -> bool:
        """Whether it is a mutation; one that starts a bulk read writes nothing."""
        body = _body(request)
        if body is None or set(root_fields(body.get("query") or "")) <= BULK_READS:
            return False
        return is_mutation(body.get("query") or "", body.get("operationName"))

    def note(self, request: Request) -> str:
        """The roots of the document."""
        body = _body(request)
        return "" if body is None else " ".join(root_fields(body.get("query") or ""))

    def internal_error(self) -> Response:
        """As a GraphQL error."""
        return _json(200, internal_error_answer())

    def too_many_requests(self) -> Response:
        """In Shopify's words (shopify.dev, "Response status and error codes")."""
        words = "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service."
        return _json(429, {"errors": words})


class Dispatcher:
    """Answers the requests of apps."""

    def __init__(self, shop: Shop, tokens: Tokens) -> None:
        self._shop = shop
        self._tokens = tokens
        self.shut: int | None = None
        """402, 403 or 423: the shop answers nothing else."""
        self.deprecated = ""
        """Why the shop warns of what is asked."""

    def answer(self, request: Request) -> Response:
        """The answer to one request."""
        self._shop.pace.wait(pace.REQUEST)
        graphql = GRAPHQL.fullmatch(request.path)
        if graphql is not None:
            return self._graphql(request, graphql["version"] or "")
        if request.path == OAUTH and request.method == "POST":
            return self._grant(request)
        if request.path == UPLOADS and request.method == "POST":
            return self._upload(request)
        bulk = BULK_FILE.fullmatch(request.path)
        if bulk is not None and request.method == "GET":
            return self._bulk_file(int(bulk[1]))
        return _json(404, {"errors": "Not Found"})

    def _graphql(self, request: Request, version: str) -> Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        served = served_version(version)
        try:
            body = json.loads(request.get_data())
        except ValueError:
            return _json(400, {"errors": "Bad Request"})
        token = self._tokens.find(request.headers["X-Shopify-Access-Token"])
        assert token is not None  # noqa: S101 - checked with the refusals
        viewer = Viewer(self._shop, token, served, answering_schema(served), request.host_url.rstrip("/"))
        response = _json(200, answer(viewer, body if isinstance(body, dict) else {}))
        response.headers["X-Shopify-API-Version"] = served
        if self.deprecated:
            response.headers["X-Shopify-API-Deprecated-Reason"] = self.deprecated
        return response

    def _refused(self, request: Request) -> Response | None:
        if request.method != "POST":
            return _json(405, {"errors": "Method Not Allowed"})
        token = self._tokens.find(request.headers.get("X-Shopify-Access-Token", ""))
        if token is None:
            return _json(401, {"errors": WRONG_TOKEN})
        if token.outlawed:
            return _json(403, {"errors": NON_EXPIRING})
        if self.shut is not None:
            return _json(self.shut, {"errors": SHUT.get(self.shut, "Unavailable")})
        if request.mimetype != "application/json":
            return _json(415, {"errors": "Unsupported Media Type"})
        return None

    def _grant(self, request: Request) -> Response:
        form: dict[str, Any] = dict(request.form.to_dict())
        if request.mimetype == "application/json":
            form = _body(request) or {}
        status, body = self._tokens.grant(form)
        return _json(status, body)

    def _upload(self, request: Request) -> Response:
        """The place for the files of bulk mutations: a storage of somebody else's, without a token."""
        key, file = request.form.get("key", ""), request.files.get("file")
        content = None if file is None else file.stream.read()
        request.close()
        uploads = self._shop.bulk.uploads
        if key not in uploads or content is None:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403, content_type="application/xml")
        uploads[key] = content
        return Response(
            f"<PostResponse><Key>{key}</Key></PostResponse>", status=201, content_type="application/xml"
        )

    def _bulk_file(self, number: int) -> Response:
        try:
            content = self._shop.bulk.file(number)
        except LookupError:
            return Response(
                "<Error><Code>NoSuchKey</Code></Error>", status=404, content_type="application/xml"
            )
        return Response(content, content_type="application/jsonl")


def _body(request: Request) -> dict[str, Any] | None:
    if request.mimetype != "application/json":
        return None
    try:
        body = json.loads(request.get_data())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json; charset=utf-8")
