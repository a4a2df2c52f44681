"""Writes a new plugin: the tutorial's, under another name and in the shape that its platform asks for."""

from __future__ import annotations

import json
import keyword
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from fbridge.authoring.pieces import Shape, pieces
from fbridge.errors import ConfigError, InputError
from fbridge.plugins import installed_platforms

TEMPLATE = "template.json"
"""The files of docs/example-plugin by their paths; made by ``python -m tests.plugin_template``."""
LONGEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a platform is called in each place: ``key`` in code and settings, ``label`` by people."""

    key: str
    label: str

    @property
    def distribution(self) -> str:
        """The package's name."""
        return f"fbridge-{self.key.replace('_', '-')}"

    @property
    def package(self) -> str:
        """The importable name."""
        return f"fbridge_{self.key}"

    @property
    def prefix(self) -> str:
        """How its classes begin."""
        return "".join(word.title() for word in self.key.split("_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlugin:
    """What was written: ``files`` by their paths in ``folder``."""

    platform: str
    distribution: str
    folder: str
    files: tuple[str, ...]
    shape: Shape


def names_for(key: str, label: str = "") -> Names:
    """The names of a new platform. Raises: InputError for a key that cannot be one, with one that can."""
    plain = re.sub(r"[^a-z0-9]+", "_", key.lower().removeprefix("fbridge")).strip("_")
    usable = plain if re.fullmatch(r"[a-z]\w*", plain) and len(plain) <= LONGEST else ""
    if not usable or key != usable or keyword.iskeyword(key):
        hint = f"; call it {usable}" if usable and not keyword.iskeyword(usable) else ""
        raise InputError(
            f'"{key}" is no key of a platform: small letters, digits and _ after a letter, {LONGEST} at most{hint}.',
            reason="bad_platform_name",
        )
    if key in installed_platforms():
        raise InputError(
            f"There is a plugin for {key} here already; two of one name are in each other's way.",
            reason="platform_taken",
        )
    if not label.isprintable() or set(label) & set('"\\{}') or len(label) > LONGEST:
        raise InputError(
            f"{label!r} cannot be a label: {LONGEST} characters at most, no quotation mark, backslash or brace.",
            reason="bad_platform_name",
        )
    return Names(key=key, label=label.strip() or " ".join(word.title() for word in key.split("_")))


def files_of(names: Names, shape: Shape) -> dict[str, str]:
    """The text of each file by its path."""
    texts: dict[str, str] = json.loads(resources.files(__package__).joinpath(TEMPLATE).read_text("utf-8"))
    for file, before, after in pieces(shape):
        if before not in texts[file]:
            raise AssertionError(f"{file} has no {before!r}")
        texts[file] = texts[file].replace(before, after, 1)
    return {_renamed(file, names): _renamed(text, names) for file, text in texts.items()}


_CALLED = re.compile(
    r"(?P<distribution>fbridge-kiosk)|(?P<package>fbridge_kiosk)|(?P<prefix>(?<=\w)Kiosk|Kiosk(?=[A-Z]))"
    r"|(?P<label>Kiosk)|(?P<key>kiosk)|(?P<KEY>KIOSK)"
)


def _renamed(text: str, names: Names) -> str:
    called = {
        "distribution": names.distribution,
        "package": names.package,
        "prefix": names.prefix,
        "label": names.label,
        "key": names.key,
        "KEY": names.key.upper(),
    }
    return _CALLED.sub(lambda found: called[str(found.lastgroup)], text)


def refuse_taken(folder: Path) -> None:
    """Raises: InputError where something of that name is there already, or no folder for it; ConfigError."""
    with _told(folder):
        taken, has_place = os.path.lexists(folder), folder.parent.is_dir()
    if taken:
        raise InputError(
            f"{folder} is there already, and nothing is overwritten; take another one: "
            "fbridge plugin new NAME --folder FOLDER",
            reason="folder_taken",
        )
    if not has_place:
        raise InputError(f"There is no folder {folder.parent} to put {folder.name} into.", reason="no_folder")


def write_plugin(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files into this new folder; all of them, or nothing.

    Raises: InputError where something of that name is there already, or no folder for it; ConfigError where it cannot
    be written.
    """
    refuse_taken(folder)
    with (
        _told(folder),
        tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name[:LONGEST]}-") as work,
    ):
        made = Path(work) / folder.name
        for name, text in files.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        refuse_taken(folder)  # somebody else may have been quicker
        made.rename(folder)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error.strerror or error}.") from error
