"""The parameter ``fields``: which parts of an answer are wanted, with what the user's extra fields need. Pure.

Source: Adobe Commerce REST API, "Retrieve filtered responses": ``items[a,b[c]]``, alike for objects and for lists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fbridge.models.field_paths import steps_of

Tree = dict[str, Any]
"""By name what is wanted below; empty: all of it."""


def with_extra_fields(fields: str, asked: Mapping[str, str]) -> str:
    """The filter of a list, with the extra fields of each of its items."""
    if not asked:
        return fields
    tree = parsed(fields)
    for path in asked.values():
        _add(tree["items"], steps_of(path))
    return written(tree)


def parsed(fields: str) -> Tree:
    """The filter as a tree."""
    tree, _ = _parsed(fields, 0)
    return tree


def written(tree: Tree) -> str:
    """The filter of a tree."""
    return ",".join(f"{name}[{written(below)}]" if below else name for name, below in tree.items())


def _parsed(fields: str, at: int) -> tuple[Tree, int]:
    tree: Tree = {}
    name = ""
    while at < len(fields):
        sign, at = fields[at], at + 1
        if sign == "[":
            tree[name], at = _parsed(fields, at)
            name = ""
        elif sign in ",]":
            if name:
                tree[name] = {}
            name = ""
            if sign == "]":
                return tree, at
        else:
            name += sign
    if name:
        tree[name] = {}
    return tree, at


def _add(tree: Tree, steps: Sequence[str]) -> None:
    """Down to where a list begins: of its entries all is wanted, for one is looked for by its name."""
    for name, after in zip(steps, (*steps[1:], ""), strict=True):
        if name in tree and not tree[name]:
            return  # all of it is asked for already
        if not after or after.startswith("["):
            tree[name] = {}
            return
        tree = tree.setdefault(name, {})
