"""The emulated store against answers of live stores, where somebody has such recordings on this machine.

They may not be part of this repository. ``FBRIDGE_SHOPIFY_RECORDINGS`` names a folder of JSON files with exchanges:
objects with ``query``, ``variables`` and ``response`` at any depth (those of the public project shopify-draft-proxy).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from graphql import FieldNode

import fbridge_shopify.sandbox
from fbridge_shopify.sandbox.cost import CostOf
from fbridge_shopify.sandbox.documents import Document, operations, parse_only, read_document
from fbridge_shopify.sandbox.mutations import MUTATIONS
from fbridge_shopify.sandbox.schemas import schema_of
from fbridge_shopify.sandbox.variables import variable_errors

FOLDER = os.environ.get("FBRIDGE_SHOPIFY_RECORDINGS", "")
VERSION = "2026-04"
WRAPPERS = ("response", "payload", "body", "result", "mutation")
FILLED_IN = re.compile(r"(?<=A bulk )(?=query|mutation)|[\d']|: | - |= |(?<=but it was )")
EXACT_SHARE = 0.95
"""Shopify has set some costs by hand since, and changed them."""
NOT_EMULATED = frozenset(
    {
        # these need a fulfillment service of the app's own, and returns
        "Cannot move submitted fulfillment order that is at a 3PL fulfillment service.",
        "Cannot cancel an order that has returns",
        # nothing that fbridge sends
        "Only one of the arguments `refund` or `refund_method` is allowed.",
        "Staff note is too long. Maximum length is 255 characters.",
        "is too large (65536 bytes; maximum is 65535 bytes)",
        "Query is too large (65536 bytes; maximum is 65535 bytes)",
    }
)

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="FBRIDGE_SHOPIFY_RECORDINGS names no folder with recordings of live stores"
)


class Exchange(NamedTuple):
    file: str
    query: str
    variables: dict[str, Any]
    answer: dict[str, Any]


def exchanges() -> Iterator[Exchange]:
    for path in sorted(Path(FOLDER).glob("*.json")):
        yield from found_in(json.loads(path.read_text(encoding="utf-8")), path.name)


def found_in(value: Any, file: str) -> Iterator[Exchange]:
    if isinstance(value, dict):
        query = value.get("query")
        answer = next((value[name] for name in WRAPPERS if isinstance(value.get(name), dict)), None)
        while isinstance(answer, dict) and not {"data", "errors"} & set(answer):
            answer = next((answer[name] for name in WRAPPERS if isinstance(answer.get(name), dict)), None)
        if isinstance(query, str) and answer is not None:
            yield Exchange(file, query, value.get("variables") or {}, answer)
        for inner in value.values():
            yield from found_in(inner, file)
    elif isinstance(value, list):
        for inner in value:
            yield from found_in(inner, file)


def known(document: Document) -> bool:
    """Whether the document asks only for what the packaged part of the schema has."""
    unknown = {"undefinedField", "undefinedType"}
    return not any(error["extensions"]["code"] in unknown for error in document.errors)


def test_costs_of_recorded_requests():
    right, wrong = 0, []
    for one in exchanges():
        recorded = one.answer.get("extensions", {}).get("cost", {}).get("requestedQueryCost")
        document = read_document(one.query, VERSION)
        if recorded is None or document.errors or document.ast is None:
            continue
        operation = document.operation(None)
        assert operation is not None
        asked = CostOf(schema_of(VERSION), document.ast, operation, one.variables).requested()
        if asked == recorded:
            right += 1
        else:
            wrong.append((one.file, asked, recorded))
    assert right > 100
    assert right / (right + len(wrong)) > EXACT_SHARE, wrong


def test_recorded_refusals_of_documents_and_variables():
    compared = 0
    for one in exchanges():
        document = read_document(one.query, VERSION)
        if "data" in one.answer or not known(document):
            continue
        errors = list(document.errors)
        operation = document.operation(None)
        if not errors and operation is not None:
            errors = variable_errors(schema_of(VERSION), operation, one.variables)
        told = {shape(error) for error in errors}
        assert told & {shape(error) for error in one.answer["errors"]}, one
        compared += 1
    assert compared > 5


def shape(error: dict[str, Any]) -> tuple[str, str]:
    """Code and sentence; the values of an enum stand in another order in each."""
    return error["extensions"]["code"], re.sub(r" to be one of: .*", "", error["message"])


def test_every_recorded_refusal_of_a_mutation_is_among_the_texts_of_the_sandbox():
    folder = Path(*fbridge_shopify.sandbox.__path__)
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    joined = re.sub(r'"\s*\n\s*f?"', "", source)
    missing = set()
    for one in exchanges():
        for mutation, message in refusals(one):
            begins = FILLED_IN.split(message)[0].strip()
            if mutation in MUTATIONS and begins not in joined and message not in NOT_EMULATED:
                missing.add(f"{mutation}: {message}")
    assert not missing


def refusals(one: Exchange) -> Iterator[tuple[str, str]]:
    names = {
        (node.alias or node.name).value: node.name.value
        for operation in operations(parse_only(one.query))
        for node in operation.selection_set.selections
        if isinstance(node, FieldNode)
    }
    for key, payload in (one.answer.get("data") or {}).items():
        for error in payload.get("userErrors", ()) if isinstance(payload, dict) else ():
            if "message" in error:  # else nobody asked for it
                yield names.get(key, key), error["message"]
