"""Checks documents against Shopify's schema, and says what is wrong in Shopify's words.

graphql-core does the checking; its sentences are put into those of Shopify's server, with the code and the path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    print_ast,
    validate,
    visit,
)

from fbridge_shopify.sandbox.gids import is_gid

Said = tuple[str, dict[str, Any], Node | None]
"""Message, extensions and the node that is meant."""


def validation_errors(schema: GraphQLSchema, document: DocumentNode) -> Iterator[dict[str, Any]]:
    """What is wrong with the document, as errors of the answer."""
    for error in validate(schema, document):
        yield _translated(error, schema, document)
    yield from _wrong_ids(schema, document)


def _translated(error: GraphQLError, schema: GraphQLSchema, document: DocumentNode) -> dict[str, Any]:
    nodes = error.nodes or ()
    node = next((one for one in nodes if isinstance(one, VariableNode)), nodes[0] if nodes else None)
    above = ancestors_of(document, node) if node is not None else []
    for pattern, say in SAYINGS:
        match = re.match(pattern, error.message)
        if match is not None:
            message, extensions, meant = say(match, above, schema)
            until = None if extensions["code"] == "argumentLiteralsIncompatible" else meant
            return error_at(message, extensions, meant or node, path_of(above, until))
    return error_at(error.message, {"code": "invalid"}, node, path_of(above, None))


def error_at(
    message: str, extensions: dict[str, Any], node: Node | None, path: list[str | int]
) -> dict[str, Any]:
    """An error of the answer, at the place of a node."""
    locations = []
    if node is not None and node.loc is not None:
        start = node.loc.start_token
        locations = [{"line": start.line, "column": start.column}]
    return {"message": message, "locations": locations, "path": path, "extensions": extensions}


def ancestors_of(document: DocumentNode, wanted: Node) -> list[Node]:
    """The nodes above one, from the document down, and itself."""

    class Finder(Visitor):
        found: list[Node] = []  # noqa: RUF012 - one visitor, one search

        def enter(self, node: Node, _key: Any, parent: Any, _path: Any, ancestors: Sequence[Any]) -> Any:
            if node is wanted:
                Finder.found = [one for one in (*ancestors, parent, node) if isinstance(one, Node)]
                return self.BREAK
            return None

    visit(document, Finder())
    return Finder.found


def path_of(nodes: Sequence[Node], until: Node | None) -> list[str | int]:
    """Shopify's path: the operation, then fields, arguments and fragments by name; to ``until``, or all."""
    path: list[str | int] = []
    for node in nodes:
        if isinstance(node, OperationDefinitionNode):
            name = f" {node.name.value}" if node.name else ""
            path.append(f"{node.operation.value}{name}")
        elif isinstance(node, FragmentDefinitionNode):
            path.append(f"fragment {node.name.value}")
        elif isinstance(node, (FieldNode, ArgumentNode, ObjectFieldNode)):
            alias = node.alias if isinstance(node, FieldNode) else None
            path.append((alias or node.name).value)
        elif isinstance(node, InlineFragmentNode):
            path.append(f"... on {node.type_condition.name.value}" if node.type_condition else "...")
        if node is until:
            break
    return path


def _nearest(above: Sequence[Node], *kinds: type[Node]) -> Any:
    return next((one for one in reversed(above) if isinstance(one, kinds)), None)


def _undefined_field(match: re.Match[str], _above: list[Node], _schema: GraphQLSchema) -> Said:
    field, kind = match[1], match[2]
    extensions = {"code": "undefinedField", "typeName": kind, "fieldName": field}
    return f"Field '{field}' doesn't exist on type '{kind}'", extensions, None


def _selection_needed(match: re.Match[str], _above: list[Node], _schema: GraphQLSchema) -> Said:
    field, kind = match[1], match[2].strip("[]!")
    message = (
        f"Field must have selections (field '{field}' returns {kind} but has no selections. "
        f"Did you mean '{field} {{ ... }}'?)"
    )
    return message, {"code": "selectionMismatch", "nodeName": f"field '{field}'", "typeName": kind}, None


