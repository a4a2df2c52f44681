"""``fbridge plugin new``: what it writes is a plugin that works at once, in every shape."""

from __future__ import annotations

import ast
import itertools
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.installed_packages import write_dist_info_of
from tests.plugin_template import EXAMPLE, TEMPLATE, template

from fbridge.authoring.check import check_plugin
from fbridge.authoring.new_plugin import Names, files_of, names_for, write_plugin
from fbridge.authoring.pieces import AuthKind, Shape
from fbridge.errors import ConfigError, InputError
from fbridge.models.states import MailBehaviour, Support
from fbridge.plugins import load_platform

SHAPES = {
    "usual": Shape(),
    "rigid": Shape(
        partial_shipments=False, corrections=False, mail=MailBehaviour.ALWAYS, auth=AuthKind.BASIC
    ),
    "single": Shape(several_numbers=False, mail=MailBehaviour.NEVER, auth=AuthKind.BEARER),
    "poor": Shape(partial_shipments=False, several_numbers=False, corrections=False, auth=AuthKind.QUERY),
}
"""Each answer of each question at least once."""


def test_the_template_is_the_tutorials_plugin() -> None:
    assert TEMPLATE.read_text("utf-8") == template(), "run: .venv/bin/python -m tests.plugin_template"
    files = files_of(Names(key="kiosk", label="Kiosk"), Shape())
    assert files == {name: (EXAMPLE / name).read_text("utf-8") for name in files}


def parsed(shape: Shape) -> dict[str, str]:
    files = files_of(names_for("big_shop", "Big Shöp"), shape)
    for name, text in files.items():
        assert "kiosk" not in (name + text).lower(), name
        if name.endswith(".py"):
            ast.parse(text)
    return files


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_shape_is_written_under_its_own_names(shape: Shape) -> None:
    project = tomllib.loads(parsed(shape)["pyproject.toml"])["project"]
    assert project["name"] == "fbridge-big-shop"
    assert project["entry-points"]["fbridge.platforms"] == {"big_shop": "fbridge_big_shop.plugin"}


@pytest.mark.slow
def test_all_pieces_of_a_shape_fit_together() -> None:
    yes_no = (True, False)
    for parts, several, corrected, mail, auth in itertools.product(
        yes_no, yes_no, yes_no, MailBehaviour, AuthKind
    ):
        parsed(
            Shape(
                partial_shipments=parts, several_numbers=several, corrections=corrected, mail=mail, auth=auth
            )
        )


def installed(folder: Path, key: str, shape: Shape) -> list[str]:
    """A new plugin with what pip would write of it; the folders that are to be on the path."""
    files = files_of(names_for(key), shape)
    write_plugin(folder, files)
    info = write_dist_info_of(files["pyproject.toml"], folder / "site")
    return [str(info.parent), str(folder / "src")]


def test_a_new_plugin_is_found_and_says_what_it_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in installed(tmp_path / "made", "rigid", SHAPES["rigid"]):
        monkeypatch.syspath_prepend(folder)
    platform = load_platform("rigid").platform
    assert (platform.key, platform.label, platform.contract) == ("rigid", "Rigid", 1)
    assert platform.mail is MailBehaviour.ALWAYS
    assert platform.capabilities.partial_shipments is Support.NO
    assert platform.capabilities.several_numbers is Support.YES
    assert platform.capabilities.tracking_update is Support.NO


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("key", SHAPES)
def test_a_new_plugin_passes_the_kit_and_plays_the_demo(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(installed(tmp_path / "made", key, SHAPES[key])))
    card = check_plugin(key)
    assert {one.clause: one.why for one in card.clauses if one.failed} == {}
    assert card.ok
    command = [sys.executable, "-m", "fbridge", "demo", "--platform", key, "--json"]
    played = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    facts = json.loads(played.stdout)["data"]
    assert (facts["sent"], facts["lost"], facts["doubled_numbers"], facts["second_mails"]) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("Medusa", "call it medusa"),
        ("fbridge-medusa", "call it medusa"),
        ("big shop", "call it big_shop"),
        ("../../x", "call it x"),
        ("1st", "after a letter"),
        ("class", "after a letter"),
        ("", "after a letter"),
        ("ü", "after a letter"),
        ("x" * 41, "40 at most"),
        ("shopify", "a plugin for shopify here already"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_with_one_that_can(key: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        names_for(key)


def test_nothing_is_overwritten_and_nothing_is_written_by_halves(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, words in (("empty", "there already"), ("link", "there already"), ("no/folder", "no folder")):
        with pytest.raises(InputError, match=words):
            write_plugin(tmp_path / name, {"a": "a"})
    for files in ({"a": "a", "a/b": "b"}, {"a": "a", "b" * 300: "b"}):
        with pytest.raises(ConfigError, match="cannot be written"):
            write_plugin(tmp_path / "new", files)
    with pytest.raises(ConfigError, match="cannot be written"):
        write_plugin(tmp_path / ("x" * 300), {"a": "a"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "link"]
