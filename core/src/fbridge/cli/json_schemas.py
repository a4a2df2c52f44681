"""The JSON Schemas of what commands answer, as they are installed with fbridge (docs/json.md).

A file for each answer, which refers to the types that several have in common; whoever asks for one gets it whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from fbridge.cli.output import SCHEMA

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = files("fbridge") / "json_schemas" / str(SCHEMA)
TYPES_FILE = "types.json"
ERROR = "error"
"""In place of a command: what is answered where a command as a whole fails."""


def file_name(command: str) -> str:
    """``orders list --unreadable`` is in ``orders-list--unreadable.json``."""
    return f"{command.replace(' --', '--').replace(' ', '-')}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaInfo:
    """A schema: which ``command`` gives the ``answer`` that it describes, and the ``file`` that holds it."""

    command: str
    answer: str
    file: str


def schemas() -> list[SchemaInfo]:
    """All of them, by what is typed."""
    found = [(file, _read(file.name)) for file in FOLDER.iterdir() if file.name != TYPES_FILE]
    told = [
        SchemaInfo(command=one["title"].removeprefix("fbridge "), answer=one["description"], file=str(file))
        for file, one in found
    ]
    return sorted(told, key=lambda one: one.command)


def whole_schema(command: str) -> dict[str, Any]:
    """The schema of one answer with all that it refers to. Raises FileNotFoundError where there is none."""
    name = file_name(command)
    schema: dict[str, Any] = _read(name)
    types = _read(TYPES_FILE)["$defs"]
    needed: dict[str, Any] = {}
    waiting = list(_references(schema))
    while waiting:
        one = waiting.pop()
        if one not in needed:
            needed[one] = types[one]
            waiting += _references(types[one])
    head = {"$schema": DIALECT, "$id": f"urn:fbridge:json:{SCHEMA}:{name.removesuffix('.json')}"}
    own = json.loads(json.dumps(schema).replace(f'"{TYPES_FILE}#/', '"#/'))
    found: dict[str, Any] = head | own | ({"$defs": dict(sorted(needed.items()))} if needed else {})
    return found


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text("utf-8"))


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            yield from _references(one)
