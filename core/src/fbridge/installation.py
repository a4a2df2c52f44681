"""How this fbridge was installed, and so what to type to add a package to it."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import tomllib
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

PUBLISHED_PLUGINS = ("magento", "prestashop", "shopify", "woocommerce")
"""Platforms whose plugin is made beside fbridge; of another maker's we cannot know what it is called."""

_CACHED = r"archive-v\d+|environments-v\d+|\.cache"
"""Where uvx and pipx keep an environment that they make for one run."""


def to_install(*requirements: str) -> str:
    """The command that adds packages such as ``fbridge[office]`` or ``fbridge-magento`` to this environment.

    It is written for the way in which fbridge was installed (pipx, uv, pip), or is run once (uvx, pipx run); for a
    fbridge that was installed from a folder with the folders beside it, since no index has them.
    """
    for way in (_run_once, _pipx, _uv_tool):
        with suppress(OSError, ValueError, KeyError, TypeError):
            return way(Path(sys.prefix), requirements)
    return _pip(Path(sys.prefix), requirements)


def extra_command(name: str) -> str:
    """:func:`to_install` for an extra of fbridge itself."""
    return to_install(f"fbridge[{name}]")


def _run_once(prefix: Path, requirements: Sequence[str]) -> str:
    """The run again with more packages: nothing can be added to an environment that lies in a cache.

    Raises: ValueError where fbridge was not started so.
    """
    if not (
        re.fullmatch(_CACHED, prefix.parent.name)
        and any((one / "CACHEDIR.TAG").is_file() for one in prefix.parents)
    ):
        raise ValueError
    run, options = ["uvx", "--from"], []
    with suppress(OSError):
        told = json.loads((prefix / "pipx_metadata.json").read_text("utf-8"))["main_package"]
        options = [f"--pip-args={shlex.join(told['pip_args'])}"] if told["pip_args"] else []
        run = ["pipx", "run", "--spec"]
    wanted = dict(map(_parts, ["fbridge", *_plugins_here()]))
    for name, extras in map(_parts, requirements):
        wanted[name] = wanted.get(name, set()) | extras
    main, *others = (_with_extras(_from_folder([name])[0], extras) for name, extras in wanted.items())
    own = [] if main == "fbridge" else [*run[-1:], main]
    return _typed(*run[:-1], *own, *(word for one in others for word in ("--with", one)), *options, "fbridge")


def _plugins_here() -> list[str]:
    return sorted({f"fbridge-{name}" for name in PUBLISHED_PLUGINS if _is_there(f"fbridge-{name}")})


def to_work_on(folder: Path, *extras: str) -> str:
    """The command by which what is written in this folder is there at once."""
    shown = str(folder) if folder.is_absolute() else f".{os.sep}{folder}"
    return _typed(*_pip_of(Path(sys.prefix)), "install", "-e", _with_extras(shown, set(extras)))


def _pipx(prefix: Path, requirements: Sequence[str]) -> str:
    """An injection with the options that pipx itself remembers; by force where an extra is all that is lacking."""
    told = json.loads((prefix / "pipx_metadata.json").read_text("utf-8"))["main_package"]
    options = [f"--pip-args={shlex.join(told['pip_args'])}"] if told["pip_args"] else []
    force = ["--force"] if any(map(_is_there, requirements)) else []
    return _typed("pipx", "inject", *force, *options, told["package"], *_from_folder(requirements))


def _uv_tool(prefix: Path, requirements: Sequence[str]) -> str:
    """The whole tool again: uv takes away what is not named."""
    receipt = tomllib.loads((prefix / "uv-receipt.toml").read_text("utf-8"))["tool"]
    wanted: dict[str, tuple[str, set[str]]] = {}
    for one in receipt["requirements"]:
        where = one.get("directory") or one.get("editable") or one.get("path") or one["name"]
        wanted[one["name"]] = (where, set(one.get("extras", ())))
    for name, extras in map(_parts, requirements):
        where, known = wanted.get(name, (_from_folder([name])[0], set()))
        wanted[name] = (where, known | extras)
    main, *others = (_with_extras(where, extras) for where, extras in wanted.values())
    return _typed("uv", "tool", "install", main, *(word for one in others for word in ("--with", one)))


def _parts(requirement: str) -> tuple[str, set[str]]:
    name, _, extras = requirement.partition("[")
    return name, set(filter(None, extras.rstrip("]").split(",")))


def _with_extras(where: str, extras: set[str]) -> str:
    return f"{where}[{','.join(sorted(extras))}]" if extras else where


def _is_there(requirement: str) -> bool:
    with suppress(PackageNotFoundError):
        return bool(distribution(_parts(requirement)[0]).version)
    return False


def _pip(prefix: Path, requirements: Sequence[str]) -> str:
    runs_there = _source()[1]
    words = [
        word
        for asked, one in zip(requirements, _from_folder(requirements), strict=True)
        for word in (*(["-e"] if runs_there and one != asked else []), one)
    ]
    return _typed(*_pip_of(prefix), "install", *words)


def _pip_of(prefix: Path) -> Sequence[str]:
    with suppress(OSError):
        if re.search(r"^uv\s*=", (prefix / "pyvenv.cfg").read_text("utf-8"), re.MULTILINE):
            return "uv", "pip"
    return sys.executable, "-m", "pip"


def _from_folder(requirements: Sequence[str]) -> list[str]:
    """The requirements, each as its folder where fbridge came from one and that folder is still there."""
    core, _ = _source()
    if core is None:
        return list(requirements)
    return [_folder(core, one) or one for one in requirements]


def _folder(core: Path, requirement: str) -> str | None:
    name, extras = _parts(requirement)
    folder = core if name == "fbridge" else core.parent / "plugins" / name.removeprefix("fbridge-")
    return _with_extras(str(folder), extras) if (folder / "pyproject.toml").is_file() else None


def _source() -> tuple[Path | None, bool]:
    """The folder that this fbridge was installed from (PEP 610), and whether it runs in there; None for an index."""
    try:
        told = json.loads(distribution("fbridge").read_text("direct_url.json") or "{}")
        if "dir_info" not in told:
            return None, False
        return Path(url2pathname(urlsplit(told["url"]).path)), bool(told["dir_info"].get("editable"))
    except (PackageNotFoundError, OSError, ValueError, KeyError):
        return None, False


def _typed(*words: str) -> str:
    quote: Callable[[str], str] = _quoted_for_windows if os.name == "nt" else shlex.quote
    return " ".join(map(quote, words))


def _quoted_for_windows(word: str) -> str:
    return f'"{word}"' if re.search(r"[\s\[\]=]", word) else word
