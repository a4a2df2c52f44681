"""Joins Shopify's schemas with what answers their fields."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from fbridge_shopify.sandbox.guards import guarded
from fbridge_shopify.sandbox.mutations import MUTATIONS
from fbridge_shopify.sandbox.queries import QUERIES
from fbridge_shopify.sandbox.schemas import schema_of, scopes_needed

ROOTS: dict[str, dict[str, Callable[..., Any]]] = {"QueryRoot": QUERIES, "Mutation": MUTATIONS}


@cache
def answering_schema(version: str) -> GraphQLSchema:
    """The schema of a served version, whose fields can be executed."""
    schema = schema_of(version)
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            _answer_fields(kind)
    return schema


def _answer_fields(kind: GraphQLObjectType) -> None:
    scopes = scopes_needed()
    for name, field in kind.fields.items():
        resolve = ROOTS.get(kind.name, {}).get(name)
        needed = scopes.get(f"{kind.name}.{name}")
        if needed is None and kind.name != "Mutation" and not kind.name.endswith(("Connection", "Edge")):
            needed = scopes.get(get_named_type(field.type).name.removesuffix("Connection"))
        field.resolve = guarded(f"{kind.name}.{name}", resolve, needed)
