"""What ``make build`` makes may go to an index: the same for the same commit, whole, and it runs from there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "core", *sorted((ROOT / "plugins").iterdir())]
PROGRAMS = Path(sys.executable).parent
VERSION = tomllib.loads((ROOT / "core/pyproject.toml").read_text())["project"]["version"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run(*words: str | Path, **environment: str) -> str:
    own = {
        key: value for key, value in os.environ.items() if not key.startswith(("FBRIDGE_", "PIP_FIND", "UV_"))
    }
    done = subprocess.run(
        [*map(str, words)], cwd=ROOT, env=own | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(into: Path, when: str) -> Path:
    for folder in FOLDERS:
        run(
            *(sys.executable, "-m", "build", "--no-isolation", "--outdir", into, folder),
            SOURCE_DATE_EPOCH=when,
            TZ="Pacific/Kiritimati" if into.name == "again" else "UTC",
        )
    return into


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run(sys.executable, "docs/changelog_parts.py")
    return build(tmp_path_factory.mktemp("built"), "1700000000")


def sums(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_the_same_commit_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    first = sums(built)
    assert len(first) == 2 * len(FOLDERS)
    assert sums(build(tmp_path / "again", "1700000000")) == first


def stem(folder: Path) -> str:
    return f"fbridge-{VERSION}" if folder.name == "core" else f"fbridge_{folder.name}-{VERSION}"


def test_a_source_holds_what_git_knows_and_its_changelog_and_nothing_else(built: Path) -> None:
    for folder in FOLDERS:
        check_source(built, folder)


def check_source(built: Path, folder: Path) -> None:
    known = run("git", "ls-files", "--", folder.relative_to(ROOT)).splitlines()
    expected = {str((ROOT / one).relative_to(folder)) for one in known if (ROOT / one).exists()}
    with tarfile.open(built / f"{stem(folder)}.tar.gz") as source:
        found = {Path(one.name).relative_to(stem(folder)).as_posix() for one in source if one.isfile()}
        changelog = source.extractfile(f"{stem(folder)}/CHANGELOG.md")
        assert changelog is not None
        first, *rest = changelog.read().decode().splitlines()
    assert found - {"PKG-INFO", ".gitignore", "CHANGELOG.md"} == expected
    assert first == f"# Changelog of {stem(folder).rsplit('-', 1)[0].replace('_', '-')}"
    assert any(line.startswith("- ") for line in rest)


def test_a_wheel_has_all_its_data_its_licence_and_its_bounds(built: Path) -> None:
    for folder in FOLDERS:
        check_wheel(built, folder)


def check_wheel(built: Path, folder: Path) -> None:
    package = folder / "src" / stem(folder).rsplit("-", 1)[0]
    tracked = run("git", "ls-files", "--", package.relative_to(ROOT)).splitlines()
    with zipfile.ZipFile(built / f"{stem(folder)}-py3-none-any.whl") as wheel:
        names = set(wheel.namelist())
        told = message_from_bytes(wheel.read(f"{stem(folder)}.dist-info/METADATA"))
    assert {one.split("/src/")[1] for one in tracked if (ROOT / one).exists()} <= names
    assert f"{stem(folder)}.dist-info/licenses/LICENSE" in names
    assert told["License-Expression"] == "MIT"
    assert "Programming Language :: Python :: 3.13" in told.get_all("Classifier", [])
    assert len(str(told.get_payload())) > 500
    check_bounds(told, folder)


def check_bounds(told: Message, folder: Path) -> None:
    needs = [one for one in told.get_all("Requires-Dist", []) if one.startswith("fbridge")]
    if folder.name != "core":
        assert needs
        assert all("<0.2" in one and ">=0.1" in one for one in needs)


def index(built: Path, folder: Path) -> Path:
    """The wheels with everything that they need; from there on no network is used."""
    gather = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--dest",
        str(folder),
    ]
    got = subprocess.run(
        [*gather, "--find-links", str(built), "fbridge-woocommerce[sandbox]"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if got.returncode:
        pytest.skip(f"no package index can be reached: {got.stderr.strip().splitlines()[-1]}")
    return folder


OFFLINE = {"UV_OFFLINE": "1", "UV_NO_INDEX": "1", "UV_PYTHON_DOWNLOADS": "never", "PIP_NO_INDEX": "1"}


def test_the_demo_runs_from_an_index_without_a_network(built: Path, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    wheels = index(built, tmp_path / "index")
    check_uvx(wheels, tmp_path)
    check_pipx(wheels, tmp_path)


def check_uvx(wheels: Path, cache: Path) -> None:
    uvx = [
        PROGRAMS / "uv",
        "tool",
        "run",
        "--python",
        sys.executable,
        "--cache-dir",
        cache / "uv",
        "--find-links",
        wheels,
    ]
    said = run(*uvx, "--with", "fbridge-woocommerce[sandbox]", "fbridge", "demo", **OFFLINE)
    assert "0 lost, 0 doubled, 0 second mails" in said
    lacking = subprocess.run(
        [*uvx, "fbridge", "demo"], env=os.environ | OFFLINE, capture_output=True, text=True, check=False
    )
    assert "uvx --with 'fbridge-woocommerce[sandbox]' fbridge" in lacking.stderr


def check_pipx(wheels: Path, home: Path) -> None:
    options = ["--backend", "pip", "--skip-maintenance", "--pip-args", f"--find-links {wheels}"]
    said = run(
        *(PROGRAMS / "pipx", "run", "--with", "fbridge-woocommerce[sandbox]", *options, "fbridge", "demo"),
        **OFFLINE,
        PIPX_HOME=str(home / "pipx"),
        PIPX_BIN_DIR=str(home / "bin"),
        PATH=f"/usr/bin{os.pathsep}/bin",
    )
    assert "0 lost, 0 doubled, 0 second mails" in said
