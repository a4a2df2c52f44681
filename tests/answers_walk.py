"""A walk through every command with ``--json``: each answer is held against its schema.

What is the same before every store stands here; ``tests/core/cli/test_cli_json.py`` adds what the plain store does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fbridge.authoring import check
from fbridge.authoring.card import KitResult, Mark, ReportCard, by_clause
from fbridge.cli.main import cli
from fbridge.cli.session import Session
from fbridge.office_web import serving as office_serving
from fbridge.sandbox import ServedSandbox, create_sandbox, serving
from tests.installed_packages import write_dist_info
from tests.valid_answers import assert_answer, assert_valid


class Walk:
    """A program that types commands, with the names of the schemas that it has seen; files go to ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: set[str] = set()

    def __call__(self, said: str, *more: str, code: int = 0, read: str = "") -> Any:
        """Type it (``more`` are words with blanks in them); gives ``data`` or ``items``."""
        words = [*said.split(), *more]
        answer = json.loads(self.plain(*words, "--json", code=code, read=read))
        self.seen.add(assert_answer(answer, words))
        assert answer["ok"] is (code == 0)
        assert not answer["error"] or answer["error"]["exit_code"] == code
        return answer["data"] if "data" in answer else answer.get("items")

    def plain(self, *words: str, code: int = 0, read: str = "") -> str:
        """Type it for its standard output."""
        result = CliRunner().invoke(
            cli, words, input=read, obj=Session(interactive=False), prog_name="fbridge"
        )
        assert result.exit_code == code, f"{words}: {result.output}"
        return result.stdout

    def lines(self, name: str, *words: str) -> None:
        """Type what answers with a line for each."""
        lines = self.plain(*words).splitlines()
        assert lines
        for line in lines:
            assert_valid(json.loads(line), name)
        self.seen.add(name)

    def file(self, name: str, path: Path) -> None:
        """A file that was written."""
        assert_valid(json.loads(path.read_text("utf-8")), name)
        self.seen.add(name)

    def write(self, name: str, text: str) -> str:
        """A file to be read."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return str(path)


def setting_up(walk: Walk, add: Sequence[str]) -> None:
    """From nothing to a store with carriers; ``add`` is how the store is added."""
    walk("doctor --no-stores")
    walk("platforms")
    walk("store add shop --orders-from 2020-01-01 --accept-mail", *add)
    walk("store list")
    walk("store show shop")
    walk("store check shop")
    walk("fetch")
    walk("fetch --audit")
    walk("carrier add BRT")
    walk("carrier set BRT --customer-code 4711")
    walk("carrier add GLS")
    walk("carrier remove GLS")
    walk("carrier list")
    code = walk("carrier codes shop")["codes"][0]["code"]
    walk("carrier suggest shop")
    walk("carrier suggest shop --accept")
    walk("carrier map shop BRT", code)
    walk("carrier route shop * BRT")
    walk("carrier coverage")
    walk("carrier coverage --carriers")
    walk("carrier route shop other BRT")
    walk("carrier unroute shop other")


def papers(walk: Walk, orders: Sequence[str]) -> None:
    """Shipments, files and manifests of four orders; the first two have left at the end."""
    walk("orders list --limit 3")
    walk("orders show", orders[0])
    walk("shipment create --carrier BRT --document 1 --number FB000000001IT", orders[0])
    walk("shipment external --carrier BRT --name Anna --city Roma --cod 12.5")
    walk("tracking set S1 FB000000002IT")
    walk("tracking add S1 FB000000003IT")
    file = walk.write("erp.csv", f"document;year;order;carrier\n2;2026;{orders[1]};BRT\n3;2026;x;BRT\n")
    walk("shipment import", file, code=1)
    walk("import map erp --plan", file)
    walk("import map erp", file)
    walk("import list")
    walk("tracking import", walk.write("brt.csv", "document;year;tracking\n2;2026;FB000000004IT\n"))
    walk.write("in/shipments/a.csv", f"document;year;order;carrier\n4;2026;{orders[2]};BRT\n")
    walk("inbox run --settle 0", str(walk.folder / "in"))
    walk.file("inbox run report", walk.folder / "in" / "out" / "a.csv.report.json")
    walk("manifest new BRT")
    walk("manifest add BRT S1 S2", f"shop:{orders[3]}", "none", code=1)
    walk("manifest add BRT --all")
    walk("manifest remove BRT S2")
    walk("manifest list")
    walk("manifest show BRT")
    walk("manifest scan BRT", code=1, read="FB000000002IT\nwhat\n")
    for more in ("", "--pick", "--format csv"):
        walk(f"manifest print BRT {more} -o", str(walk.folder / f"paper{more}"))
    walk("shipment print S1 -o", str(walk.folder / "note.pdf"))
    _for_others(walk)


def _for_others(walk: Walk) -> None:
    """What an ERP and a courier's program read."""
    walk("export map mine --like brt")
    walk("export list")
    maps = walk.folder / "home" / "maps" / "out"
    walk.lines("orders export --format ndjson", "orders", "export", "--cursor", "0", "--format", "ndjson")
    for what, field in (("courier", "reference"), ("orders", "order"), ("shipments", "state")):
        text = f'for = "{what}"\nfields = [{{ name = "One", field = "{field}" }}]\n'
        (maps / f"{what}.toml").write_text(text, "utf-8")
    walk("manifest export BRT --for courier -o", str(walk.folder / "way.csv"))
    walk("export batches")
    for noun in ("orders", "shipment"):
        walk(f"{noun} export")
        walk(f"{noun} export --new")
        walk(f"{noun} export --map {noun.removesuffix('s')}s --format json")
        walk.lines(f"{noun} export --format ndjson", noun, "export", "--format", "ndjson")


