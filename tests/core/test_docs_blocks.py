"""Every code block of the pages: commands exist with what they need, programs compile, settings and maps load."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
import tomlkit
from tests.core.cli.hints import TREE, Hint, assert_can_be_typed, resolve
from tests.doc_blocks import PAGES, ROOT, Block, blocks, commands_in, typed_lines

from fbridge.cli.session import Session
from fbridge.office.exports.maps import map_from as export_map
from fbridge.office.imports.maps import map_from as import_map
from fbridge.plugins import load_platform
from fbridge.settings import Home, load_settings, resolve_store

BLOCKS = [one for page in PAGES for one in blocks(page)]
PLAIN = {"", "text", "ini", "bat"}
"""Languages of blocks that are no program, or whose commands are looked for."""
CHECKED = {"sh", "python", "toml", "json"} | PLAIN


def of(language: str) -> list[Any]:
    return [pytest.param(one, id=one.place) for one in BLOCKS if one.language == language]


def test_no_block_is_of_a_language_that_nobody_looks_at() -> None:
    assert {one.place: one.language for one in BLOCKS if one.language not in CHECKED} == {}
    hidden = [one.place for one in BLOCKS if not one.language and "\nfbridge " in f"\n{one.text}"]
    assert hidden == [], "commands in a block without a language"


def test_every_command_can_be_typed() -> None:
    found = [
        Hint(block.place, words)
        for block in BLOCKS
        for line in typed_lines(block)
        for words in commands_in(line)
    ]
    assert len(found) > 80
    for hint in found:
        if hint.words[0].startswith("-"):
            continue  # fbridge --version
        assert_can_be_typed(hint)
        _assert_values_are_taken(hint)


def _assert_values_are_taken(hint: Hint) -> None:
    """A choice or a number that an option does not take."""
    name, typed = resolve(hint)
    command = TREE[name]
    context = click.Context(command, info_name=name, obj=Session(), **command.context_settings)
    values, _, _ = command.make_parser(context).parse_args([*typed])
    for one in command.params:
        if isinstance(one.type, (click.Choice, click.IntRange)) and one.name in values:
            one.type_cast_value(context, values[one.name])


_INSTALLS = re.compile(r"(?:pip|pipx|uv)(?: \w+)* (?:install|inject)[^`\n]*\bfbridge[-\[][^`\n]*")


def test_no_package_is_named_without_where_it_comes_from() -> None:
    """fbridge is on no index: what installs it names a folder, or where the wheels are."""
    for page in PAGES:
        for said in _INSTALLS.findall(page.read_text("utf-8")):
            assert "--find-links" in said or re.search(r"[\w.]/", said), f"{page.name}: {said}"


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("fbridge fetch  # and more", [("fetch",)]),
        ("fbridge push --yes >>log 2>&1 || fbridge status", [("push", "--yes"), ("status",)]),
        ("x=$(fbridge push --plan --json | python3 -c 'a; b')", [("push", "--plan", "--json")]),
        ("pipx inject fbridge 'fbridge-magento[sandbox]'", []),
        (".venv/bin/fbridge demo", [("demo",)]),
        ("export A=1; fbridge find 'a | b'", [("find", "a | b")]),
    ],
)
def test_commands_are_found_in_a_line(line: str, commands: list[tuple[str, ...]]) -> None:
    assert list(commands_in(line)) == commands


def test_python_compiles_and_json_is_json() -> None:
    for block in BLOCKS:
        if block.language == "python":
            compile(block.text, block.place, "exec")
        if block.language == "json":
            assert all(isinstance(json.loads(line), dict) for line in block.text.splitlines())


@pytest.mark.parametrize("block", of("toml"))
def test_toml_is_what_its_reader_takes(block: Block, tmp_path: Path) -> None:
    values = tomllib.loads(block.text)
    if "project" in values:
        return  # of a package; the tests install it
    if "for" in values:
        export_map(values, "map", block.place)
    elif "columns" in values:
        import_map(values, "map", block.place)
    else:
        _assert_settings_load(values, _platform_of(block.page), tmp_path)


def _assert_settings_load(values: dict[str, Any], platform: str, folder: Path) -> None:
    """A page may show a part of a store's settings, or its credentials alone: the rest is as it should be."""
    rest = {"platform": platform, "url": "https://shop.example", "orders_from": date(2026, 11, 1)}
    needed = {name: "x" * 32 for name, field in _fields(platform).items() if _is_needed(name, field)}
    shown = values.get("stores", {})
    stores = {
        name: {k: v for k, v in (rest | store).items() if k not in needed} for name, store in shown.items()
    }
    secrets = {
        name: needed | {k: v for k, v in store.items() if k in needed} for name, store in shown.items()
    }
    for file, tables in (("config.toml", values | {"stores": stores}), ("secrets.toml", {"stores": secrets})):
        (folder / file).write_text(tomlkit.dumps(tables), "utf-8")
        (folder / file).chmod(0o600)
    settings = load_settings(Home(config=folder, data=folder, log=folder / "log"), {})
    for name, store in stores.items():
        resolve_store(settings, name, load_platform(store["platform"]).platform.settings)


def _fields(platform: str) -> dict[str, Any]:
    return dict(load_platform(platform).platform.settings().fields)


def _is_needed(name: str, field: Any) -> bool:
    return bool(field.required) or name == "access_token"


def _platform_of(page: str) -> str:
    return page.split("/")[1] if page.startswith("plugins/") else "woocommerce"


def test_a_message_that_the_page_explains_is_said_for_that_reason() -> None:
    reasons = dict(_rows("reasons.md", code=0, words=-1))
    written = "".join(path.read_text("utf-8") for path in (ROOT / "core" / "src").rglob("*.py"))
    for code, message in _rows("messages.md", code=1, words=0):
        said = [part.strip() for part in message.split("…") if len(part.strip()) > 3]
        assert code in reasons, code
        unsaid = [part for part in said if part not in reasons[code] and part not in written]
        assert unsaid == [], f"{code}: {message!r}"


def _rows(page: str, *, code: int, words: int) -> list[tuple[str, str]]:
    lines = (ROOT / "docs" / page).read_text("utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ") and "`" in line]
    return [(row[code].strip("`"), row[words]) for row in rows if row[code].startswith("`")]
