"""Writes ``docs/json.md`` (cog runs this), and the JSON Schemas that are installed with fbridge.

``python docs/json_reference.py`` writes the schemas anew; the tests fail when they are out of date. What would break
other programs is refused, unless the version is raised.
"""

from __future__ import annotations

import json
import sys
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from json_answers import ANSWERS, Answer
from json_meanings import meaning
from json_schemas import JsonSchema, Types, closed

from fbridge.cli.json_schemas import DIALECT, ERROR, FOLDER, TYPES_FILE, file_name
from fbridge.cli.output import SCHEMA
from fbridge.errors import FbridgeError


def files() -> dict[str, JsonSchema]:
    """Every schema by the name of its file."""
    types = Types()
    made = {file_name(command): _answer(command, answer, types) for command, answer in ANSWERS.items()}
    made[file_name(ERROR)] = _error(types)
    made[TYPES_FILE] = {"$schema": DIALECT, "$defs": dict(sorted(types.definitions.items()))}
    return made


def written(schema: JsonSchema) -> str:
    """As it stands in its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def commands() -> str:
    """One row for each answer."""
    rows = [
        f"| `{command}` | {_SHAPES[answer.shape]} {_linked(name_of(answer.kind))}{_more(answer)} |"
        for command, answer in ANSWERS.items()
    ]
    return "\n".join(["| command | answer |", "|---|---|", *rows])


def _more(answer: Answer) -> str:
    return f", and {', '.join(f'`{name}`' for name in answer.more)}" if answer.more else ""


def _linked(name: str) -> str:
    start, blank, last = name.rpartition(" ")
    return f"{start}{blank}[{last}](#{last.lower()})" if last[0].isupper() else name


def types() -> str:
    """Each type with its fields."""
    made = Types()
    for answer in ANSWERS.values():
        made.schema(answer.kind)
    made.schema(FbridgeError)
    return "\n".join(line for name, one in sorted(made.definitions.items()) for line in _section(name, one))


_SHAPES = {
    "items": "A list; each of `items` is",
    "data": "`data` is",
    "line": "No envelope; each line is",
    "file": "The file is",
}


def _answer(command: str, answer: Answer, types: Types) -> JsonSchema:
    told = _with_more(types.schema(answer.kind), answer, types)
    head = {"title": f"fbridge {command}", "description": f"{_SHAPES[answer.shape]} {name_of(answer.kind)}."}
    if answer.shape in ("line", "file"):
        return _file(head, told)
    own = {"type": "array", "items": told} if answer.shape == "items" else told
    broken = {"anyOf": [types.schema(FbridgeError), {"type": "null"}]}
    return _file(
        head, _envelope(command.partition(" --")[0].removesuffix(" COMMAND"), {answer.shape: own}, broken)
    )


def _envelope(command: str, own: JsonSchema, error: JsonSchema) -> JsonSchema:
    named = {"const": command} if command else {"type": "string"}
    return closed(
        {
            "schema": {"const": SCHEMA},
            "command": {**named, "description": "What was typed, without options."},
            "ok": {"type": "boolean", "description": "Whether the exit code is 0."},
            **own,
            "next": {"type": ["string", "null"], "description": "The command to type next; null for none."},
            "error": {**error, "description": "Why there is no answer, or why a list breaks off; else null."},
        }
    )


def _error(types: Types) -> JsonSchema:
    head = {
        "title": f"fbridge {ERROR}",
        "description": "In place of an answer, where a command fails as a whole.",
    }
    return _file(head, _envelope("", {}, types.schema(FbridgeError)))


def _with_more(schema: JsonSchema, answer: Answer, types: Types) -> JsonSchema:
    """The type itself, with the fields that the command adds."""
    if not answer.more:
        return schema
    base = types.definitions[answer.kind.__name__]
    more = {
        name: {"description": meaning("", name), **types.schema(kind)} for name, kind in answer.more.items()
    }
    return closed({**more, **base["properties"]})


def _file(head: JsonSchema, schema: JsonSchema) -> JsonSchema:
    """What it refers to is in the file of types."""
    text = json.dumps({"$schema": DIALECT, **head, **schema}).replace('"#/$defs/', f'"{TYPES_FILE}#/$defs/')
    made: JsonSchema = json.loads(text)
    return made


def name_of(kind: Any) -> str:
    """``Shipment``, ``a list of ItemResult``."""
    arguments = typing.get_args(kind)
    if kind is str:
        return "a text"
    if not arguments:
        return str(kind.__name__)
    return "texts by name" if typing.get_origin(kind) is Mapping else f"a list of {name_of(arguments[0])}"


def _section(name: str, schema: JsonSchema) -> Iterator[str]:
    yield f"### {name}\n\n{schema['description']}\n"
    yield "| field | type | meaning |\n|---|---|---|"
    for field, one in schema["properties"].items():
        words = one.get("description", "").replace("|", "\\|")
        yield f"| `{field}` | {_type(one)} | {words} |"
    yield ""


def _type(schema: JsonSchema) -> str:
    """In words, with a link where it is a type of this page."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kinds = schema.get("type", "anything")
    if kinds == "array":
        inner = _type(schema["items"]) if "items" in schema else ", ".join(map(_type, schema["prefixItems"]))
        return f"list of {inner}"
    if kinds == "object":
        more = schema.get("additionalProperties")
        return f"{_type(more)} by name" if isinstance(more, dict) else "object"
    return _FORMS.get(schema.get("format", ""), "") or " or ".join(
        [kinds] if isinstance(kinds, str) else kinds
    )


_FORMS = {"date-time": "time", "date": "date"}


def kept() -> dict[str, JsonSchema]:
    """The schemas as they are installed now."""
    return (
        {file.name: json.loads(file.read_text("utf-8")) for file in FOLDER.iterdir()}
        if FOLDER.is_dir()
        else {}
    )


def broken(old: Mapping[str, JsonSchema], new: Mapping[str, JsonSchema]) -> list[str]:
    """What programs that know the old ones would stumble over: something that is gone, or is of another type."""
    gone = [f"{name} is gone" for name in sorted(old) if name not in new]
    return gone + [
        fault for name in sorted(old) if name in new for fault in _stumbles(old[name], new[name], name)
    ]


def _stumbles(old: Any, new: Any, where: str) -> Iterator[str]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return
    for group in ("properties", "$defs"):
        for name, one in old.get(group, {}).items():
            if name not in new.get(group, {}):
                yield f"{where}: {name} is gone"
            else:
                yield from _stumbles(one, new[group][name], f"{where}: {name}")
    for inside in ("items", "additionalProperties"):
        if inside in old:
            yield from _stumbles(old[inside], new.get(inside), where)
    shape = [{key: one.get(key) for key in _SHAPE} for one in (old, new)]
    if shape[0] != shape[1]:
        yield f"{where}: it is of another type"


_SHAPE = ("type", "$ref", "anyOf", "pattern", "const", "prefixItems")


def write() -> None:
    """Write them anew. Ends the program where that would break others' programs and the version is the same."""
    made = files()
    faults = broken(kept(), made)
    if faults and "--unpublished" not in sys.argv:
        sys.exit(
            "\n".join(
                [*faults, "Raise SCHEMA (fbridge/cli/output.py), or say --unpublished if nobody has it yet."]
            )
        )
    folder = Path(str(FOLDER))
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if file.name not in made:
            file.unlink()
    for name, schema in made.items():
        (folder / name).write_text(written(schema), "utf-8")


if __name__ == "__main__":
    write()
    import openapi_reference  # the HTTP API answers with the same types

    openapi_reference.write()
