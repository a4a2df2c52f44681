"""A path in the platform's own order: ``billing.vat``, ``meta_data[_billing_cf]``, ``lines[0].sku``. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_STEP = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_-]*)|\[([^\[\]]{1,120})\]")
_MOST_STEPS = 8
_NAMES = ("key", "name", "code", "attribute_code", "title")
"""By which of its fields an entry of a list is found: ``[x]`` is the one that is called x there."""
_LONGEST = 4000

RULE = "must be a path in the platform's order, such as billing.vat_number or meta_data[_billing_cf]"
"""What is said of a text that is no path."""


def steps_of(path: str) -> tuple[str, ...]:
    """The names on the way; one in brackets keeps them. Raises ValueError with the rule."""
    found, at = [], 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or (at == 0 and not match[1]) or (at and match[1] and path[at] != "."):
            raise ValueError(RULE)
        found.append(match[1] or f"[{match[2]}]")
        at = match.end()
    if not found or len(found) > _MOST_STEPS or path.startswith("."):
        raise ValueError(RULE)
    return tuple(found)


def value_at(raw: Any, path: str) -> str:
    """What stands there, as text; "" where nothing does. What is no plain value is JSON."""
    value = raw
    for step in steps_of(path):
        value = _entry(value, step[1:-1]) if step.startswith("[") else _member(value, step)
    return _text(value)


def extra_values(raw: Any, asked: Mapping[str, str]) -> dict[str, str]:
    """By name what the paths lead to; what is not there is left out."""
    found = {name: value_at(raw, path) for name, path in asked.items()}
    return {name: value for name, value in found.items() if value}


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _entry(value: Any, name: str) -> Any:
    """Of a list the entry that is called so (its value, where it is a pair), or the one at this place, from 0."""
    if isinstance(value, Mapping):
        return value[name] if name in value else _entry(value.get("nodes"), name)
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    for one in value:
        if isinstance(one, Mapping) and any(one.get(key) == name for key in _NAMES):
            return one.get("value", one)
    return value[int(name)] if name.isdigit() and int(name) < len(value) else None


def _text(value: Any) -> str:
    if value is None or value == "" or value is False:
        return ""
    if isinstance(value, str | int | float):
        return str(value).strip()[:_LONGEST]
    return json.dumps(value, ensure_ascii=False)[:_LONGEST] if value else ""
