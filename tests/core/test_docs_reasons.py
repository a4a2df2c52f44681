"""The page of reasons has every code of the source, each with what is said; none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| `(\w+)` \| [\d, ]*\| *(\S.*) \|$", re.MULTILINE)
_IN_SOURCE = re.compile(
    r"""\breason=["']([a-z_0-9]+)["']|default_reason[^=\n]*= ["'](\w+)["']|Objection\(["'](\w+)["']"""
)
_QUOTED = re.compile(r"""(?<=["'])\w+(?=["'])""")
_NOT_SHIPPED = {"sandbox", "testing", "versions"}


def test_the_page_and_the_source_have_the_same_reasons() -> None:
    told = dict(_ROW.findall((ROOT / "docs" / "reasons.md").read_text("utf-8")))
    texts = [
        path.read_text("utf-8")
        for folder in (ROOT / "core" / "src", *(ROOT / "plugins").glob("*/src"))
        for path in folder.rglob("*.py")
        if not _NOT_SHIPPED & set(path.parts)
    ]
    used = {next(filter(None, match)) for text in texts for match in _IN_SOURCE.findall(text)}
    assert used - set(told) == set()
    written = {word for text in texts for word in _QUOTED.findall(text)}
    assert {reason for reason in told if not reason.startswith("manifest_")} - written == set()
    assert len(told) > 250
    assert [reason for reason, words in told.items() if len(words) < 5] == []