def _no_selection(match: re.Match[str], above: list[Node], _schema: GraphQLSchema) -> Said:
    field, kind = match[1], match[2].strip("[]!")
    node = _nearest(above, FieldNode)
    inside = (
        [one.name.value for one in node.selection_set.selections if isinstance(one, FieldNode)]
        if (node is not None and node.selection_set is not None)
        else []
    )
    named = ", ".join(f'"{one}"' for one in inside)
    message = (
        f"Selections can't be made on scalars (field '{field}' returns {kind} but has selections [{named}])"
    )
    return message, {"code": "selectionMismatch", "nodeName": f"field '{field}'", "typeName": kind}, node


def _missing_argument(match: re.Match[str], _above: list[Node], _schema: GraphQLSchema) -> Said:
    field, argument = match[1], match[2]
    extensions = {
        "code": "missingRequiredArguments",
        "className": "Field",
        "name": field,
        "arguments": argument,
    }
    return f"Field '{field}' is missing required arguments: {argument}", extensions, None


def _unknown_argument(match: re.Match[str], _above: list[Node], _schema: GraphQLSchema) -> Said:
    argument, field = match[1], match[2].rpartition(".")[2]
    extensions = {
        "code": "argumentNotAccepted",
        "name": field,
        "typeName": "Field",
        "argumentName": argument,
    }
    return f"Field '{field}' doesn't accept argument '{argument}'", extensions, None


def _missing_input_field(match: re.Match[str], _above: list[Node], schema: GraphQLSchema) -> Said:
    kind, field = match["kind"], match["field"]
    wanted = str(schema.type_map[kind].fields[field].type)  # type: ignore[attr-defined]
    extensions = {
        "code": "missingRequiredInputObjectAttribute",
        "argumentName": field,
        "argumentType": wanted,
        "inputObjectType": kind,
    }
    message = f"Argument '{field}' on InputObject '{kind}' is required. Expected type {wanted}"
    return message, extensions, None


def _unknown_input_field(match: re.Match[str], _above: list[Node], _schema: GraphQLSchema) -> Said:
    field, kind = match["field"], match["kind"]
    extensions = {
        "code": "argumentNotAccepted",
        "name": kind,
        "typeName": "InputObject",
        "argumentName": field,
    }
    return f"InputObject '{kind}' doesn't accept argument '{field}'", extensions, None


def _wrong_literal(_match: re.Match[str], above: list[Node], schema: GraphQLSchema) -> Said:
    holder, field = _nearest(above, ArgumentNode, ObjectFieldNode), _nearest(above, FieldNode)
    if holder is None or field is None:
        return _match.string, {"code": "argumentLiteralsIncompatible"}, None
    inside = isinstance(holder, ObjectFieldNode)
    expected = re.search(r"type '([^']+)'|'(\w+)' enum|^(\w+) cannot", _match.string)
    wanted = next((group for group in expected.groups() if group), "") if expected else ""
    on = "InputObject" if inside else "Field"
    name = holder.name.value
    whose = _input_type(above, schema) if inside else field.name.value
    message = (
        f"Argument '{name}' on {on} '{whose}' has an invalid value ({print_ast(holder.value)}). "
        f"Expected type '{wanted}'."
    )
    extensions = {"code": "argumentLiteralsIncompatible", "typeName": on, "argumentName": name}
    return message, extensions, holder if inside else field


def _input_type(above: Sequence[Node], schema: GraphQLSchema) -> str:
    """The input object that the innermost object field belongs to."""
    fields = {
        (kind.name, name)
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLInputObjectType)
        for name in kind.fields
    }
    name = _nearest(above, ObjectFieldNode).name.value
    return next((kind for kind, field in sorted(fields) if field == name), "")


def _unused_variable(match: re.Match[str], above: list[Node], _schema: GraphQLSchema) -> Said:
    operation = _nearest(above, OperationDefinitionNode)
    name = operation.name.value if operation is not None and operation.name else "anonymous query"
    message = f"Variable ${match[1]} is declared by {name} but not used"
    return message, {"code": "variableNotUsed", "variableName": match[1]}, operation


