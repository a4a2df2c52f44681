"""Writes the OpenAPI document of the HTTP API: answers by the types of ``--json``, requests by their own schemas.

``python docs/json_reference.py`` writes it anew, with the schemas of ``--json``; a test fails when it is out of date.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from json_schemas import JsonSchema, Types, closed

from fbridge.accounts.kept_answers import KEPT
from fbridge.office_web import api
from fbridge.office_web.api.app import DOCUMENT, ROUTES
from fbridge.office_web.api.asking import KEY_HEADER
from fbridge.office_web.api.problems import CONTENT_TYPE, ProblemDetails
from fbridge.office_web.api.routes import PREFIX, Route

FILE = Path(api.__path__[0]) / DOCUMENT
_ALWAYS = (400, 401, 403, 404, 422, 429, 500, 502, 503)
_OF_ACTS = (409, 413, 415)
_MEANT = {
    400: "The request cannot be read, or an act has no `Idempotency-Key`.",
    401: "No token, or one that is good for nothing any more.",
    403: "The token lacks a scope; the sentence says which.",
    404: "What the request names is not there.",
    409: "The first request with this `Idempotency-Key` still runs.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A field is wrong, or what is asked for is not possible as things stand; nothing was changed.",
    429: "Too many wrong tokens.",
    500: "Settings, a plugin or fbridge itself need somebody who mends them.",
    502: "The store refused.",
    503: "The store or the database cannot be reached, or is busy; ask again later.",
}


class _Document:
    def __init__(self) -> None:
        self._types = Types()
        self._requests = MarshmallowPlugin()
        self._spec = APISpec("fbridge", "1", "3.1.0", plugins=[self._requests])

    def made(self) -> JsonSchema:
        """The whole document."""
        paths: dict[str, JsonSchema] = {}
        for route in ROUTES:
            path = route.path.replace("<", "{").replace(">", "}")
            paths.setdefault(path, {})[route.method.lower()] = self._operation(route)
        problem = self._schema(ProblemDetails)
        whole = {
            "openapi": "3.1.0",
            "info": {
                "title": "fbridge",
                "version": "1",
                "description": inspect.cleandoc(api.__doc__ or ""),
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": PREFIX}],
            "security": [{"token": []}],
            "paths": paths,
            "components": {
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
                "parameters": {"IdempotencyKey": _key()},
                "responses": {f"Problem{code}": _problem(code, problem) for code in _MEANT},
                "schemas": self._schemas(),
            },
        }
        text = json.dumps(whole).replace('"#/$defs/', '"#/components/schemas/')
        made: JsonSchema = json.loads(text)
        return made

    def _operation(self, route: Route) -> JsonSchema:
        more = inspect.cleandoc(route.act.__doc__ or "").partition("\n\n")[2]
        problems = _ALWAYS + (_OF_ACTS if route.body else ())
        told = {
            "operationId": route.act.__name__,
            "summary": _summary(route),
            "description": f"{more}\n\nScope: `{route.scope.value}`.".strip(),
            "security": [{"token": [route.scope.value]}],
            "parameters": self._parameters(route),
            "responses": {
                str(route.status): self._answer(route),
                **{str(code): {"$ref": f"#/components/responses/Problem{code}"} for code in sorted(problems)},
            },
        }
        if route.body is not None:
            told["requestBody"] = {"content": {"application/json": {"schema": self._body(route)}}}
            told["requestBody"]["required"] = bool(route.body().fields) and any(
                one.required for one in route.body().fields.values()
            )
        return told

    def _parameters(self, route: Route) -> list[JsonSchema]:
        assert self._requests.converter  # noqa: S101 - the document has it
        query = self._requests.converter.schema2parameters(route.query, location="query")
        path = [{"name": "ref", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}]
        key = [{"$ref": "#/components/parameters/IdempotencyKey"}]
        return path * ("<ref>" in route.path) + query + key * bool(route.body)

    def _body(self, route: Route) -> JsonSchema:
        assert self._requests.converter  # noqa: S101 - the document has it
        made: JsonSchema = self._requests.converter.resolve_nested_schema(route.body)
        return made

    def _answer(self, route: Route) -> JsonSchema:
        told = self._schema(route.answer)
        if route.is_list:
            following = {
                "type": ["string", "null"],
                "description": "The path of the next page; null on the last.",
            }
            told = closed({"items": {"type": "array", "items": told}, "next": following})
        answer: JsonSchema = {"description": "Done.", "content": {"application/json": {"schema": told}}}
        if route.status in {201, 202}:
            place = {"schema": {"type": "string"}, "description": "Where to look at it."}
            answer["headers"] = {"Location": place}
        return answer

    def _schema(self, kind: Any) -> JsonSchema:
        return self._types.schema(kind)

    def _schemas(self) -> JsonSchema:
        asked = self._spec.to_dict().get("components", {}).get("schemas", {})
        double = set(asked) & set(self._types.definitions)
        if double:
            raise TypeError(f"requests and answers have types of one name: {sorted(double)}")
        return dict(sorted({**asked, **self._types.definitions}.items()))


def _key() -> JsonSchema:
    return {
        "name": KEY_HEADER,
        "in": "header",
        "required": True,
        "description": f"Of your own for each request, such as a UUID; the same request with the same key is done "
        f"once, and gets the same answer for {KEPT.days} days.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    }


def _problem(code: int, schema: JsonSchema) -> JsonSchema:
    return {"description": _MEANT[code], "content": {CONTENT_TYPE: {"schema": schema}}}


def table() -> str:
    """One row for each path."""
    rows = [
        f"| `{one.method} {one.path.replace('<', '{').replace('>', '}')}` | `{one.scope.value}` | {_summary(one)} |"
        for one in ROUTES
    ]
    return "\n".join(["| path | scope | what it does |", "|---|---|---|", *rows])


def _summary(route: Route) -> str:
    return " ".join(inspect.cleandoc(route.act.__doc__ or "").partition("\n\n")[0].split())


def document() -> str:
    """As it stands in its file."""
    return json.dumps(_Document().made(), indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    """Write it anew."""
    FILE.write_text(document(), "utf-8")


if __name__ == "__main__":
    write()
