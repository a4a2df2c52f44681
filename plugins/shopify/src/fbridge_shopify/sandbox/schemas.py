"""Shopify's schemas, one for each API version that the store serves, and the scopes that they ask for."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import graphql
from graphql import GraphQLSchema, build_schema

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")
"""Those that are supported, oldest first."""
SAME_FILE = {"2026-10": "2026-07"}
NEW_IN_2026_10 = ("enum OrderDisplayFulfillmentStatus {\n", "  FULFILLMENT_NOT_REQUIRED\n")


def served_version(asked: str) -> str:
    """The version that answers: one that is not supported falls forward to the oldest that is."""
    return asked if asked in VERSIONS else VERSIONS[0]


@cache
def scopes_needed() -> dict[str, Any]:
    """``any_of`` and ``text`` for each type, field and mutation that needs an access scope."""
    content: dict[str, Any] = json.loads(_read("scopes.json"))
    return dict(content["items"])


@cache
def schema_of(version: str) -> GraphQLSchema:
    """The schema of a served version."""
    text = _read(f"admin-{SAME_FILE.get(version, version)}.graphql")
    if version in SAME_FILE:
        enum, value = NEW_IN_2026_10
        text = text.replace(enum, enum + value)
    if not hasattr(graphql, "GraphQLOneOfDirective"):
        text = text.replace(" @oneOf", "")
    return build_schema(text)


def _read(name: str) -> str:
    return (files(__package__) / "schema" / name).read_text(encoding="utf-8")
