"""Listeners: told after the commit, each event at least once and in sequence, in a process that disturbs nobody."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.installed_packages import loaded_file, write_dist_info

from fbridge.context import Context
from fbridge.errors import InputError
from fbridge.listeners.listeners import Listeners
from fbridge.listeners.process import environment_of_listener
from fbridge.storage.database import open_database
from fbridge.storage.events import record

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-listener" / "src"
WRITES = """
import os, time
from fbridge import hookimpl
FILE = {file!r}
print("hello")
def write(event):
    with open(FILE, "a") as file:
        file.write(f"{{event.id}} {{event.kind}}\\n")
"""
ALL = (
    "order_stored = order_changed = manifest_shipped = receipt = needs_attention = hookimpl(told)\ndel told\n"
)


class Site:
    """A folder on the path of this process and of those that it starts, for listeners."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(
        self, name: str, body: str = "def told(event): write(event)\n" + ALL, *, hooks: str = ""
    ) -> None:
        file = str(self.folder / f"{name}.told")
        (self.folder / f"listener_{name}.py").write_text(WRITES.format(file=file) + body + hooks, "utf-8")
        self.name_it(name, name)

    def name_it(self, module: str, name: str) -> None:
        """What the entry point is called."""
        offered = {"fbridge.listeners": {name: f"listener_{module}"}} if name else {}
        write_dist_info(self.folder, f"listener-{module}", offered)
        # A package that comes or goes is another file in the folder, which this is not.
        later = self.folder.stat().st_mtime_ns + 10_000_000
        os.utime(self.folder, ns=(later, later))

    def told(self, name: str) -> list[str]:
        file = self.folder / f"{name}.told"
        return file.read_text("utf-8").splitlines() if file.exists() else []


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return Site(folder)


@pytest.fixture
def plain(sqlite_template: Path, context: Context) -> Context:
    return context


def happen(context: Context, *kinds: str) -> None:
    for kind in kinds:
        with context.database.write() as connection:
            record(connection, kind, "it did", at=context.now())


def outcomes(context: Context, **how: Any) -> dict[str, tuple[str, int]]:
    return {one.name: (str(one.outcome), one.told) for one in Listeners(context).run(**how)}


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])],
    indirect=True,
)
def test_each_is_told_in_sequence_and_one_that_raises_is_told_again_and_disturbs_nobody(
    context: Context, site: Site
) -> None:
    site.install("good")
    site.install("poor", "def told(event):\n    write(event)\n    if event.id == 2: 1 / 0\n" + ALL)
    Listeners(context).find_new(context.now())
    happen(context, "order.new", "push.sent", "shipment.created", "push.needs_attention")
    assert outcomes(context) == {"good": ("up_to_date", 3), "poor": ("failed", 1)}
    assert site.told("good") == ["1 order.new", "2 push.sent", "4 push.needs_attention"]
    poor = next(one for one in Listeners(context).list() if one.name == "poor")
    assert (poor.after, poor.untold) == (1, 2)
    assert poor.fault == "it raised ZeroDivisionError: division by zero at event 2 (push.sent)"
    site.install("poor")  # mended
    assert outcomes(context, due=True) == {"good": ("up_to_date", 0)}, "it is left alone for a while"
    assert outcomes(context) == {"good": ("up_to_date", 0), "poor": ("up_to_date", 2)}
    assert site.told("poor") == ["1 order.new", "2 push.sent", "2 push.sent", "4 push.needs_attention"]
    assert [one.fault for one in Listeners(context).list()] == ["", ""]


