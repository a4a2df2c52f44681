"""``extra_fields`` of a store: a path in the platform's own order, and the name of the column that it becomes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from fbridge.settings.loading import RawStore, Settings, variable

NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
NAME_RULE = "must have names of small letters, digits and _, such as codice_fiscale"


def extra_fields_of(settings: Settings) -> tuple[str, ...]:
    """The names of all stores' extra fields, each once, in the sequence of the settings.

    What a store's settings say wrong is told where the store is used.
    """
    found: dict[str, None] = {}
    for store in settings.stores.values():
        found |= dict.fromkeys(name for name in _asked(settings, store) if NAME.fullmatch(name))
    return tuple(found)


def _asked(settings: Settings, store: RawStore) -> Mapping[str, Any]:
    asked: Any = store.values.get("extra_fields")
    if (text := settings.environment.get(variable(store.name, "extra_fields"))) is not None:
        try:
            asked = json.loads(text)
        except ValueError:
            asked = None
    return asked if isinstance(asked, Mapping) else {}
