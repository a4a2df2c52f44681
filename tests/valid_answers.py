"""Answers for programs, held against the schemas that are installed with fbridge, and the reasons in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator

from fbridge.cli.json_schemas import ERROR, schemas, whole_schema

_CODE = re.compile(r"^\| `([\w.]+)` \|", re.MULTILINE)
_OF_OTHERS = {"store_says_no", "no", "mailed", "taken_back"}
"""Reasons of the platforms that tests bring along."""


@lru_cache
def known() -> tuple[str, ...]:
    """All that has a schema, as it is typed."""
    return tuple(one.command for one in schemas())


def meant(command: str, words: Sequence[str]) -> str:
    """The schema of what was typed: that with most of its options."""
    said = {word.partition("=")[0] for word in words}
    said |= {"--plan"} if "--dry-run" in said else set()
    if command == "schema" and len(words) > 1:
        return "schema COMMAND"
    of_command = [one for one in known() if one.partition(" --")[0] == command and has_envelope(one)]
    fitting = [one for one in of_command if set(one.split()) - set(command.split()) <= said]
    assert fitting, f"{command} has no schema"
    return max(fitting, key=len)


@lru_cache
def has_envelope(command: str) -> bool:
    """Not a line or a file."""
    return "next" in whole_schema(command).get("properties", ())


@lru_cache
def validator(command: str) -> Any:
    return Draft202012Validator(whole_schema(command))


def assert_answer(answer: Any, words: Sequence[str]) -> str:
    """It is as its schema says, and its reasons are on the page; gives the name of the schema."""
    failed = answer.get("error") and "items" not in answer
    name = ERROR if failed else meant(answer["command"], words)
    assert_valid(answer, name)
    return name


def assert_valid(answer: Any, name: str) -> None:
    """As this schema says."""
    faults = [
        f"{name}: {list(one.instance_path)}: {one.message}" for one in validator(name).iter_errors(answer)
    ]
    assert faults == [], "\n".join(faults)
    unknown = set(_reasons(answer)) - _listed("reasons.md") - _OF_OTHERS
    assert not unknown, f"docs/reasons.md does not have {sorted(unknown)}"
    if name == "events":
        assert {one["kind"] for one in answer["items"]} <= _listed("json.md")


@lru_cache
def _listed(page: str) -> frozenset[str]:
    """The codes of a page's tables."""
    return frozenset(_CODE.findall((Path(__file__).parents[1] / "docs" / page).read_text("utf-8")))


def _reasons(value: Any) -> Iterator[str]:
    """The stable codes: a reason without blanks is none of somebody's sentences."""
    if isinstance(value, dict):
        said = value.get("reason")
        if isinstance(said, str) and said and " " not in said and said.islower():
            yield said
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _reasons(one)
