"""Documents as they come: parsed and checked once, kept for the next request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    Source,
    parse,
)
from graphql.language import Lexer, TokenKind

from fbridge_shopify.sandbox.schemas import schema_of
from fbridge_shopify.sandbox.validation import validation_errors


@dataclass(frozen=True, slots=True)
class Document:
    """A document, or what is wrong with it (errors in the form of the answer)."""

    ast: DocumentNode | None
    errors: tuple[dict[str, Any], ...] = ()

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation that is meant."""
        found = operations(self.ast)
        if name:
            found = [one for one in found if one.name is not None and one.name.value == name]
        return found[0] if len(found) == 1 else None


@lru_cache(maxsize=256)
def read_document(text: str, version: str) -> Document:
    """Parse and check a document."""
    try:
        ast = parse(Source(text, "GraphQL request"))
    except GraphQLSyntaxError as error:
        return Document(None, (syntax_error(text, error),))
    return Document(ast, tuple(validation_errors(schema_of(version), ast)))


@lru_cache(maxsize=256)
def parse_only(text: str) -> DocumentNode | None:
    """The document without a check, or None."""
    try:
        return parse(text)
    except GraphQLSyntaxError:
        return None


def operations(ast: DocumentNode | None) -> list[OperationDefinitionNode]:
    """The operations in a document."""
    return [one for one in ast.definitions if isinstance(one, OperationDefinitionNode)] if ast else []


def is_mutation(text: str, name: str | None = None) -> bool:
    """Whether the document (its operation of this name) may change something."""
    found = operations(parse_only(text))
    return any(
        one.operation is OperationType.MUTATION
        for one in found
        if not name or (one.name is not None and one.name.value == name)
    )


def root_fields(text: str) -> list[str]:
    """The fields that the document asks for at the top, each once: what the request is about."""
    found = [
        node.name.value
        for one in operations(parse_only(text))
        for node in one.selection_set.selections
        if isinstance(node, FieldNode)
    ]
    return list(dict.fromkeys(found))


def syntax_error(text: str, error: GraphQLSyntaxError) -> dict[str, Any]:
    """In the words of Shopify's parser."""
    message, line, column = syntax_message(text, error)
    return {
        "message": f"{message} at [{line}, {column}]",
        "locations": [{"line": line, "column": column}],
        "extensions": {"code": "PARSE_ERROR"},
    }


def syntax_message(text: str, error: GraphQLSyntaxError) -> tuple[str, int, int]:
    """What is wrong, and where: the end of a document is where its last word stands."""
    if "<EOF>" in error.message:
        line, column = _last_token(text)
        return "syntax error, unexpected end of file", line, column
    line, column = error.locations[0] if error.locations else (1, 1)
    found = re.search(r"(?:Unexpected|found) (.+?)\.?$", error.message)
    return f"syntax error, unexpected {found[1] if found else 'invalid token'}", line, column


def _last_token(text: str) -> tuple[int, int]:
    lexer = Lexer(Source(text))
    token = lexer.token
    try:
        while (following := lexer.advance()).kind is not TokenKind.EOF:
            token = following
    except GraphQLSyntaxError:
        pass
    return max(token.line, 1), max(token.column, 1)
