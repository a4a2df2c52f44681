"""Checks the variables of a request against their types, in Shopify's words (``INVALID_VARIABLE``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableDefinitionNode,
    get_location,
    is_required_input_field,
    print_ast,
    type_from_ast,
)
from graphql.error import GraphQLError

from fbridge_shopify.sandbox.gids import is_gid

Problem = tuple[list[str | int], str]
NOT_NULL = "Expected value to not be null"


def variable_errors(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What is wrong with the variables, as errors of the answer."""
    errors = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        if name not in given and definition.default_value is not None:
            continue
        problems = list(_problems(given.get(name), type_from_ast(schema, definition.type), []))
        if problems:
            errors.append(_error(definition, given.get(name), problems))
    return errors


def _error(node: VariableDefinitionNode, value: Any, problems: list[Problem]) -> dict[str, Any]:
    named = [f"{'.'.join(map(str, path))} ({why})" for path, why in problems if path]
    where = f" for {', '.join(named)}" if named else ""
    located = get_location(node.loc.source, node.loc.start) if node.loc else None
    return {
        "message": f"Variable ${node.variable.name.value} of type {print_ast(node.type)} "
        f"was provided invalid value{where}",
        "locations": [{"line": located.line, "column": located.column}] if located else [],
        "extensions": {
            "code": "INVALID_VARIABLE",
            "value": value,
            "problems": [{"path": path, "explanation": why} for path, why in problems],
        },
    }


def _problems(value: Any, kind: Any, path: list[str | int]) -> Iterator[Problem]:
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            yield path, NOT_NULL
        kind = kind.of_type
    if value is not None:
        yield from _wrong_value(value, kind, path)


def _wrong_value(value: Any, kind: Any, path: list[str | int]) -> Iterator[Problem]:
    if isinstance(kind, GraphQLList):
        for position, item in enumerate(value if isinstance(value, list) else [value]):
            yield from _problems(item, kind.of_type, [*path, position] if isinstance(value, list) else path)
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _object_problems(value, kind, path)
    elif isinstance(kind, GraphQLEnumType) and value not in kind.values:
        yield path, f"Expected {json.dumps(value)} to be one of: {', '.join(kind.values)}"
    elif isinstance(kind, GraphQLScalarType):
        yield from _scalar_problems(value, kind, path)


def _object_problems(value: Any, kind: GraphQLInputObjectType, path: list[str | int]) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield path, f"Expected {json.dumps(value)} to be a key-value object."
        return
    for name, field in kind.fields.items():
        if name in value:
            yield from _problems(value[name], field.type, [*path, name])
        elif is_required_input_field(field):
            yield [*path, name], NOT_NULL
    for name in value:
        if name not in kind.fields:
            yield [*path, name], f"Field is not defined on {kind.name}"


def _scalar_problems(value: Any, kind: GraphQLScalarType, path: list[str | int]) -> Iterator[Problem]:
    if kind.name == "ID":
        if not is_gid(value):
            yield path, f"Invalid global id '{value}'"
        return
    try:
        kind.parse_value(value)
    except GraphQLError:
        yield path, f"Could not coerce value {json.dumps(value)} to {kind.name}"
