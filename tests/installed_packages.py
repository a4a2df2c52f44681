"""What pip leaves of a package, for tests that offer a plugin without installing one; and a file as a module."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

EntryPoints = Mapping[str, Mapping[str, str]]


def write_dist_info(
    site: Path, name: str, entry_points: EntryPoints, *, version: str = "1.0", requires: str = ""
) -> Path:
    """Let ``site``, which then has to be on the path, hold a package with these entry points by group; its folder."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    asked = f"Requires-Dist: {requires}\n" if requires else ""
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{asked}", "utf-8"
    )
    groups = [
        "\n".join([f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()), ""])
        for group, entries in entry_points.items()
    ]
    (info / "entry_points.txt").write_text("".join(groups), "utf-8")
    return info


def write_dist_info_of(project_file: str, site: Path) -> Path:
    """The same of a project, by the text of its ``pyproject.toml``."""
    project = tomllib.loads(project_file)["project"]
    return write_dist_info(site, project["name"], project["entry-points"], version=project["version"])


def loaded_file(path: Path) -> ModuleType:
    """A file that is in no package, as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for their own names
    spec.loader.exec_module(module)
    return module
