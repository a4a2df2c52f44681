"""Does the work of bulk operations: reads all that a query names, or runs a mutation for each line of a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphql import DocumentNode, execute

from fbridge_shopify.sandbox.connections import BULK, BulkPass

if TYPE_CHECKING:
    from fbridge_shopify.sandbox.viewer import Viewer

Line = dict[str, Any]


def read_everything(viewer: Viewer, ast: DocumentNode, *, grouped: bool) -> Iterator[tuple[list[Line], int]]:
    """The lines of a query's file, page by page, with how many roots they are of.

    ``grouped``: what hangs on an object follows it at once; else it comes behind the page.
    """
    reading = BulkPass()
    while True:
        token = BULK.set(reading)
        try:
            with viewer.shop.lock:
                result = execute(viewer.schema, ast, context_value=viewer)
        finally:
            BULK.reset(token)
        roots = [one for value in (getattr(result, "data", None) or {}).values() for one in _nodes(value)]
        groups = [list(_lines(one, None)) for one in roots]
        if grouped:
            lines = [line for group in groups for line in group]
        else:
            lines = [group[0] for group in groups] + [line for group in groups for line in group[1:]]
        yield lines, len(roots)
        if not reading.more:
            return


def run_for_each(viewer: Viewer, ast: DocumentNode, content: bytes) -> Iterator[tuple[list[Line], int]]:
    """Run a mutation once for each line of variables."""
    for number, row in enumerate(content.splitlines()):
        if not row.strip():
            continue
        try:
            variables = json.loads(row)
        except ValueError:
            yield [{"errors": [{"message": "The line is not valid JSON."}], "__lineNumber": number}], 1
            continue
        with viewer.shop.lock:
            result = execute(viewer.schema, ast, context_value=viewer, variable_values=variables)
        line: Line = {"data": getattr(result, "data", None), "__lineNumber": number}
        errors = getattr(result, "errors", None)
        if errors:
            line["errors"] = [{"message": error.message} for error in errors]
        yield [line], 1


def to_jsonl(lines: list[Line]) -> bytes:
    """As the file has them."""
    return b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)


def _lines(node: Line, parent: str | None) -> Iterator[Line]:
    """An object without its connections, then what hangs on these."""
    nested = {name: value for name, value in node.items() if _is_connection(value)}
    line = {name: value for name, value in node.items() if name not in nested}
    yield line if parent is None else line | {"__parentId": parent}
    for value in nested.values():
        for one in _nodes(value):
            yield from _lines(one, str(node.get("id")))


def _nodes(value: Any) -> list[Line]:
    if _is_connection(value):
        return [edge["node"] for edge in value["edges"] if edge.get("node")]
    return [value] if isinstance(value, dict) else []


def _is_connection(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("edges"), list)
