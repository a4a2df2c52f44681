"""What is said to type to install something fits the way in which fbridge itself was installed."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

import fbridge
from fbridge import installation
from fbridge.installation import to_install

CORE = Path(fbridge.__file__).parents[2]


class Distribution:
    """fbridge as it was installed: from an index, or from a folder (PEP 610)."""

    version = "0.1.0"

    def __init__(self, told: dict[str, Any] | None) -> None:
        self.told = told

    def read_text(self, _: str) -> str | None:
        return None if self.told is None else json.dumps(self.told)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An environment of one's own: which files stand in it, where fbridge came from, what else is there."""

    def make(*, told: dict[str, Any] | None = None, others: tuple[str, ...] = (), **files: str) -> None:
        for name, text in files.items():
            (tmp_path / name.replace("__", ".")).write_text(text)
        known = {name: Distribution(None) for name in others} | {"fbridge": Distribution(told)}

        def distribution(name: str) -> Distribution:
            if name not in known:
                raise installation.PackageNotFoundError(name)
            return known[name]

        monkeypatch.setattr(sys, "prefix", str(tmp_path))
        monkeypatch.setattr(installation, "distribution", distribution)

    return make


def from_folder(**more: Any) -> dict[str, Any]:
    return {"url": CORE.as_uri(), "dir_info": more}


def test_with_pip_from_an_index(environment: Any) -> None:
    environment()
    assert shlex.split(to_install("fbridge[office]")) == [
        sys.executable,
        "-m",
        "pip",
        "install",
        "fbridge[office]",
    ]


def test_with_pip_from_a_folder(environment: Any) -> None:
    environment(told=from_folder(editable=True))
    words = shlex.split(to_install("fbridge-magento[sandbox]", "somebody-elses"))
    assert words[3:] == ["install", "-e", f"{CORE.parent}/plugins/magento[sandbox]", "somebody-elses"]


def test_with_uv_in_an_environment(environment: Any) -> None:
    environment(pyvenv__cfg="home = /usr/bin\nuv = 0.9.0\n")
    assert to_install("fbridge-magento") == "uv pip install fbridge-magento"


def test_with_pipx(environment: Any) -> None:
    told = {"main_package": {"package": "fbridge", "pip_args": ["--find-links", "/a b/dist"]}}
    environment(pipx_metadata__json=json.dumps(told), others=("fbridge-magento",))
    new = shlex.split(to_install("fbridge-shopify"))
    assert new == ["pipx", "inject", "--pip-args=--find-links '/a b/dist'", "fbridge", "fbridge-shopify"]
    assert shlex.split(to_install("fbridge-magento[sandbox]"))[:3] == ["pipx", "inject", "--force"]


def test_with_uv_as_a_tool(environment: Any) -> None:
    receipt = (
        '[tool]\nrequirements = [{name = "fbridge", extras = ["postgres"]}, {name = "fbridge-magento"}]\n'
    )
    environment(**{"uv-receipt__toml": receipt})
    assert shlex.split(to_install("fbridge[office]", "fbridge-shopify")) == shlex.split(
        "uv tool install 'fbridge[office,postgres]' --with fbridge-magento --with fbridge-shopify"
    )


@pytest.mark.parametrize("folder", ["archive-v0", "environments-v2"])
def test_with_uvx(environment: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    environment(CACHEDIR__TAG="", others=("fbridge-magento",))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / folder / "1bmIusnzyECX"))
    assert to_install("fbridge-magento[sandbox]") == "uvx --with 'fbridge-magento[sandbox]' fbridge"
    assert to_install("fbridge[office]") == "uvx --from 'fbridge[office]' --with fbridge-magento fbridge"


def test_with_pipx_run(environment: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(CACHEDIR__TAG="")
    here = tmp_path / ".cache" / "0c1a55821d7d64a"
    here.mkdir(parents=True)
    told = {"main_package": {"package": "fbridge", "pip_args": ["--find-links", "/dist"]}}
    (here / "pipx_metadata.json").write_text(json.dumps(told))
    monkeypatch.setattr(sys, "prefix", str(here))
    assert shlex.split(to_install("fbridge[office]", "fbridge-magento")) == shlex.split(
        "pipx run --spec 'fbridge[office]' --with fbridge-magento '--pip-args=--find-links /dist' fbridge"
    )


@pytest.mark.parametrize("files", [{"pipx_metadata__json": "{"}, {"uv-receipt__toml": "[tool]"}])
def test_what_a_tool_left_broken_is_passed_over(environment: Any, files: dict[str, str]) -> None:
    environment(**files)
    assert shlex.split(to_install("fbridge-magento"))[1:] == ["-m", "pip", "install", "fbridge-magento"]
