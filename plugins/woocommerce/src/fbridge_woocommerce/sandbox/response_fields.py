"""The ``_fields`` parameter of WordPress, with its odd effects on lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

FieldTree = dict[str, "FieldTree"]


def parse_fields(text: str | Iterable[str] | None) -> FieldTree | None:
    """``id,billing.email`` as a tree; None when every field is wanted."""
    if text is None:
        return None
    names = re.split(r"[,\s]+", text) if isinstance(text, str) else [str(name) for name in text]
    tree: FieldTree = {}
    for name in filter(None, names):
        branch = tree
        for part in name.split("."):
            branch = branch.setdefault(part, {})
    return tree or None


def keep_fields(data: Any, tree: FieldTree | None) -> Any:
    """What is left of an answer. A list keeps the wanted fields of each of its objects."""
    if tree is None:
        return data
    if isinstance(data, list):
        return [_intersect(item, tree) for item in data]
    kept = _intersect(data, tree)
    return kept or []  # PHP writes an empty object as a list


def keep_order_fields(order: Mapping[str, Any], tree: FieldTree | None) -> dict[str, Any]:
    """The wanted fields of an order. Fields inside its lists cannot be chosen: asking drops the list."""
    if tree is None:
        return dict(order)
    return {
        name: _intersect(value, tree[name]) if tree[name] else value
        for name, value in order.items()
        if name in tree and not (tree[name] and isinstance(value, list))
    }


def _intersect(data: Any, tree: FieldTree) -> Any:
    if isinstance(data, list):
        return []
    if not isinstance(data, dict):
        return data
    return {
        name: _intersect(value, tree[name]) if tree[name] else value
        for name, value in data.items()
        if name in tree
    }
