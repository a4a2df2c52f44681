"""From the request to the resource and back: host, key, permission, format, headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha1
from html import unescape
from http import HTTPStatus
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from fbridge_prestashop.sandbox import errors, output_json, output_xml, pace
from fbridge_prestashop.sandbox.authentication import METHODS, REALM, WebserviceKey, find_key, key_text
from fbridge_prestashop.sandbox.bodies import read_entities
from fbridge_prestashop.sandbox.calls import API, Answer, Call, read_call
from fbridge_prestashop.sandbox.display import Display, read_display, whole
from fbridge_prestashop.sandbox.listing import list_rows
from fbridge_prestashop.sandbox.order_writes import writer_of
from fbridge_prestashop.sandbox.resources import RESOURCES, known_resources
from fbridge_prestashop.sandbox.saving import as_read
from fbridge_prestashop.sandbox.schema import Resource, Row
from fbridge_prestashop.sandbox.state import ASKED_SHOP, SHOP_NAME, Shop

LONGEST_REQUEST_LINE = 8_190
TOO_LONG_PAGE = (
    "<html>\r\n<head><title>414 Request-URI Too Large</title></head>\r\n<body>\r\n"
    "<center><h1>414 Request-URI Too Large</h1></center>\r\n<hr>"
    "<center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
)
HTML = "text/html; charset=utf-8"
COOKIE = {"Set-Cookie": "PrestaShop-sandbox=def50200; path=/; HttpOnly"}
"""PrestaShop sets it before it begins to work, so an answer that breaks off has it too."""
HARMLESS = frozenset({"id", "date_add", "date_upd"})
READS = frozenset({"GET", "HEAD"})


class Dispatcher:
    """Answers the requests to the Webservice of the store."""

    def __init__(self, shop: Shop, keys: Mapping[str, WebserviceKey]) -> None:
        self._shop = shop
        self._keys = keys
        self._methods = METHODS if shop.settings.has_patch else METHODS - {"PATCH"}

    def answer(self, request: Request) -> Response:
        """The answer, errors included."""
        if len(request.full_path) > LONGEST_REQUEST_LINE:
            return Response(TOO_LONG_PAGE, status=414, content_type="text/html")
        if not (request.path == API or request.path.startswith(f"{API}/")):
            return Response(f"<!doctype html><title>{SHOP_NAME}</title>", content_type=HTML)
        call = read_call(request)
        if self._is_elsewhere(request, call):
            return self._redirected(request, call)
        key = key_text(request)
        if key is None:
            return _no_key()
        return self._answered(call, key)

    def _answered(self, call: Call, key: str) -> Response:
        permissions: dict[str, frozenset[str]] | None = None
        ASKED_SHOP.set(call.query.get("id_shop", "1"))
        try:
            if not self._shop.enabled:
                raise errors.webservice_disabled()
            permissions = find_key(self._keys, key).permissions
            status, text = self._work(call, permissions)
        except errors.WebserviceError as found:
            error = self._as_this_version_says(found)
            shown = output_json.json_errors(error) if call.in_json else output_xml.xml_errors(error)
            return self._response(call, error.status, shown, is_known=permissions is not None)
        except errors.NotFoundWithoutBody:
            response = self._response(call, 404, "")
            del response.headers["Content-Type"]
            return response
        except errors.Crash as crash:
            status = 200 if crash.words else 500
            return Response(crash.words, status=status, headers=COOKIE, content_type=HTML)
        return self._response(call, status, text)

    def _as_this_version_says(self, error: errors.WebserviceError) -> errors.WebserviceError:
        settings = self._shop.settings
        if settings.is_nine:
            error = errors.WebserviceError(
                error.status, *((code, unescape(text)) for code, text in error.errors)
            )
        if settings.php_warnings and error.is_of_list:
            return errors.with_php_warnings(error, settings.version)
        return error

    def _work(self, call: Call, permissions: Mapping[str, frozenset[str]]) -> tuple[int, str]:
        name = call.resource_name
        self._check_shop_group(call)
        self._check_permission(call, permissions)
        if not name:
            return self._root(call, permissions)
        resource = RESOURCES[name]
        if "schema" in call.query:
            return 200, self._schema(call, resource)
        if call.method == "DELETE":
            return self._delete(call, resource)
        answer = self._read(call, resource) if call.method in READS else self._write(call, resource)
        if call.in_json:
            drops_falsy = self._shop.settings.drops_falsy_fields
            return answer.status, output_json.json_answer(answer, drops_falsy=drops_falsy)
        return answer.status, output_xml.xml_answer(answer, call.home)

    def _check_permission(self, call: Call, permissions: Mapping[str, frozenset[str]]) -> None:
        method, name = call.method, call.resource_name
        if method not in self._methods:
            raise errors.method_not_valid(method)
        if not name:
            return
        known = known_resources(self._shop.settings.version)
        if name not in known:
            raise errors.unknown_resource(name, known)
        if not permissions.get(name) or name not in RESOURCES:
            raise errors.resource_not_allowed(name)
        if method not in permissions[name]:
            raise errors.method_not_allowed(method, name)

    def _check_shop_group(self, call: Call) -> None:
        for name in ("id_group_shop", "id_shop_group"):
            if call.query.get(name, "1") not in {"1", "all"}:
                raise errors.unknown_shop_group()

    def _root(self, call: Call, permissions: Mapping[str, frozenset[str]]) -> tuple[int, str]:
        if call.in_json:
            raise errors.Crash
        allowed = [
            (resource, permissions[name]) for name, resource in RESOURCES.items() if permissions.get(name)
        ]
        return 200, output_xml.xml_root(SHOP_NAME, allowed, self._methods, call.home)

    def _schema(self, call: Call, resource: Resource) -> str:
        if call.in_json:
            return output_json.json_schema(resource.node)
        languages = range(1, self._shop.settings.languages + 1)
        return output_xml.xml_schema(resource, call.query["schema"], languages, call.home)

    def _read(self, call: Call, resource: Resource) -> Answer:
        is_list = call.row_id is None
        display = read_display(resource, call.query.get("display"), is_list=is_list)
        languages = self._languages(call)
        with self._shop.lock:
            if is_list:
                rows = list_rows(self._shop, resource, call, display)
            else:
                row = self._shop.row(resource.name, _id(call))
                if row is None:
                    raise errors.NotFoundWithoutBody
                rows = [row]
            self._check_whole(resource, rows, display)
            rows = [as_read(self._shop, resource, row) for row in rows]
        self._shop.pace.wait(pace.ROW_READ * len(rows))
        nine = self._shop.settings.is_nine
        return Answer(resource, rows, display, is_list=is_list, languages=languages, whole_numbers=nine)

    def _check_whole(self, resource: Resource, rows: Sequence[Row], display: Display) -> None:
        shown = {field.name for field in display.fields}
        if resource.name != "orders" or shown <= HARMLESS:
            return
        if any(int(row["id"]) in self._shop.broken for row in rows):
            raise errors.Crash

    def _write(self, call: Call, resource: Resource) -> Answer:
        """One entity after the other: what was saved before an error stays saved."""
        write = writer_of(resource, call.method)
        rows: list[Row] = []
        for entity in read_entities(call.body, call.method):
            if self._shop.warnings.before and self._shop.warnings.next():
                raise errors.php_warning()
            try:
                rows.append(write(self._shop, call, entity))
            except errors.WebserviceError as error:
                if self._shop.warnings.next():
                    raise errors.php_warning(*error.errors) from None
                raise
            if self._shop.warnings.next():
                raise errors.php_warning()
        display = whole(resource, asked="display" in call.query)
        status = 201 if call.method == "POST" else 200
        return Answer(resource, rows, display, status, languages=self._languages(call))

    def _delete(self, call: Call, resource: Resource) -> tuple[int, str]:
        with self._shop.lock:
            row_id = _id(call)
            if self._shop.row(resource.name, row_id) is None:
                raise errors.NotFoundWithoutBody
            self._shop.tables[resource.name].remove(row_id)
        return 200, ""

    def _languages(self, call: Call) -> frozenset[str] | None:
        text = call.query.get("language")
        if text is None:
            return None
        asked = frozenset(text.strip("[]").split("|"))
        if not all(one.isdigit() and self._shop.row("languages", one) for one in asked):
            raise errors.unknown_language()
        return asked

    def _is_elsewhere(self, request: Request, call: Call) -> bool:
        """Whether the request names a host or a shop that this installation does not have."""
        domain = self._shop.settings.domain
        if domain is not None and request.host.partition(":")[0] != domain:
            return True
        shop = call.query.get("id_shop", "all")
        return shop != "all" and (not shop.isdigit() or self._shop.row("shops", shop) is None)

    def _redirected(self, request: Request, call: Call) -> Response:
        """To the front page; what was asked for is lost, the body and the shop with it."""
        domain = self._shop.settings.domain
        _, colon, port = request.host.partition(":")
        host = request.host if domain is None else f"{domain}{colon}{port}"
        path = request.path.removeprefix(f"{API}/").strip("/")
        query = {"url": path} | {name: value for name, value in call.query.items() if name != "id_shop"}
        location = f"http://{host}/?{urlencode(query)}"
        return Response("", status=302, headers={"Location": location}, content_type=HTML)

    def _response(self, call: Call, status: int, text: str, *, is_known: bool = True) -> Response:
        headers = {
            "Access-Time": str(int(self._shop.settings.clock().timestamp())),
            "X-Powered-By": "PrestaShop Webservice",
            "PSWS-Version": self._shop.settings.version if is_known else "0",
            "Execution-Time": "0.004",
            **COOKIE,
        }
        text = f"{self._shop.printed}{text}"
        if text:
            headers["Content-Sha1"] = sha1(text.encode(), usedforsecurity=False).hexdigest()
        if not is_known and status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = REALM
        content_type = output_json.CONTENT_TYPE if call.in_json else output_xml.CONTENT_TYPE
        return Response(text, status=status, headers=headers, content_type=content_type)


def _no_key() -> Response:
    headers = {"WWW-Authenticate": REALM}
    return Response("401 Unauthorized", status=401, headers=headers, content_type=HTML)


def _id(call: Call) -> int:
    text = call.row_id or ""
    if not text.isdigit():
        raise errors.NotFoundWithoutBody
    return int(text)
