"""What a document asks for beside its own fields: the user's extra fields of an order. Pure.

Source: the Admin GraphQL schema, ``Order`` with ``customAttributes``, ``localizedFields`` (of the checkout: tax codes
and the like) and ``metafield``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fbridge.models.field_paths import steps_of

LOCALIZED = "localizedFields"
METAFIELDS = "metafields"
_MOST_LOCALIZED = 25
_OF_AN_ORDER = ("fragment OrderFields on Order {\n", "      node {\n        id\n        name\n")
"""Where an order's own fields begin in a document: of pages, and of a bulk operation."""


def with_extra_fields(document: str, asked: Mapping[str, str]) -> str:
    """The document with the extra fields of each order, where it asks for orders."""
    if not asked:
        return document
    more = "".join(f"  {one}\n" for one in selections(asked))
    for place in _OF_AN_ORDER:
        document = document.replace(place, place + more, 1)
    return document


def selections(asked: Mapping[str, str]) -> list[str]:
    """Each once. A metafield has a name of its own, for an order has many."""
    ways = [steps_of(path) for path in asked.values()]
    found = dict.fromkeys(_selection(way) for way in ways if way[0] != METAFIELDS)
    return [*found, *(_metafield(name, key) for name, key in _metafields(asked).items())]


def needs_a_list(asked: Mapping[str, str]) -> bool:
    """Whether it is a connection, whose entries have no id: a bulk operation would lose whose they are."""
    return any(steps_of(path)[0] == LOCALIZED for path in asked.values())


def with_metafields(order: Mapping[str, Any], asked: Mapping[str, str]) -> Mapping[str, Any]:
    """The order with its metafields as a list, as a path names them: ``metafields[custom.vat]``."""
    names = _metafields(asked)
    if not names:
        return order
    listed = [{"key": key, "value": (order.get(name) or {}).get("value")} for name, key in names.items()]
    return {**order, METAFIELDS: listed}


def _metafields(asked: Mapping[str, str]) -> dict[str, str]:
    ways = [steps_of(path) for path in asked.values()]
    keys = dict.fromkeys(way[1][1:-1] for way in ways if way[0] == METAFIELDS and len(way) > 1)
    return {f"metafield{at}": key for at, key in enumerate(keys)}


def _metafield(name: str, key: str) -> str:
    namespace, _, own = key.rpartition(".")
    return f"{name}: metafield(namespace: {json.dumps(namespace)}, key: {json.dumps(own)}) {{ value }}"


def _selection(way: Sequence[str]) -> str:
    if way[0] == LOCALIZED:
        return f"{LOCALIZED}(first: {_MOST_LOCALIZED}) {{ nodes {{ key title value }} }}"
    names = [name for name in way if not name.startswith("[")]
    # An entry is found by its key; one that is counted may be a plain text.
    entries = " { key value }" if way[-1].startswith("[") and not way[-1][1:-1].isdigit() else ""
    return " { ".join(names) + entries + " }" * (len(names) - 1)
