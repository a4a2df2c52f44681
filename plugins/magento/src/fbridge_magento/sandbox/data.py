"""The data files of this package: what a real store answered."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_json(name: str) -> Any:
    """The content of a data file; do not change it."""
    return json.loads(read_text(name))


@cache
def read_text(name: str) -> str:
    """The content of a data file."""
    return (files(__package__) / "data" / name).read_text(encoding="utf-8")
