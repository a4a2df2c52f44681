"""No image can be built without a registry; what the image and the compose file run is run as it stands there."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import PostgresServer
from tests.free_ports import free_port

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
FBRIDGE = str(Path(sys.executable).parent / "fbridge")

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_the_image_copies_what_is_there_and_installs_every_plugin() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)
    assert copied
    assert all((ROOT / one).exists() for one in copied)
    let_through = (ROOT / ".dockerignore").read_text()
    assert all(f"!{one}\n" in let_through for one in copied)
    assert set(re.findall(r"'\./plugins/(\w+)\[sandbox\]'", DOCKERFILE)) == {
        one.parent.name for one in ROOT.glob("plugins/*/pyproject.toml")
    }
    without_hashes = ["sed", "-e", "/--hash=/d", "-e", r"s/ \\$//", "constraints.txt"]
    versions = subprocess.run(without_hashes, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert r"-e '/--hash=/d' -e 's/ \\$//' constraints.txt" in DOCKERFILE
    assert "\\" not in versions
    assert re.search(r"^httpx==[\d.]+$", versions, re.MULTILINE)


def test_two_workers_of_the_compose_file_fetch_from_its_store(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    environment = place(postgres_server, tmp_path)
    port = free_port()
    shop = [FBRIDGE, *SERVICES["shop"]["command"]]
    first, second = (
        [*SERVICES[one]["entrypoint"], *SERVICES[one]["command"]] for one in ("fbridge", "second")
    )
    with (
        running(environment, port, first),
        running(environment, port, second),
        running(environment, port, shop),
    ):
        wait_until_stored(environment)
        wait_for_workers(environment, 2)
    (health,) = re.findall(r"^HEALTHCHECK .* CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    asked = subprocess.run(json.loads(health), env=environment, capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stdout) == (0, "Nothing is overdue, and nothing needs a person.\n")


def place(server: PostgresServer, home: Path) -> dict[str, str]:
    """The environment of the container, with what stands in for its database and its volume."""
    server.execute("CREATE DATABASE composed")
    told = SERVICES["fbridge"]["environment"]
    assert told["FBRIDGE_DATABASE"].startswith("postgresql+psycopg://fbridge:")
    defaults = {name: re.sub(r"\$\{\w+:-(\w+)\}", r"\1", value) for name, value in told.items()}
    own = {"FBRIDGE_DATABASE": server.url("composed"), "FBRIDGE_HOME": str(home), "FBRIDGE_LANG": "en"}
    path = f"{Path(FBRIDGE).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | defaults | own | {"PATH": path, "FBRIDGE_LOG_FORMAT": "json"}


@contextmanager
def running(environment: dict[str, str], port: int, words: list[str]) -> Iterator[None]:
    words = [word.replace("8080", str(port)) for word in words]
    process = subprocess.Popen(words, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def wait_for_workers(environment: dict[str, str], count: int) -> None:
    deadline = time.monotonic() + 30
    asked = [FBRIDGE, "worker", "status", "--json"]
    while time.monotonic() < deadline:
        told = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
        if [one["stores"] for one in json.loads(told.stdout)["data"]["workers"]] == [["shop"]] * count:
            return
        time.sleep(0.5)
    pytest.fail(f"they are not at work: {told.stdout}")


def wait_until_stored(environment: dict[str, str]) -> None:
    deadline = time.monotonic() + 100
    asked = [FBRIDGE, "orders", "list", "--ready", "--json"]
    while time.monotonic() < deadline:
        listed = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
        if listed.returncode == 0 and json.loads(listed.stdout)["items"]:
            return
        time.sleep(1)
    pytest.fail(f"no order came: {listed.stdout} {listed.stderr}")
