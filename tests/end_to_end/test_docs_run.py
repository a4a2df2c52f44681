"""What the pages say to type is typed, in sequence, over emulated stores; their Python runs."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from click.testing import CliRunner
from tests.contract.test_example_plugin import installed  # noqa: F401 - a fixture
from tests.doc_blocks import PAGES, ROOT, blocks, commands_in, of_page, typed_lines
from werkzeug.serving import make_server

from fbridge import Bridge, OrderFilter
from fbridge.cli.main import cli
from fbridge.cli.session import Session
from fbridge.demo.files import written_documents, written_numbers
from fbridge.office_web import serving
from fbridge.office_web.app import create_app
from fbridge.sandbox import ServedSandbox, create_sandbox
from fbridge_magento.sandbox.integrations import (
    ORDER_COMMENTS,
    ORDERS,
    SELECTION,
    SHIP,
    SHIPMENTS,
    SOURCES,
    STOCKS,
    STORES,
)

pytestmark = pytest.mark.slow
SHOP = "https://shop.example"
CREDENTIALS = {
    "woocommerce": ("consumer_key", "consumer_secret"),
    "prestashop": ("api_key",),
    "magento": ("access_token", ""),
    "shopify": ("access_token",),
}
PATIENT = ("--accept-mail", "--orders-from", "2020-01-01")


class Reader:
    """Somebody who reads a page and types what stands there; the store's address and orders are their own."""

    def __init__(self, platform: str, served: ServedSandbox) -> None:
        self.platform, self.served = platform, served
        self.swaps = {SHOP: served.url}
        self.scans: list[str] = []
        self.credentials = served.store_settings()

    def type(self, line: str) -> None:
        for words in commands_in(line):
            if words[:2] == ("store", "add") and "--accept-mail" not in words:
                self.answer(words, *self._of_store())
            elif words[:2] == ("manifest", "scan"):
                self.answer(words, *self.scans)
            else:
                self.answer(words, *["y"] * 9)

    def answer(self, words: tuple[str, ...], *answers: str) -> None:
        """As at a terminal, where each question is answered."""
        mine = [self.swaps.get(word, word) for word in words]
        done = CliRunner().invoke(
            cli, mine, input="\n".join([*answers, ""]), obj=Session(interactive=True), prog_name="fbridge"
        )
        assert done.exit_code == 0, (
            f"fbridge {' '.join(mine)} -> {done.exit_code}\n{done.output}\n{done.exception!r}"
        )

    def _of_store(self) -> Iterator[str]:
        settings = self.credentials
        yield from (str(settings[name]) if name else "" for name in CREDENTIALS[self.platform])
        yield from ("2020-01-01", "y")

    def knows(self, *numbers: str) -> None:
        """These stand for orders that are ready, each of its own, with names that a courier's file can hold."""
        with Bridge.open() as bridge:
            ready = [
                one.number for one in bridge.orders.list(OrderFilter(ready=True)) if one.customer.isascii()
            ]
            single = [number for number in ready if ready.count(number) == 1]
        self.swaps |= dict(zip(numbers, single, strict=False))

    def add_store(self) -> None:
        settings = self.served.store_settings()
        options = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        self.answer(("store", "add", "shop", "--platform", self.platform, "--url", SHOP, *options, *PATIENT))
        self.answer(("fetch",))
        self.answer(("carrier", "add", "BRT", "BRT Bartolini"))
        self.answer(("carrier", "map", "shop", "BRT", "brt-bartolini"))


