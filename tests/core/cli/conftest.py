"""A user of the command line: a home of their own, a store in a file, and commands to type."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.core.cli.hints import assert_hints, texts_in
from tests.valid_answers import assert_answer

from fbridge.bridge import Bridge
from fbridge.cli.main import cli
from fbridge.cli.session import Session
from fbridge.settings import find_home
from fbridge.storage.maintenance import Maintenance

PLUGIN = Path(__file__).parent / "plain_platform"
FOLDER = "FOLDER"
"""Stands in a kept home for the folder of the test."""
FBRIDGE = (sys.executable, "-c", "from fbridge.cli.main import main; main()")


@dataclass
class PlainStore:
    """The store as a file; whoever runs the shop changes it behind fbridge's back."""

    file: Path

    def sell(self, number: int, **changes: Any) -> None:
        """Take an order, or change one: two hats and a scarf for 30 EUR, paid, unless said otherwise."""
        record = {
            "id": f"id{number}",
            "number": str(number),
            "status": "open",
            "created_at": f"2026-11-{number % 20 + 1:02}T09:30:00+00:00",
            "total": "30.00",
            "payment": "paid",
            "method": "courier",
            "name": "Anna Rossi",
            "lines": [
                {"id": "1", "sku": "HAT", "name": "Hat", "quantity": 2},
                {"id": "2", "sku": "SCARF", "name": "Scarf", "quantity": 1},
            ],
        }
        kept = {one["number"]: one for one in self.orders()}
        kept[str(number)] = record | changes
        self.file.write_text(json.dumps({"orders": list(kept.values())}), "utf-8")

    def orders(self) -> list[dict[str, Any]]:
        """What the store holds."""
        if not self.file.exists():
            return []
        found: list[dict[str, Any]] = json.loads(self.file.read_text("utf-8"))["orders"]
        return found

    def order(self, number: int) -> dict[str, Any]:
        """One order as the store holds it."""
        return next(one for one in self.orders() if one["number"] == str(number))


class User:
    """Somebody with a home of their own who types commands."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.runner = CliRunner()

    def run(self, *words: str, answers: str | None = None, code: int = 0) -> Result:
        """Type a command and check its exit code; with ``answers`` a person is there to ask."""
        session = Session(interactive=answers is not None)
        result = self.runner.invoke(cli, list(words), input=answers, obj=session, prog_name="fbridge")
        assert result.exit_code == code, result.output
        for line in result.stderr.splitlines():
            if line.startswith("Next: "):
                assert_hints(line, " ".join(words))
        return result

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        """Type a command with --json."""
        result = self.run(*words, "--json", code=code)
        envelope: dict[str, Any] = json.loads(result.stdout)
        assert envelope["schema"] == 1
        assert envelope["ok"] is (code == 0)
        assert not envelope["error"] or envelope["error"]["exit_code"] == code
        assert_answer(envelope, words)
        for text in texts_in(envelope):
            assert_hints(text, " ".join(words))
        return envelope

    def bridge(self) -> Bridge:
        """The Python API on the same home; close it."""
        return Bridge.open(find_home({"FBRIDGE_HOME": str(self.home)}))

    def add_shop(self, shop: PlainStore, *more: str, name: str = "shop", code: int = 0) -> Result:
        """Add the plain store without being asked."""
        words = ["store", "add", name, "--platform", "plain", "--url", f"https://{name}.example"]
        defaults = {
            "--set": ("--set", f"file={shop.file}", "--set", "key=right"),
            "--orders-from": ("--orders-from", "2026-11-01"),
        }
        for option, said in defaults.items():
            words += () if option in more else said
        return self.run(*words, "--accept-mail", *more, code=code)

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a process of its own, with the plain platform installed."""
        path = os.pathsep.join(filter(None, [str(PLUGIN), os.environ.get("PYTHONPATH", "")]))
        return os.environ | {"FBRIDGE_HOME": str(self.home), "PYTHONPATH": path} | more

    def process(self, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        """Type a command in a process of its own."""
        return subprocess.run(
            [*FBRIDGE, *words],
            env=self.environment(**environment),
            capture_output=True,
            check=False,
            timeout=60,
        )


@pytest.fixture(autouse=True)
def plain_plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The plain platform is installed, beside whatever else is."""
    monkeypatch.syspath_prepend(str(PLUGIN))
    yield
    sys.modules.pop("fbridge_plain", None)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh FBRIDGE_HOME, in Rome's time zone, without colours."""
    folder = tmp_path / "home"
    monkeypatch.setenv("FBRIDGE_HOME", str(folder))
    monkeypatch.setenv("FBRIDGE_TIMEZONE", "Europe/Rome")
    for store in ("SHOP", "B2B", "OTHER"):  # the plain orders' dates are fixed
        monkeypatch.setenv(f"FBRIDGE_{store}_OLDEST_ORDER", "36500")
    for name in ("FBRIDGE_DEBUG", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def user(home: Path) -> User:
    """Somebody with a fresh home."""
    return User(home)


@pytest.fixture
def make_shop(tmp_path: Path) -> Callable[[str], PlainStore]:
    """An empty plain store of this name."""
    return lambda name: PlainStore(tmp_path / f"{name}.json")


@pytest.fixture
def shop(tmp_path: Path) -> PlainStore:
    """The plain store with three orders; 1003 is cash on delivery."""
    store = PlainStore(tmp_path / "shop.json")
    store.sell(1001)
    store.sell(1002, name="Bruno Bianchi")
    store.sell(1003, payment="cod", method="express")
    return store


@pytest.fixture(scope="session")
def ready_homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies of the homes of ready users, by what their store sells: what each of them types is typed once."""
    return tmp_path_factory.mktemp("ready")


@pytest.fixture
def ready_user(user: User, shop: PlainStore, ready_homes: Path) -> User:
    """Somebody with the store ``shop`` fetched, and the carrier BRT mapped and routed."""
    kept, folder = ready_homes / sha256(shop.file.read_bytes()).hexdigest(), str(user.home.parent)
    fresh = not user.home.exists()
    if fresh and kept.exists():
        _copy_home(kept, user.home, FOLDER, folder)
        return user
    user.add_shop(shop)
    user.run("fetch")
    user.run("carrier", "add", "BRT", "Bartolini", "--tracking-url", "https://brt.example/{number}")
    user.run("carrier", "map", "shop", "BRT", "bartolini")
    user.run("carrier", "route", "shop", "*", "BRT")
    if fresh:
        _copy_home(user.home, kept, folder, FOLDER)
    return user


def _copy_home(home: Path, to: Path, folder: str, other: str) -> None:
    shutil.copytree(home, to)
    for name in ("config.toml", "last-database.json"):
        file = to / name
        file.write_text(file.read_text("utf-8").replace(folder, other), "utf-8")


@pytest.fixture(scope="session")
def workers_url(postgres_server: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that ``fbridge db upgrade`` has made ready for workers."""
    postgres_server.execute("CREATE DATABASE workers TEMPLATE office")
    url: str = postgres_server.url("workers")
    Maintenance(url=url, records=tmp_path_factory.mktemp("records")).upgrade()
    return url
