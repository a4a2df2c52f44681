"""A table of the settings by its schema, each fault named with file and field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError

from fbridge.errors import ConfigError
from fbridge.settings.field_errors import field_error


def section(values: Mapping[str, Any], schema: Schema, where: str) -> dict[str, Any]:
    """The checked values, with what is left out by default. Raises ConfigError."""
    try:
        return dict(schema.load(dict(values)))
    except ValidationError as error:
        name, messages = next(iter(dict(error.messages_dict).items()))
        words = field_error(str(name), messages, schema.fields)
        raise ConfigError(f'{where}, field "{name}": {words}') from None