@pytest.fixture
def reader(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reader]:
    monkeypatch.setenv("FBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    platform = getattr(request, "param", "woocommerce")
    with ServedSandbox(create_sandbox(platform), "127.0.0.1", 0) as served:
        yield Reader(platform, served)


def ticked(platform: str) -> list[list[str]]:
    """The rows of the page's table of permissions that everybody needs."""
    page = (ROOT / "docs" / f"first-store-{platform}.md").read_text("utf-8").split("\n## 2")[0]
    rows = [line.strip(" |").split(" | ") for line in page.splitlines() if line.startswith("   | ")]
    return [row for row in rows[1:] if not re.search(r"\bonly\b|if you like|with several", " ".join(row))]


def tick_nothing_else(reader: Reader) -> None:
    """The key may do what the page says to tick, and no more."""
    rows, control = ticked(reader.platform), reader.served.app.control
    said = {name for row in rows for name in re.findall(r"`([\w:]+)`", " ".join(row))}
    if reader.platform == "shopify":
        reader.credentials = {"access_token": control.new_token(said)}
    if reader.platform == "magento":
        for resource in {STORES, SOURCES, STOCKS, SELECTION, ORDERS, SHIP, SHIPMENTS, ORDER_COMMENTS} - said:
            control.take_right(resource)
    if reader.platform == "prestashop":
        control.keys["full"].permissions = {
            name: frozenset(re.findall("GET|POST|PATCH", re.sub(r"\(.*?\)", "", row[1])))
            for row in rows
            for name in re.findall(r"`(\w+)`", row[0])
        }


@pytest.mark.parametrize("reader", CREDENTIALS, indirect=True)
def test_the_first_store(reader: Reader) -> None:
    tick_nothing_else(reader)
    number = {"prestashop": "XKBKNABJK", "magento": "000000123"}.get(reader.platform, "1001")
    for block in of_page(f"docs/first-store-{reader.platform}.md", "sh"):
        for line in typed_lines(block):
            reader.type(line)
            if line.startswith("fbridge fetch"):
                reader.knows(number)
    with Bridge.open() as bridge:
        (shipment,) = bridge.shipments.list()
        (order,) = (one for one in bridge.orders.list() if one.id == shipment.order_id)
    assert shipment.push is not None
    assert shipment.push.state == "sent"
    assert reader.served.app.shopkeeper.shows(order.remote_id).numbers == ("0123456789",)


def commands(page: str, *, after: str = "") -> list[str]:
    """The lines of a page's shell blocks from this one on."""
    lines = [line for block in of_page(page, "sh") for line in typed_lines(block) if line.strip()]
    return lines[next((at for at, line in enumerate(lines) if line.startswith(after)), 0) :]


@pytest.mark.parametrize("page", ["README.md", "README.it.md"])
def test_the_readme(reader: Reader, page: str) -> None:
    for line in commands(page, after="fbridge store add"):
        reader.type(line)
        if line.startswith("fbridge carrier map"):
            reader.answer(("fetch",))
            reader.knows("1001", "1002", "1003")
    with Bridge.open() as bridge:
        states = [one.push and one.push.state for one in bridge.shipments.list()]
    assert len(states) == 3
    assert "sent" in states


def shell(script: str, folder: Path) -> None:
    """Run by a real shell, without a terminal, as a scheduler does."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"


def make_folders(folder: Path) -> None:
    """What other programs drop their files into."""
    for name in ("inbox/shipments", "inbox/tracking", "out"):
        (folder / name).mkdir(parents=True)


def test_the_page_on_scripting(reader: Reader, tmp_path: Path) -> None:
    reader.add_store()
    reader.knows("1001")
    make_folders(tmp_path)
    script = "\n".join(block.text for block in of_page("docs/scripting.md", "sh"))
    shell(script.replace("1001", reader.swaps["1001"]), tmp_path)
    assert (tmp_path / "orders.json").exists()
    assert (tmp_path / "shipments.json").exists()


def test_what_the_clock_runs(reader: Reader, tmp_path: Path) -> None:
    """The lines of cron, systemd and the Task Scheduler, each by a shell, without a terminal."""
    reader.add_store()
    reader.knows("1", "2", "3")
    make_folders(tmp_path)
    orders = iter([reader.swaps.pop(name) for name in ("1", "2", "3")])
    found = [one for page in ("docs/files.md", "docs/scripting.md") for one in of_page(page, *BY_THE_CLOCK)]
    lines = [line for one in found for line in typed_lines(one) if list(commands_in(line))]
    assert len(lines) == 8, "a way of running by the clock was added or taken away"
    for line in lines:
        if "fbridge push" in line:
            order = next(orders)
            reader.answer(("fulfil", order, "--carrier", "BRT", "--number", f"98765{order}", "--no-push"))
        here = FOLDERS.sub(str(tmp_path), line).replace("\\", "/")
        shell(f"mail() {{ cat >mailed.txt; }}\n{here}", tmp_path)
    with Bridge.open() as bridge:
        assert [one.push and one.push.state for one in bridge.shipments.list()] == ["sent"] * 3
    assert json.loads((tmp_path / "fbridge-push.json").read_text("utf-8"))["ok"]
    assert (tmp_path / "mailed.txt").read_text("utf-8")


BY_THE_CLOCK = ("text", "ini", "bat")
FOLDERS = re.compile(r"C:\\fbridge|/srv/fbridge|/var/log|/tmp")


def test_the_page_on_observing(reader: Reader, tmp_path: Path) -> None:
    reader.add_store()
    shell("\n".join(commands("docs/observing.md")), tmp_path)
    (block,) = of_page("docs/observing.md", "python")
    exec(compile(block.text, block.place, "exec"), {})


def test_the_page_on_the_evening(reader: Reader, tmp_path: Path) -> None:
    reader.add_store()
    reader.knows("1", "2", "3")
    orders = [reader.swaps[name] for name in ("1", "2", "3")]
    reader.scans = orders
    with (tmp_path / "home" / "config.toml").open("a", encoding="utf-8") as config:
        config.write('[sender]\ncompany = "Bottega"\naddress = ["Via Garibaldi 12", "48018 Faenza (RA)"]\n')
    written_documents(tmp_path, orders, "BRT").rename("documents.xlsx")
    Path("documents.csv").write_bytes(Path("documents.xlsx").read_bytes())
    written_numbers(tmp_path)
    make_folders(tmp_path)
    for line in commands("docs/evening.md"):
        reader.type(line.replace("/srv/fbridge", str(tmp_path)))
    with Bridge.open() as bridge:
        assert [one.push and one.push.state for one in bridge.shipments.list()] == ["sent"] * 3


def test_the_page_on_the_office(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "serve", lambda bridge, place, *, ready: ready("http://127.0.0.1:8484"))
    for line in commands("docs/office.md"):
        for words in commands_in(line):
            reader.answer(words, "a long password", "a long password")
    with Bridge.open() as bridge:
        assert bridge.accounts.list() == ()


def test_the_page_on_the_http_api(reader: Reader, tmp_path: Path) -> None:
    reader.add_store()
    reader.knows("1001")
    script = "\n".join(block.text for block in of_page("docs/http-api.md", "sh"))
    with Bridge.open() as bridge, make_server("127.0.0.1", 0, create_app(bridge), threaded=True) as server:
        Thread(target=server.serve_forever).start()
        script = script.replace("fbridge office\n", "").replace("8484", str(server.port))
        try:
            shell(script.replace("1001", reader.swaps["1001"]), tmp_path)
        finally:
            server.shutdown()
        while bridge.jobs.list(running=True):
            sleep(0.1)
        (shipment,) = bridge.shipments.list()
    assert shipment.push
    assert shipment.push.state == "sent"


PYTHON = of_page("docs/python.md", "python")


def test_the_page_on_python(reader: Reader) -> None:
    reader.add_store()
    said = io.StringIO()
    for block in PYTHON:
        with contextlib.redirect_stdout(said):
            exec(compile(block.text, block.place, "exec"), {})  # each block stands alone
    assert "sent" in said.getvalue()
    assert "mend the call: unknown_order" in said.getvalue()


@pytest.mark.parametrize("reader", ["woocommerce", "prestashop", "magento", "shopify"], indirect=True)
def test_the_plugins_own_page(reader: Reader) -> None:
    page = f"plugins/{reader.platform}/README.md"
    lines = commands(page, after="fbridge store add")
    reader.swaps |= {word: reader.served.url for line in lines for word in line.split() if "://" in word}
    for line in lines:
        reader.type(line)
    assert len(lines) == 2


def test_the_pages_on_backups_and_json(reader: Reader, tmp_path: Path) -> None:
    reader.add_store()
    for line in (*commands("docs/backups.md"), *commands("docs/json.md")):
        reader.type(line.replace("/backups/", f"{tmp_path}/"))
    assert (tmp_path / "fbridge.db").exists()


def test_the_completion_of_a_shell(reader: Reader, tmp_path: Path) -> None:
    shell("\n".join(commands("docs/cli.md")), tmp_path)


def test_the_page_on_listeners(reader: Reader) -> None:
    reader.add_store()
    for line in commands("docs/listeners.md"):
        reader.type(line)


@pytest.mark.usefixtures("installed")
def test_the_tutorials_evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FBRIDGE_HOME", str(tmp_path / "home"))
    with ServedSandbox(create_sandbox("kiosk"), "127.0.0.1", 0) as served:
        reader = Reader("kiosk", served)
        for line in commands("docs/plugin-tutorial.md", after="fbridge store add"):
            address = re.search(r"http://127\.0\.0\.1:\d+", line)
            reader.swaps |= {address[0]: served.url} if address else {}
            if "fbridge" in line and "plugin" not in line:
                reader.type(line)
    with Bridge.open() as bridge:
        assert "sent" in [one.push and one.push.state for one in bridge.shipments.list()]


ELSEWHERE = {
    "docs/install.md": "`.ci/run` installs by the same commands, which the README has",
    "docs/real-stores.md": "`test_real_store.py` runs what `make real` runs",
    "docs/containers.md": "`test_containers.py` types what the image and compose.yaml run",
}
RUN = {"README.md", "README.it.md", *(f"plugins/{name}/README.md" for name in CREDENTIALS)} | {
    f"docs/{name}.md"
    for name in (
        *(f"first-store-{one}" for one in CREDENTIALS),
        *(
            "backups",
            "cli",
            "evening",
            "http-api",
            "json",
            "listeners",
            "observing",
            "office",
            "plugin-tutorial",
            "scripting",
        ),
    )
}


def test_no_page_with_commands_is_left_out() -> None:
    pages = {one.page for page in PAGES for one in blocks(page) if one.language == "sh"}
    assert pages - {*ELSEWHERE} == RUN


def test_no_page_with_python_is_left_out() -> None:
    others = {one.page for page in PAGES for one in blocks(page) if one.language == "python"}
    assert others == {
        f"docs/{name}.md" for name in ("listeners", "observing", "plugin-tutorial", "python")
    }, "the files of the tutorial and of the listener are those of the tests' examples"
