"""Reads a request, strictly: each slip is told by the name of its field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields
from werkzeug.exceptions import NotFound

from fbridge.models.storable_text import is_storable
from fbridge.office_web.api.problems import Fault, ProblemError, faults_of, refuse_faults

KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def read_path(path: Mapping[str, str]) -> Mapping[str, str]:
    """What the path names. Raises NotFound for what no database could hold."""
    if not all(map(is_storable, path.values())):
        raise NotFound
    return path


def read_query(schema: Schema) -> Mapping[str, Any]:
    """What stands behind the ``?``. Raises ProblemError."""
    said: dict[str, Any] = {}
    faults = []
    for name, values in request.args.lists():
        is_list = isinstance(schema.fields.get(name), fields.List)
        said[name] = values if is_list else values[0]
        if len(values) > 1 and not is_list:
            faults.append(Fault(field=name, words="is given more than once."))
    refuse_faults(faults)
    return _loaded(schema, said)


def read_key() -> str:
    """The key under which the answer is kept. Raises ProblemError."""
    key = request.headers.get(KEY_HEADER, "")
    if not _KEY.fullmatch(key):
        raise ProblemError(
            f"Send the header {KEY_HEADER} with a text of your own for each request, such as a UUID (1 to 255 "
            "printable characters): the same request with the same key is done once.",
            reason="no_idempotency_key",
            status=400,
        )
    return key


def read_body(schema: Schema) -> tuple[str, Mapping[str, Any]]:
    """The JSON object of the request, as it was said and as it is meant. Raises ProblemError."""
    text = request.get_data(cache=False)
    said = _parsed(text) if text else {}
    if text and request.mimetype != "application/json":
        raise ProblemError("Send a body as Content-Type: application/json.", reason="not_json", status=415)
    if not isinstance(said, dict):
        raise ProblemError("The body has to be a JSON object.", reason="not_json", status=400)
    return json.dumps(said, sort_keys=True), _loaded(schema, said)


def _parsed(text: bytes) -> Any:
    try:
        said = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
        odd = next((one for one in _texts(said) if not is_storable(one)), None)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ProblemError(f"The body is no JSON: {why}.", reason="not_json", status=400) from None
    if odd is not None:
        raise ProblemError(
            "The body holds a character that no database takes.", reason="bad_fields", status=422
        )
    return said


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """With each name once: of two amounts nobody knows which is meant."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands in an object twice")
    return made


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _loaded(schema: Schema, said: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        loaded: Mapping[str, Any] = schema.load(said)
    except ValidationError as error:
        refuse_faults(faults_of(error.messages, schema.fields))
        raise
    return loaded
