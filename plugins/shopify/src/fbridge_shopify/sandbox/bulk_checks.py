"""What Shopify refuses to do in bulk, in its own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    parse,
)

from fbridge_shopify.sandbox.documents import operations, read_document, syntax_message
from fbridge_shopify.sandbox.errors import UserErrors, user_error
from fbridge_shopify.sandbox.schemas import schema_of

MOST_CONNECTIONS = 5
DEEPEST = 2
NO_BULK = frozenset({"bulkOperationRunMutation", "bulkOperationRunQuery"})


def check_bulk_query(text: str, version: str) -> DocumentNode:
    """The document of a bulk query. Raises: UserErrors."""
    try:
        ast = parse(text)
    except GraphQLSyntaxError as error:
        message, _, _ = syntax_message(text, error)
        raise user_error(f"Invalid bulk query: {message}", "query", code="INVALID") from None
    operation = next(iter(operations(ast)), None)
    if operation is None or operation.operation is not OperationType.QUERY:
        message = "Invalid operation type. Only `query` operations are supported."
        raise user_error(message, "query", code="INVALID")
    wrong = read_document(text, version).errors
    if wrong:
        raise user_error(f"Invalid bulk query: {wrong[0]['message']}", "query", code="INVALID")
    found = _Found(schema_of(version), ast)
    found.look_into(operation)
    problems = list(_problems(found, operation))
    if problems:
        raise UserErrors(*({"field": ["query"], "message": one, "code": "INVALID"} for one in problems))
    return ast


def check_bulk_mutation(text: str, version: str) -> DocumentNode:
    """The document of a bulk mutation. Raises: UserErrors."""
    try:
        ast = parse(text)
    except GraphQLSyntaxError as error:
        message, line, column = syntax_message(text, error)
        raise user_error(
            f"Failed to parse the mutation - {message} at [{line}, {column}]", code="INVALID_MUTATION"
        ) from None
    operation = next(iter(operations(ast)), None)
    if operation is None or operation.operation is not OperationType.MUTATION:
        message = "Invalid operation type. Only `mutation` operations are supported."
        raise user_error(message, code="INVALID_MUTATION")
    roots = [one for one in operation.selection_set.selections if isinstance(one, FieldNode)]
    if len(roots) != 1:
        raise user_error("You must specify a single top level mutation.", "mutation")
    if roots[0].name.value in NO_BULK:
        raise user_error("You must use an allowed mutation name.", "mutation")
    found = _Found(schema_of(version), ast)
    found.look_into(operation)
    if len(found.connections) > 1:
        raise user_error("Bulk mutations cannot contain more than 1 connection.", "mutation")
    wrong = read_document(text, version).errors
    if wrong:
        raise user_error(f"Failed to parse the mutation - {wrong[0]['message']}", code="INVALID_MUTATION")
    return ast


@dataclass(slots=True)
class _Connection:
    name: str
    depth: int
    in_list: bool
    by_nodes: bool
    has_id: bool = False
    nested: list[str] = field(default_factory=list)


class _Found:
    """The connections that a document asks for."""

    def __init__(self, schema: GraphQLSchema, ast: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            one.name.value: one for one in ast.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self.connections: list[_Connection] = []

    def look_into(self, operation: OperationDefinitionNode) -> None:
        """Find them all."""
        root = self._schema.get_root_type(operation.operation)
        self._walk(operation.selection_set, root, None, in_list=False)

    def _walk(self, selected: Any, parent: Any, above: _Connection | None, *, in_list: bool) -> None:
        for node, holder in self.fields(selected, parent):
            defined = getattr(holder, "fields", {}).get(node.name.value)
            if defined is None or node.selection_set is None:
                continue
            kind = get_named_type(defined.type)
            if kind.name.endswith("Connection"):
                self._connection(node, kind, above, in_list=in_list)
            elif node.name.value != "node":
                self._walk(node.selection_set, kind, above, in_list=in_list or _is_list(defined.type))

    def _connection(self, node: FieldNode, kind: Any, above: _Connection | None, *, in_list: bool) -> None:
        inside = {one.name.value: one for one, _ in self.fields(node.selection_set, kind)}
        found = _Connection(node.name.value, above.depth + 1 if above else 0, in_list, "nodes" in inside)
        self.connections.append(found)
        if above is not None:
            above.nested.append(found.name)
        selected = _node_selection(self, inside, kind)
        node_kind = get_named_type(kind.fields["nodes"].type)
        found.has_id = any(
            one.name.value == "id" and one.alias is None for one, _ in self.fields(selected, node_kind)
        )
        self._walk(selected, node_kind, found, in_list=False)

    def fields(self, selected: Any, parent: Any) -> Iterator[tuple[FieldNode, Any]]:
        """The fields of a selection, those of its fragments among them."""
        for node in selected.selections if selected is not None else ():
            if isinstance(node, FieldNode):
                yield node, parent
            elif isinstance(node, InlineFragmentNode):
                name = node.type_condition.name.value if node.type_condition else parent.name
                yield from self.fields(node.selection_set, self._schema.type_map.get(name, parent))
            elif isinstance(node, FragmentSpreadNode) and node.name.value in self._fragments:
                yield from self.fields(self._fragments[node.name.value].selection_set, parent)


def _node_selection(found: _Found, inside: dict[str, FieldNode], kind: Any) -> Any:
    if "nodes" in inside:
        return inside["nodes"].selection_set
    edges = inside.get("edges")
    edge_kind = get_named_type(kind.fields["edges"].type)
    fields = found.fields(edges.selection_set, edge_kind) if edges is not None else ()
    return next((one.selection_set for one, _ in fields if one.name.value == "node"), None)


def _is_list(kind: Any) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def _problems(found: _Found, operation: OperationDefinitionNode) -> Iterator[str]:
    roots = [one.name.value for one in operation.selection_set.selections if isinstance(one, FieldNode)]
    if {"node", "nodes"} & set(roots):
        yield "Bulk queries cannot contain a top level `node` field."
    if not found.connections:
        yield "Bulk queries must contain at least one connection."
    by_nodes = [one.name for one in found.connections if one.by_nodes]
    if by_nodes:
        named = ", ".join(f"'{name}'" for name in by_nodes)
        yield (
            "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
            f"'{by_nodes[0]} {{ edges {{ node {{'. Selecting via 'nodes' is not supported. "
            f"Invalid connection fields: {named}."
        )
    if any(one.in_list for one in found.connections):
        yield "Queries that contain a connection field within a list field are not currently supported."
    if any(one.depth > DEEPEST for one in found.connections):
        yield f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}."
    if len(found.connections) > MOST_CONNECTIONS:
        yield f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections."
    without = [one.name for one in found.connections if one.nested and not one.has_id]
    if without and not by_nodes:
        yield (
            "The parent 'node' field for a nested connection must select the 'id' field without an alias and must "
            f"be of 'ID' return type. Connection fields without 'id': {', '.join(without)}."
        )