def leaving(walk: Walk) -> None:
    """The manifest leaves, and its store is told."""
    walk("manifest ship BRT --no-check --not-as-printed")
    walk("manifest reopen 2026-0001")
    walk("manifest ship BRT --leave-out-bad --not-as-printed")
    walk("manifest leave-behind 2026-0001 S4")
    walk("shipment repack S4 --weight 800g")
    walk("push --plan")
    walk("push --yes --verify")
    walk("verify")
    walk("shipment list")
    walk("shipment show S1")
    walk("shipment returned S1 --kind undelivered")
    walk("shipment returned --kind held --file", walk.write("back.csv", "document;year\n2;2026\n"))
    walk("status", code=1)
    walk("manifest courier-told S4")
    walk("explain S1")
    walk("events")
    walk.lines("events lines", "events")
    walk("find FB00")
    walk("manifest add BRT S4")
    walk("manifest cancel BRT")
    walk("shipment withdraw S4")


def at_the_end(walk: Walk, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call for all, the evening, and what keeps an office in order."""
    walk("fulfil --carrier BRT --number FB000000009IT", order)
    report = walk.folder / "evening.json"
    walk("evening --yes --assume-collected --no-print --report", str(report))
    walk.file("evening --report", report)
    walk("purge --older-than 9000d --yes")
    copy = str(walk.folder / "copy.db")
    walk("db backup", copy)
    walk("db upgrade")
    walk("db check")
    walk("db restore", copy)
    walk("db restore --done")
    walk("completion bash")
    walk("schema")
    walk("schema push --plan")
    _serve(walk, monkeypatch)
    card = ReportCard(
        platform="plain",
        distribution="x",
        contract=1,
        files=(),
        clauses=by_clause([_test()]),
        stopped="it hung",
    )
    monkeypatch.setattr(check, "check_plugin", lambda *_, **__: card)  # which takes a minute
    walk("plugin check plain", code=1)
    walk("plugin new medusa --folder", str(walk.folder / "medusa"))
    _listener(walk, monkeypatch)
    walk("orders show nothing", code=2)


def _listener(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is told what has happened, and is uninstalled then."""
    info = write_dist_info(walk.folder / "site", "ear", {"fbridge.listeners": {"ear": "ear"}})
    monkeypatch.syspath_prepend(str(info.parent))
    walk("listeners list")
    walk("listeners set ear --since 0")
    walk("listeners run", code=1)  # its module is not there
    walk("listeners list", code=1)
    (info / "entry_points.txt").unlink()
    info.rename(walk.folder / "gone")
    walk("listeners forget ear")


def _test() -> KitResult:
    return KitResult(test="test_C01_one", result=Mark.FAILED, why="lost order 7")


def _serve(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulated store, which would be served until Ctrl-C."""

    def serve(app: Any, host: str, port: int, *, ready: Any) -> None:
        served = ServedSandbox(app, host, port)
        ready(served)
        served.close()

    monkeypatch.setattr(serving, "serve_forever", serve)
    monkeypatch.setattr(
        office_serving, "serve", lambda bridge, place, *, ready: ready("http://127.0.0.1:8484")
    )
    walk("office")
    walk("office token add erp --scope read --scope ship")
    walk("office token list")
    walk("office token revoke ERP")
    walk("office user add anna --password-stdin", read="a long password\n")
    walk("office user password anna --password-stdin", read="a longer password\n")
    walk("office user off anna")
    walk("office user on anna")
    walk("office user list")
    walk("office user role anna manager")
    walk("office user remove anna")
    platform = "woocommerce"
    assert create_sandbox(platform, orders=0)
    walk(f"sandbox serve {platform} --set orders=0")
