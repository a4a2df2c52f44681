"""The contract's pages name every hook with its arguments, every behaviour, and every field that plugins see."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest
from tests.installed_packages import loaded_file

from fbridge import errors, hookspecs
from fbridge.models.states import Outcome
from fbridge.plugins import HOOKS, describe_all

DOCS = Path(__file__).parents[2] / "docs"
_GENERATED = re.compile(r"<!-- \[\[\[cog.*?<!-- \[\[\[end\]\]\] -->", re.DOTALL)


def written(name: str) -> str:
    """A page without what cog made: what a person explained."""
    return _GENERATED.sub("", (DOCS / name).read_text("utf-8"))


CONTRACT, FIT = written("contract.md"), written("platform-fit.md")


SPEAKING = {"company", "street", "postcode", "city", "province", "country", "phone", "email"}
"""Fields of an address, which nobody needs to explain."""
CLASSES: tuple[type, ...] = loaded_file(DOCS / "contract_reference.py").CLASSES


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_its_heading_with_its_arguments(hook: str) -> None:
    signature = inspect.signature(getattr(hookspecs, hook))
    heading = f"### `{hook}({', '.join(signature.parameters)}) -> {signature.return_annotation}`"
    assert heading in CONTRACT
    section = CONTRACT.split(heading)[1].split("\n### ")[0].split("\n## ")[0]
    assert all(f"| `{argument}` |" in section for argument in signature.parameters)
    assert ("\nOptional." in section) is (hook in hookspecs.OPTIONAL_HOOKS)


def test_no_hook_is_invented() -> None:
    assert set(re.findall(r"(?m)^### `(\w+)\(", CONTRACT)) == set(HOOKS)


@pytest.mark.parametrize("number", range(1, 15))
def test_a_behaviour_is_stated(number: int) -> None:
    assert re.search(rf"(?m)^\*\*C{number}\. ", CONTRACT)


def _field_names() -> list[tuple[str, str]]:
    return [(one.__name__, field.name) for one in CLASSES for field in fields(one)]


@pytest.mark.parametrize(("owner", "name"), _field_names())
def test_a_field_is_explained(owner: str, name: str) -> None:
    """In the pages' own words, or in the docstring of its class, which the reference prints."""
    docstring = next(one.__doc__ or "" for one in CLASSES if one.__name__ == owner)
    named = re.compile(rf"`(?:\w+\.)*{name}(?:\.\w+)*`")
    assert named.search(CONTRACT + FIT + docstring) or name in SPEAKING


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.__name__)
def test_a_class_stands_in_the_reference(one: type) -> None:
    page = (DOCS / "contract.md").read_text("utf-8")
    section = page.split(f"\n### {one.__name__}\n")[1].split("\n### ")[0]
    assert re.findall(r"(?m)^\| `(\w+)` \|", section) == [field.name for field in fields(one)]


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_told_for_every_platform(outcome: Outcome) -> None:
    assert f"| `outcome` {outcome} |" in FIT
    assert f"`{outcome}`" in CONTRACT


@pytest.mark.parametrize(
    "error",
    [
        errors.CredentialsError,
        errors.RefusedError,
        errors.UnreachableError,
        errors.NotSentError,
        errors.UnconfirmedError,
        errors.NotSent,
    ],
)
def test_an_error_is_explained(error: type[errors.FbridgeError]) -> None:
    assert re.search(rf"(?m)^\| `{error.__name__}[`(]", CONTRACT)


def test_the_fit_says_what_the_plugins_declare() -> None:
    columns = {"woocommerce": 1, "prestashop": 2}
    for status in describe_all():
        if status.key in columns and status.platform:
            at, platform = columns[status.key], status.platform
            assert re.match(rf"{platform.batch_size}\b", _cell("`batch_size`", at))
            assert re.match(rf"{platform.settle_time.total_seconds():.0f} s\b", _cell("`settle_time`", at))
            assert _cell("`mail`", at).startswith(platform.mail)
            for field in fields(platform.capabilities):
                assert _cell(f"`{field.name}`", at).startswith(getattr(platform.capabilities, field.name))


def _cell(row: str, column: int) -> str:
    found = re.search(rf"(?m)^\| {re.escape(row)}[^|]*\|(.*)\|$", FIT)
    assert found, f"the fit has no row {row}"
    return re.split(r"(?<!\\)\|", found[1])[column - 1].strip()


_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in sorted(DOCS.glob("*.md")))])
def test_links_lead_somewhere(page: str) -> None:
    path = DOCS.parent / page
    for target, anchor in _LINK.findall(_GENERATED.sub("", path.read_text("utf-8"))):
        file = (path.parent / target) if target else path
        assert file.exists(), f"{page} links to {target}"
        if anchor:
            assert anchor in _anchors(file), f"{page} links to {target}#{anchor}"


def _anchors(file: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.+)$", file.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


_CITED = re.compile(r'docs/([\w-]+\.md)(?:, "([^"]+)")?')


def test_docstrings_cite_pages_and_headings_that_exist() -> None:
    for source in (DOCS.parent / "core" / "src").rglob("*.py"):
        for page, heading in _CITED.findall(" ".join(source.read_text("utf-8").split())):
            assert (DOCS / page).exists(), f"{source} cites {page}"
            text = (DOCS / page).read_text("utf-8")
            assert not heading or re.search(rf"(?m)^#+ (?:\d+\. )?{re.escape(heading)}$", text), (
                f'{source} cites "{heading}" of {page}'
            )
