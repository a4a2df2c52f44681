"""Programs that use the HTTP API: whatever they are answered is held against the document of the API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from jsonschema_rs import Draft202012Validator
from tests.core.office_web.conftest import ADDRESS
from werkzeug.test import TestResponse

PREFIX = "/api/v1"


@cache
def document() -> dict[str, Any]:
    text = (files("fbridge.office_web.api") / "openapi.json").read_text("utf-8")
    made: dict[str, Any] = json.loads(text)
    return made


@cache
def _validator(method: str, path: str, status: int) -> Draft202012Validator:
    answer = document()["paths"][path][method.lower()]["responses"][str(status)]
    if "$ref" in answer:
        answer = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    (content,) = answer["content"].values()
    return Draft202012Validator({**content["schema"], "components": document()["components"]})


def template_of(path: str) -> str:
    """`/orders/1001/story` is `/orders/{ref}/story`."""
    said = path.partition("?")[0].strip("/").split("/")
    for known in document()["paths"]:
        words = known.strip("/").split("/")
        if len(words) == len(said) and all(
            one in (word, "{ref}") for word, one in zip(said, words, strict=True)
        ):
            return str(known)
    raise AssertionError(f"{path} is not in the document")


@dataclass
class Program:
    client: FlaskClient
    token: str

    def get(self, path: str, code: int = 200) -> Any:
        return self._told("GET", path, code)

    def post(self, path: str, body: object = None, code: int = 200, key: str = "") -> Any:
        return self._told(
            "POST", path, code, json=body or {}, headers={"Idempotency-Key": key or str(uuid4())}
        )

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return self.client.open(PREFIX + path, method=method, base_url=ADDRESS, headers=headers, **more)

    def _told(self, method: str, path: str, code: int, **more: Any) -> Any:
        answer = self.ask(method, path.removeprefix(PREFIX), **more)
        assert answer.status_code == code, answer.text
        told = json.loads(answer.text)
        _validator(method, template_of(path.removeprefix(PREFIX)), code).validate(told)
        return told
