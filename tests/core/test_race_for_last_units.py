"""Four processes at once: never more leaves than remains, and manifests are numbered without gap or double."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

RACERS = 4
PIECES = 10

RACER = """
import json, sys
from pathlib import Path
from zoneinfo import ZoneInfo

from fbridge.errors import InputError
from fbridge.settings import Home, Settings
from fbridge.storage.database import open_database
from fbridge.context import Context
from fbridge.shipping.manifests import Manifests
from fbridge.shipping.shipments import Shipments

url, folder = sys.argv[1], Path(sys.argv[2])
zone = ZoneInfo("Europe/Rome")
home = Home(config=folder, data=folder, log=folder)
settings = Settings(home=home, timezone=zone, database="", exchange_days=30, stores={}, environment={})
database = open_database(url)
context = Context(database=database, settings=settings, timezone=zone)
shipments, manifests = Shipments(context), Manifests(context)
acts = {
    "ship": lambda: shipments.create("1001", items={"MUG": 1}).label,
    "add": lambda: manifests.add("BRT", ["1001"]).results[0].reason,
    "open": lambda: manifests.new("BRT").number,
}


def tried(act):
    try:
        return acts[act]()
    except InputError as error:
        return error.reason


print("ready", flush=True)
for line in sys.stdin:
    act, times = line.split()
    print(json.dumps([tried(act) for _ in range(int(times))]), flush=True)
database.close()
"""


class Race:
    """Four processes over one database that begin each act at the same moment."""

    def __init__(self, url: str, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-c", RACER, url, str(folder)]
        self.racers = [
            subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True, env=environment)
            for _ in range(RACERS)
        ]
        assert self._lines() == ["ready\n"] * RACERS

    def run(self, act: str, times: int) -> list[str]:
        """Let every racer do this so many times; what came of it, or the reason why not."""
        for racer in self.racers:
            assert racer.stdin is not None
            racer.stdin.write(f"{act} {times}\n")
            racer.stdin.flush()
        return [word for line in self._lines() for word in json.loads(line)]

    def end(self) -> None:
        for racer in self.racers:
            racer.communicate(timeout=60)
        assert [racer.returncode for racer in self.racers] == [0] * RACERS

    def _lines(self) -> list[str]:
        return [racer.stdout.readline() for racer in self.racers if racer.stdout is not None]


@pytest.fixture
def race(office: Any, make: Any, database_url: str, tmp_path: Path) -> Iterator[Race]:
    office.keep(make.order("1001", make.line("7", "MUG", PIECES)))
    started = Race(database_url, tmp_path)
    yield started
    started.end()


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])],
    indirect=True,
)
def test_four_processes_never_ship_more_than_remains(office: Any, race: Race) -> None:
    done = race.run("ship", PIECES)
    made = office.shipments.list()
    assert sum(item.quantity for shipment in made for item in shipment.items) == PIECES
    assert sorted(word for word in done if word.startswith("S")) == sorted(one.label for one in made)
    assert done.count("nothing_left") == RACERS * PIECES - PIECES
    assert office.orders.get("1001").row.open_quantity == 0


@pytest.mark.parametrize(
    "database_url",
    [pytest.param("sqlite", marks=pytest.mark.slow), pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)
def test_four_processes_share_one_manifest_and_number_others_without_gap(office: Any, race: Race) -> None:
    assert sorted(race.run("add", 2)) == ["added"] + ["already_there"] * (RACERS * 2 - 1)
    (row,) = office.manifests.list()
    manifest = office.manifests.get(row.number)
    assert [item.quantity for shipment in manifest.shipments for item in shipment.items] == [PIECES]
    counted = sorted(int(number.partition("-")[2]) for number in race.run("open", 5))
    assert counted == list(range(2, RACERS * 5 + 2))
