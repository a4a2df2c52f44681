"""``python -m tests.plugin_template``: takes the tutorial's plugin into fbridge, for ``fbridge plugin new``."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "docs" / "example-plugin"
TEMPLATE = ROOT / "core" / "src" / "fbridge" / "authoring" / "template.json"
_MADE = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", "dist"}


def template() -> str:
    """The files of docs/example-plugin by their paths."""
    files = sorted(path for path in EXAMPLE.rglob("*") if path.is_file() and not _MADE & set(path.parts))
    texts = {path.relative_to(EXAMPLE).as_posix(): path.read_text("utf-8") for path in files}
    return json.dumps(texts, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TEMPLATE.write_text(template(), "utf-8")
