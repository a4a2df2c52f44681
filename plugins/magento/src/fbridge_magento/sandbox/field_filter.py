"""``fields=``: what is left of an answer (docs: Adobe Commerce Web APIs, Filter for specific fields)."""

from __future__ import annotations

import re
from typing import Any

FieldTree = dict[str, "FieldTree | None"]
"""Wanted keys; None for all of what stands there."""


def keep_fields(body: Any, asked: str) -> Any:
    """The body with the wanted keys. What cannot be read as a list of fields leaves nothing: ``[]``."""
    if not isinstance(body, (dict, list)):
        return body
    tree = parse_fields(asked)
    return [] if tree is None else _kept(body, tree)


def parse_fields(text: str) -> FieldTree | None:
    """``items[sku,name],total_count``; None when it is not well formed."""
    if not re.fullmatch(r"[\w\[\],]+", text):
        return None
    stack: list[FieldTree] = [{}]
    last = ""
    for part in re.findall(r"\w+|[\[\],]", text):
        if part == "[":
            inner: FieldTree = {}
            stack[-1][last] = inner
            stack.append(inner)
        elif part == "]":
            if len(stack) == 1:
                return None
            stack.pop()
        elif part != ",":
            last = part
            stack[-1][part] = None
    return stack[0] if len(stack) == 1 else None


def _kept(value: Any, tree: FieldTree) -> Any:
    """PHP makes null of a list without rows, and ``[]`` of an object without keys."""
    if isinstance(value, list):
        return [_kept_keys(row, tree) for row in value] or None
    return _kept_keys(value, tree) if value else None


def _kept_keys(row: Any, tree: FieldTree) -> Any:
    if not isinstance(row, dict):
        return []
    kept = {}
    for name, value in row.items():
        if name in tree:
            inner = tree[name]
            nested = inner is not None and isinstance(value, (dict, list))
            kept[name] = _kept(value, inner) if nested and inner is not None else value
    return kept or []