def _undeclared_variable(match: re.Match[str], _above: list[Node], _schema: GraphQLSchema) -> Said:
    message = f"Variable ${match[1]} is used by {match[2] or 'anonymous query'} but not declared"
    return message, {"code": "variableNotDefined", "variableName": match[1]}, None


def _variable_mismatch(match: re.Match[str], above: list[Node], _schema: GraphQLSchema) -> Said:
    holder = _nearest(above, ArgumentNode, ObjectFieldNode)
    argument = holder.name.value if holder is not None else ""
    nullable = match[2] + "!" == match[3]
    said = "Nullability" if nullable else "Type"
    message = f"{said} mismatch on variable ${match[1]} and argument {argument} ({match[2]} / {match[3]})"
    extensions = {
        "code": "variableMismatch",
        "variableName": match[1],
        "typeName": match[2],
        "argumentName": argument,
        "errorMessage": f"{said} mismatch",
    }
    return message, extensions, None


def _unknown_type(match: re.Match[str], above: list[Node], _schema: GraphQLSchema) -> Said:
    kind = match[1]
    fragment = _nearest(above, InlineFragmentNode)
    end = ", so it can't be a fragment condition" if fragment is not None else ""
    extensions = {"code": "undefinedType", "typeName": kind}
    return f"No such type {kind}{end}", extensions, fragment


SAYINGS: tuple[tuple[str, Callable[[re.Match[str], list[Node], GraphQLSchema], Said]], ...] = (
    (r"Cannot query field '(\w+)' on type '(\w+)'", _undefined_field),
    (r"Field '(\w+)' of type '([^']+)' must have a selection", _selection_needed),
    (r"Field '(\w+)' must not have a selection since type '([^']+)'", _no_selection),
    (r"Field '(\w+)' argument '(\w+)' of type '[^']+' is required", _missing_argument),
    (r"Argument '\w+\.(\w+)\((\w+):\)' of type '[^']+' is required", _missing_argument),
    (r"Unknown argument '(\w+)' on field '([\w.]+)'", _unknown_argument),
    (r"Field '(?P<kind>\w+)\.(?P<field>\w+)' of required type '[^']+' was not", _missing_input_field),
    (
        r"Expected value of type '(?P<kind>\w+)' to include required field '(?P<field>\w+)'",
        _missing_input_field,
    ),
    (r"Field '(?P<field>\w+)' is not defined by type '(?P<kind>\w+)'", _unknown_input_field),
    (
        r"Expected value of type '(?P<kind>\w+)' not to include unknown field '(?P<field>\w+)'",
        _unknown_input_field,
    ),
    (r"Variable '\$(\w+)' is never used", _unused_variable),
    (r"Variable '\$(\w+)' is not defined(?: by operation '(\w+)')?", _undeclared_variable),
    (r"Variable '\$(\w+)' of type '([^']+)' used in position expecting type '([^']+)'", _variable_mismatch),
    (r"Unknown type '(\w+)'", _unknown_type),
    (r"Expected value of (?:non-null )?type|Value '|Enum '|\w+ cannot represent", _wrong_literal),
)
"""graphql-core's sentences (3.2 and 3.3 word some of them differently), and how Shopify says the same."""


def _wrong_ids(schema: GraphQLSchema, document: DocumentNode) -> Iterator[dict[str, Any]]:
    """Every ID is a global id on Shopify; graphql-core takes any text."""
    info, wrong = TypeInfo(schema), list[StringValueNode]()

    class Ids(Visitor):
        def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
            kind = info.get_input_type()
            if kind is not None and get_named_type(kind).name == "ID" and not is_gid(node.value):
                wrong.append(node)

    visit(document, TypeInfoVisitor(info, Ids()))
    for value in wrong:
        above = ancestors_of(document, value)
        field = _nearest(above, FieldNode)
        extensions = {"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"}
        yield error_at(f"Invalid global id '{value.value}'", extensions, field, path_of(above, None))
