"""``extra_fields`` of a store: a path in the platform's own order, and the name of the column that it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fbridge.settings.loading import Settings

NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
NAME_RULE = "must have names of small letters, digits and _, such as codice_fiscale"


def extra_fields_of(settings: Settings) -> tuple[str, ...]:
    """The names of all stores' extra fields, each once, in the sequence of the settings."""
    found: dict[str, None] = {}
    for store in settings.stores.values():
        asked: Any = store.values.get("extra_fields")
        if isinstance(asked, Mapping):
            found |= dict.fromkeys(name for name in asked if NAME.fullmatch(name))
    return tuple(found)