KNOWN = "manifest_shipped, needs_attention, order_changed, order_stored, receipt"
FAULTS = {
    "hangs": (
        "def told(event):\n    time.sleep(60)\n" + ALL,
        "it took longer than 3 s at event 1 (order.new)",
    ),
    "hangs_at_import": ("time.sleep(60)\n", "it took longer than 3 s at its import"),
    "ends": (
        "def told(event):\n    os._exit(3)\n" + ALL,
        "its process ended with 3 at event 1 (order.new): hello",
    ),
    "floods": (
        "def told(event):\n    os.write(2, b'much\\n' * 100_000)\n    os._exit(4)\n" + ALL,
        "its process ended with 4 at event 1 (order.new): much",
    ),
    "exits": (
        "def told(event):\n    raise SystemExit\n" + ALL,
        "it raised SystemExit at event 1 (order.new)",
    ),
    "fails_at_import": ("1 / 0\n", "it fails at import: ZeroDivisionError: division by zero"),
    "misspelt": (
        "@hookimpl\ndef order_store(event): pass\n",
        f'it has a hook "order_store", which fbridge does not know (it knows {KNOWN})',
    ),
    "unmarked": (
        "def receipt(event): pass\n",
        "it has no hook: none of its functions is marked with @hookimpl",
    ),
    "coroutine": (
        "@hookimpl\nasync def order_stored(event): pass\n",
        'its hook "order_stored" is a coroutine or a generator; it has to be a plain function',
    ),
    "odd_words": (
        "def told(event):\n    raise ValueError('a\\0b\\ud800\\nc')\n" + ALL,
        "it raised ValueError: a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER} c at event 1 (order.new)",
    ),
    "closes": (
        "def told(event):\n    os.closerange(1, 20)\n    time.sleep(60)\n" + ALL,
        "it answers no more at event 1 (order.new)",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_told_in_a_sentence(context: Context, site: Site, fault: str) -> None:
    body, words = FAULTS[fault]
    site.install("good")
    site.install("bad", body)
    Listeners(context).find_new(context.now())
    happen(context, "order.new")
    # On a busy machine a process alone takes a second to begin: only what hangs is given up soon.
    patience = 3.0 if fault.startswith("hangs") else 60.0
    good_and_bad = {one.name: one for one in Listeners(context).run(patience=patience)}
    assert good_and_bad["good"].told == 1
    assert good_and_bad["bad"].outcome == "failed"
    assert good_and_bad["bad"].words == words


def test_a_listener_sees_no_credentials() -> None:
    ours = {
        "FBRIDGE_HOME": "/srv",
        "FBRIDGE_SHOP_API_KEY": "cs_1",
        "FBRIDGE_DATABASE": "postgresql://u:p@h/d",
        "PGPASSWORD": "p",
        "WEBHOOK_SECRET": "its own",
    }
    assert environment_of_listener(ours) == {"FBRIDGE_HOME": "/srv", "WEBHOOK_SECRET": "its own"}


RUN = (
    "import sys\nfrom tests.core.test_listeners import context_of\n"
    "from fbridge.listeners.listeners import Listeners\n"
    "Listeners(context_of(sys.argv[1], sys.argv[2])).run()\n"
)


def context_of(url: str, folder: str) -> Context:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from fbridge.settings import Home, Settings

    place = Path(folder)
    settings = Settings(
        home=Home(config=place, data=place, log=place),
        timezone=ZoneInfo("UTC"),
        database=url,
        exchange_days=30,
        stores={},
        environment={},
    )
    return Context(
        database=open_database(url),
        settings=settings,
        timezone=ZoneInfo("UTC"),
        now=lambda: datetime.now(UTC),
    )


@pytest.fixture
def begin(database_url: str, tmp_path: Path, site: Site) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts telling in a process of its own."""
    begun: list[subprocess.Popen[bytes]] = []
    path = os.pathsep.join([str(site.folder), str(Path(__file__).parents[2])])

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", RUN, database_url, str(tmp_path)]
        begun.append(subprocess.Popen(command, env=os.environ | {"PYTHONPATH": path}))
        return begun[-1]

    yield start
    for one in begun:
        one.kill()
        one.wait()


def wait_for(what: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.slow
def test_a_kill_in_the_middle_repeats_and_skips_nothing_and_ends_the_listener(
    context: Context, site: Site, begin: Any
) -> None:
    marks = "def told(event):\n    write(event)\n    if event.id == 7: time.sleep(4); write(event)\n" + ALL
    site.install("slow", marks)
    Listeners(context).find_new(context.now())
    happen(context, *["order.new"] * 12)
    running = begin()
    wait_for(lambda: "7 order.new" in site.told("slow"))
    running.send_signal(signal.SIGKILL)
    running.wait()
    site.install("slow")
    wait_for(lambda: outcomes(context).get("slow", ("",))[0] == "up_to_date")
    told = [int(line.split()[0]) for line in site.told("slow")]
    assert list(dict.fromkeys(told)) == list(range(1, 13))
    assert [told[at + 1] for at in range(len(told) - 1) if told[at + 1] != told[at] + 1].__len__() == 1
    assert told.count(7) == 2, "the one that was cut off never came to its end"


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_listener_has_in_hand_at_the_end_is_written(context: Context, site: Site) -> None:
    body = "KEPT = open(FILE, 'a')\ndef told(event):\n    KEPT.write(f'{event.id} {event.kind}\\n')\n" + ALL
    site.install("lazy", body)
    Listeners(context).find_new(context.now())
    happen(context, "order.new", "order.changed")
    assert outcomes(context) == {"lazy": ("up_to_date", 2)}
    assert site.told("lazy") == ["1 order.new", "2 order.changed"]


@pytest.mark.slow
def test_two_at_once_do_not_tell_twice(context: Context, site: Site, begin: Any) -> None:
    site.install("calm", "def told(event):\n    write(event)\n    time.sleep(0.1)\n" + ALL)
    Listeners(context).find_new(context.now())
    happen(context, *["order.new"] * 10)
    running = begin()
    wait_for(lambda: site.told("calm"))
    (second,) = Listeners(context).run()
    assert (second.outcome, second.told) == ("busy", 0)
    assert "Another fbridge is telling the listener calm" in second.words
    happen(context, "push.sent")  # the first one, which holds the turn, tells this as well
    assert running.wait(30) == 0
    assert site.told("calm") == [*(f"{key} order.new" for key in range(1, 11)), "11 push.sent"]


@pytest.mark.slow
def test_one_that_was_renamed_or_removed_is_named_with_the_way_out(context: Context, site: Site) -> None:
    site.install("old")
    Listeners(context).find_new(context.now())
    happen(context, "order.new")
    outcomes(context)
    site.name_it("old", "new")
    happen(context, "order.changed")
    gone, new = sorted(Listeners(context).run(), key=lambda one: one.name, reverse=True)
    assert (gone.name, gone.outcome, gone.after) == ("old", "not_installed", 1)
    assert gone.words.endswith("fbridge listeners set NEW-NAME --since 1")
    Listeners(context).set("new", 1)
    assert outcomes(context)["new"] == ("up_to_date", 1)
    assert site.told("old")[-1] == "2 order.changed"
    assert new.name == "new"
    with pytest.raises(InputError, match="is installed, and would be found again"):
        Listeners(context).forget("new")
    Listeners(context).forget("old")
    assert [one.name for one in Listeners(context).list()] == ["new"]


@pytest.mark.slow
def test_a_person_sets_where_it_goes_on(context: Context, site: Site) -> None:
    site.install("one")
    happen(context, "order.new", "order.new")
    listeners = Listeners(context)
    listeners.find_new(context.now().replace(year=2000))
    listeners.set("one", 1)
    assert outcomes(context) == {"one": ("up_to_date", 1)}
    listeners.set("one", 0)
    assert outcomes(context) == {"one": ("up_to_date", 2)}
    happen(context, "order.new")
    listeners.set("one")
    assert outcomes(context) == {"one": ("up_to_date", 0)}
    with pytest.raises(InputError, match="Event 9 has not happened: the last one is 3"):
        listeners.set("one", 9)
    with pytest.raises(InputError, match=r'There is no listener "on"\. Did you mean "one"'):
        listeners.run(["on"])


@pytest.fixture
def hook_side() -> Iterator[SimpleNamespace]:
    """The other side of a web hook; ``answer`` is its status."""
    side = SimpleNamespace(got=[], answer=200, url="")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            side.got.append((dict(self.headers), body))
            self.send_response(side.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    side.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield side
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
def test_the_example_posts_to_a_signed_web_hook(
    context: Context, site: Site, hook_side: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_URL", hook_side.url)
    monkeypatch.setenv("WEBHOOK_SECRET", "both know it")
    site.install("webhook", (EXAMPLE / "example_webhook.py").read_text("utf-8"))
    Listeners(context).find_new(context.now())
    happen(context, "manifest.shipped")
    hook_side.answer = 503
    (told,) = Listeners(context).run()
    assert told.words == "it raised RuntimeError: the web hook answered 503 at event 1 (manifest.shipped)"
    hook_side.answer = 204
    assert outcomes(context) == {"webhook": ("up_to_date", 1)}
    headers, body = hook_side.got[1]
    assert (json.loads(body)["kind"], headers["Event-Id"].split()[0]) == ("manifest.shipped", "1")
    sent_at, _, given = headers["Signature"].removeprefix("t=").partition(",v1=")
    example = loaded_file(EXAMPLE / "example_webhook.py")
    assert example.signature(sent_at, body) == given
