"""Answers a GraphQL request: check, price, execute (docs: API rate limits, GraphQL errors)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    VariableNode,
    execute,
)

from fbridge_shopify.sandbox.connections import MOST
from fbridge_shopify.sandbox.cost import CostOf
from fbridge_shopify.sandbox.documents import Document, read_document
from fbridge_shopify.sandbox.errors import MAX_COST, internal_error, max_cost_exceeded, throttled
from fbridge_shopify.sandbox.search import parse_search
from fbridge_shopify.sandbox.validation import error_at
from fbridge_shopify.sandbox.variables import variable_errors
from fbridge_shopify.sandbox.viewer import Viewer

Answer = dict[str, Any]


def answer(viewer: Viewer, body: Mapping[str, Any]) -> Answer:
    """The body of the answer to ``{"query", "variables", "operationName"}``."""
    text = body.get("query")
    if not isinstance(text, str) or not text.strip():
        return {"errors": [{"message": "No query string was present"}]}
    variables = body.get("variables") or {}
    document = read_document(text, viewer.version)
    if document.errors:
        return {"errors": list(document.errors)}
    operation = document.operation(body.get("operationName"))
    if operation is None:
        return {"errors": [{"message": "An operation name is required", "locations": []}]}
    wrong = variable_errors(viewer.schema, operation, variables) or _too_long(operation, variables)
    if wrong:
        return {"errors": wrong}
    return _priced(viewer, document, operation, variables)


def _priced(
    viewer: Viewer,
    document: Document,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> Answer:
    assert document.ast is not None  # noqa: S101 - it has no errors
    cost, bucket = CostOf(viewer.schema, document.ast, operation, variables), viewer.shop.bucket
    asked = cost.requested()
    if asked > MAX_COST:
        return {"errors": [max_cost_exceeded(asked)]}
    if not bucket.take(asked):
        return {"errors": [throttled()], "extensions": _extensions(viewer, asked, None)}
    result = _executed(viewer, document, operation, variables)
    used = min(asked, cost.actual(result.get("data")))
    bucket.give_back(asked - used)
    extensions = _extensions(viewer, asked, used)
    warnings = _search_warnings(operation, variables)
    return result | {"extensions": extensions | ({"search": warnings} if warnings else {})}


def _executed(
    viewer: Viewer,
    document: Document,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> Answer:
    assert document.ast is not None  # noqa: S101 - it has no errors
    with viewer.shop.lock:
        result = execute(
            viewer.schema,
            document.ast,
            context_value=viewer,
            variable_values=dict(variables),
            operation_name=operation.name.value if operation.name else None,
        )
    data: Any = getattr(result, "data", None)
    errors = [_formatted(error) for error in getattr(result, "errors", None) or ()]
    return {"errors": errors, "data": data} if errors else {"data": data}


def _formatted(error: GraphQLError) -> dict[str, Any]:
    """Shopify's order of the parts; what is no error of ours is an internal one."""
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        raise error.original_error
    shown = error.formatted
    return {
        "message": shown["message"],
        "locations": shown.get("locations", []),
        "extensions": shown.get("extensions", {}),
        "path": shown.get("path", []),
    }


def _extensions(viewer: Viewer, asked: int, used: int | None) -> dict[str, Any]:
    return {
        "cost": {
            "requestedQueryCost": asked,
            "actualQueryCost": used,
            "throttleStatus": viewer.shop.bucket.status(),
        }
    }


def _too_long(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lists in the arguments of the roots are limited, except those of a mutation's input objects."""
    errors = []
    for field, name, value in _root_arguments(operation, variables):
        if isinstance(value, list) and len(value) > MOST:
            message = f"The input array size of {len(value)} is greater than the maximum allowed of {MOST}."
            path: list[str | int] = [(field.alias or field.name).value, name]
            errors.append(error_at(message, {"code": "MAX_INPUT_SIZE_EXCEEDED"}, field, path))
    return errors


def _search_warnings(
    operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[dict[str, Any]]:
    found = []
    for field, name, value in _root_arguments(operation, variables):
        if name != "query" or field.name.value not in {"orders", "ordersCount"} or not value:
            continue
        try:
            unknown = parse_search(value).unknown
        except ValueError:
            continue
        warnings = [
            {"field": one, "message": "Invalid search field for this query.", "code": "invalid_field"}
            for one in unknown
        ]
        if warnings:
            path = [(field.alias or field.name).value]
            found.append({"path": path, "query": value, "warnings": warnings})
    return found


def _root_arguments(
    operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> list[tuple[FieldNode, str, Any]]:
    found = []
    for field in operation.selection_set.selections:
        if isinstance(field, FieldNode):
            for argument in field.arguments or ():
                node = argument.value
                literal = getattr(node, "values", None) or getattr(node, "value", None)
                value = variables.get(node.name.value) if isinstance(node, VariableNode) else literal
                found.append((field, argument.name.value, list(value) if isinstance(value, tuple) else value))
    return found


def internal_error_answer() -> Answer:
    """What an internal error looks like."""
    return {"errors": [internal_error()], "data": None}
