"""A request as the Webservice sees it, and the answer of a resource."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.wrappers import Request

from fbridge_prestashop.sandbox.display import Display
from fbridge_prestashop.sandbox.schema import Resource, Row

API = "/api"


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``method`` is the one that counts, ``home`` the store's address without a slash."""

    method: str
    segments: Sequence[str]
    query: dict[str, str]
    home: str
    in_json: bool
    body: bytes

    @property
    def resource_name(self) -> str:
        """The resource in the address; empty for the root."""
        return self.segments[0] if self.segments else ""

    @property
    def row_id(self) -> str | None:
        """The id in the address, as it stands there."""
        return self.segments[1] if len(self.segments) > 1 else None

    @property
    def with_dates(self) -> bool:
        """Whether ``date_add`` and ``date_upd`` may be filtered and sorted."""
        return self.query.get("date") == "1"

    @property
    def sends_mail(self) -> bool:
        """``sendemail``, as PHP takes a text for true."""
        return self.query.get("sendemail", "") not in {"", "0"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows to show. ``is_list`` wraps them in the plural in XML; ``languages`` None shows all of them;
    ``whole_numbers`` are numbers within JSON's associations too."""

    resource: Resource
    rows: Sequence[Row]
    display: Display
    status: int = 200
    is_list: bool = False
    languages: frozenset[str] | None = None
    whole_numbers: bool = False


def read_call(request: Request) -> Call:
    """The request, with PHP's reading of the query: of equal names the last counts."""
    query = {name: values[-1] for name, values in request.args.lists()}
    path = request.path.removeprefix(API).strip("/")
    method = request.method
    if method == "POST" and "ps_method" in query:
        method = query["ps_method"].upper()
    return Call(
        method,
        [segment for segment in path.split("/") if segment],
        query,
        f"{request.scheme}://{request.host}",
        _wants_json(request, query),
        request.get_data(),
    )


def _wants_json(request: Request, query: dict[str, str]) -> bool:
    """In capitals only; ``Accept`` does not count."""
    asked = (query.get("output_format"), query.get("io_format"))
    return "JSON" in {*asked, request.headers.get("Io-Format"), request.headers.get("Output-Format")}
