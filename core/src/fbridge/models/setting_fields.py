"""Fields that the settings schemas of several platforms need. Loaded by plugins alone, as ``payloads``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields


class Words(fields.List[Any]):
    """A list of words; a command line or an environment variable gives them separated by commas.

    A file may hold numbers among them, for ids are words, too.
    """

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[Any]:
        if isinstance(value, str | int):
            value = [word.strip() for word in str(value).split(",") if word.strip()]
        if isinstance(value, list):
            value = [str(word) if isinstance(word, int) else word for word in value]
        return super()._deserialize(value, attr, data, **kwargs)
