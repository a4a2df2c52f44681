"""JSON Schemas (2020-12) of the types that commands answer with, as ``fbridge.jsonable`` writes them."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import types
import typing
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from json_meanings import SENTENCES, meaning

from fbridge.errors import FbridgeError
from fbridge.jsonable import told_names

JsonSchema = dict[str, Any]

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"

PLAIN: Mapping[Any, JsonSchema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    datetime: {"type": "string", "format": "date-time", "pattern": f"^{_DAY}T{_TIME}Z$"},
    date: {"type": "string", "format": "date", "pattern": f"^{_DAY}$"},
    timedelta: {"type": "integer"},
    Path: {"type": "string"},
    Any: {},
    object: {},
}
CODE = {"type": "string", "pattern": "^([a-z][a-z0-9_]*)?$"}
"""A stable code; "" for none."""


class Types:
    """Makes schemas of types; each dataclass becomes one definition, and is referred to by its name."""

    def __init__(self) -> None:
        self.definitions: dict[str, JsonSchema] = {}
        self._made: dict[str, type] = {}

    def schema(self, kind: Any) -> JsonSchema:
        """Of a type as it stands in an annotation. Raises TypeError for one that no answer may have."""
        if kind in PLAIN:
            return dict(PLAIN[kind])
        if isinstance(kind, type) and not typing.get_origin(kind):
            return self._class(kind)
        return self._generic(typing.get_origin(kind), typing.get_args(kind), kind)

    def _class(self, kind: type) -> JsonSchema:
        if issubclass(kind, FbridgeError):
            self.definitions["Error"] = _error()
            return {"$ref": "#/$defs/Error"}
        if issubclass(kind, Enum):
            return {"enum": sorted({one.value for one in kind})}
        if is_dataclass(kind):
            return self._reference(kind)
        if issubclass(kind, str | int):
            return self.schema(kind.__mro__[1])
        raise TypeError(f"{kind} has no form in JSON")

    def _generic(self, origin: Any, arguments: tuple[Any, ...], kind: Any) -> JsonSchema:
        if origin in (typing.Union, types.UnionType):
            return _either([self.schema(one) for one in arguments])
        if origin is typing.Literal:
            return {"enum": list(arguments)}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.schema(arguments[1])}
        if origin is tuple and arguments[1:] != (...,):
            pair = [self.schema(one) for one in arguments]
            return {"type": "array", "prefixItems": pair, "minItems": len(pair), "maxItems": len(pair)}
        if isinstance(origin, type) and issubclass(origin, Collection):
            return {"type": "array", "items": self.schema(arguments[0])}
        raise TypeError(f"{kind} has no form in JSON")

    def _reference(self, kind: type) -> JsonSchema:
        name = kind.__name__
        if self._made.setdefault(name, kind) is not kind:
            raise TypeError(f"{kind} and {self._made[name]} would have one definition")
        if name not in self.definitions:
            self.definitions[name] = {}  # in case it holds itself
            self.definitions[name] = self._object(kind)
        return {"$ref": f"#/$defs/{name}"}

    def _object(self, kind: type) -> JsonSchema:
        told, description = _hints(kind), described(kind)
        properties = {
            name: self._property(kind.__name__, name, told[name], description) for name in told_names(kind)
        }
        return {"description": description, **closed(properties)}

    def _property(self, of: str, name: str, kind: Any, description: str) -> JsonSchema:
        is_code = name == "reason" and f"{of}.{name}" not in SENTENCES
        schema = dict(CODE) if is_code else self.schema(kind)
        words = meaning(of, name, description)
        if timedelta in (kind, *typing.get_args(kind)):
            words = f"{words} Seconds.".strip()
        return {**schema, "description": words} if words else schema


def closed(properties: JsonSchema) -> JsonSchema:
    """An object that has all of these, and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def described(kind: type) -> str:
    """What its docstring says, in the marks of Markdown."""
    paragraphs = inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    text = "\n\n".join(" ".join(one.split()) for one in paragraphs)
    text = re.sub(r":\w+:`~?\.?([^`]+)`", r"`\1`", text).replace("``", "`")
    return re.sub(r"\bNone\b", "null", text)


def _error() -> JsonSchema:
    """As :func:`fbridge.jsonable.jsonable` writes what was raised."""
    types = {"reason": CODE, "message": PLAIN[str], "exit_code": PLAIN[int]}
    told = {name: {"description": meaning("Error", name), **one} for name, one in types.items()}
    return {"description": "What went wrong.", **closed(told)}


def _either(schemas: list[JsonSchema]) -> JsonSchema:
    simple = [one for one in schemas if one.keys() == {"type"}]
    if len(simple) == len(schemas):
        return {"type": [one["type"] for one in schemas]}
    return {"anyOf": schemas}


def _hints(kind: type) -> dict[str, Any]:
    """The types of fields, and of the properties that are told beside them."""
    names = dict(pair for base in kind.__mro__ for pair in imported_for_types(base.__module__).items())
    found = typing.get_type_hints(kind, localns=names)
    for name in told_names(kind):
        told = inspect.getattr_static(kind, name, None)
        if isinstance(told, property) and told.fget:
            found[name] = typing.get_type_hints(told.fget, localns=names)["return"]
    assert set(found) >= {one.name for one in fields(kind)}  # type: ignore[arg-type]  # noqa: S101
    return found


@lru_cache
def imported_for_types(module: str) -> Mapping[str, Any]:
    """What a module imports under ``if TYPE_CHECKING``."""
    found = sys.modules[module]
    if not module.startswith("fbridge"):
        return {}
    tree = ast.parse(inspect.getsource(found))
    return {name: value for node in tree.body if _is_guard(node) for name, value in _imported(node)}


def _is_guard(node: ast.stmt) -> typing.TypeGuard[ast.If]:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _imported(guard: ast.If) -> Iterator[tuple[str, Any]]:
    for node in guard.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            home = importlib.import_module(node.module)
            yield from ((one.asname or one.name, getattr(home, one.name)) for one in node.names)
