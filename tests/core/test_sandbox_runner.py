"""The runner of emulated stores: loopback only, an own process, faults for any application."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from werkzeug.wrappers import Request, Response

from fbridge.errors import InputError, PluginMissingError
from fbridge.sandbox import Fault, FaultKind, FaultPlan, FaultyApp, ServedSandbox, create_sandbox, serve
from fbridge.sandbox.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from fbridge.sandbox.contract import Shopkeeper


@dataclass
class Counter:
    """The smallest emulated store: it counts what it was told."""

    control: FaultPlan = field(default_factory=FaultPlan)
    told: list[str] = field(default_factory=list)

    @property
    def wsgi(self) -> WSGIApplication:
        return FaultyApp(self._answer, self.control)

    @property
    def shopkeeper(self) -> Shopkeeper:
        raise NotImplementedError

    def store_settings(self) -> dict[str, Any]:
        return {"token": "none"}

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.method == "POST":
            self.told.append(request.get_data(as_text=True))
        return Response(json.dumps({"told": self.told}))(environ, start_response)


def test_it_is_served_on_loopback_until_the_block_ends() -> None:
    with serve(Counter()) as served:
        assert served.url == f"http://127.0.0.1:{served.port}"
        assert httpx.post(served.url, content="a").json() == {"told": ["a"]}
    with pytest.raises(httpx.ConnectError):
        httpx.get(served.url)


def test_open_connections_do_not_keep_it_alive() -> None:
    with httpx.Client() as client, ServedSandbox(Counter(), "127.0.0.1", 0) as served:
        client.get(served.url)
        served.close()
        served.close()
        with pytest.raises(httpx.TransportError):
            client.get(served.url)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10", "::", "shop.example"])
def test_it_is_never_served_to_other_machines(host: str) -> None:
    with pytest.raises(InputError, match="not a loopback address"), serve(Counter(), host):
        pass


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=r"in use|Only one usage"), serve(Counter(), port=port):
            pass


def test_faults_strike_once_and_in_turn() -> None:
    store = Counter()
    for kind in (FaultKind.SERVER_ERROR, FaultKind.TOO_MANY_REQUESTS):
        store.control.add(Fault(kind=kind))
    with serve(store) as served:
        assert httpx.get(served.url).status_code == 200, "a read is not meant"
        assert [httpx.post(served.url, content="a").status_code for _ in range(3)] == [500, 429, 200]
    assert store.told == ["a"]


def test_a_request_dropped_before_the_work_is_not_done() -> None:
    store = Counter()
    store.control.add(Fault(kind=FaultKind.DROP_BEFORE, times=2))
    store.control.add(Fault(kind=FaultKind.DROP_AFTER))
    with serve(store) as served:
        for _ in range(3):
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.post(served.url, content="a")
    assert store.told == ["a"]


def test_an_unknown_platform_names_the_package_to_install() -> None:
    with pytest.raises(PluginMissingError, match=r"There is no sandbox for nosuch here \(installed: .*\)\.$"):
        create_sandbox("nosuch")


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(InputError, match="colour"):
        create_sandbox("woocommerce", colour="red")


def test_the_command_says_what_is_wrong_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["woocommerce", "--host", "0.0.0.0", "--set", "orders=0"]) == 2
    assert "not a loopback address" in capsys.readouterr().err


def test_another_process_serves_and_ends_with_its_parent() -> None:
    command = [
        sys.executable,
        "-m",
        "fbridge.sandbox",
        "woocommerce",
        "--set",
        "orders=3",
        "--until-stdin-closes",
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert told["platform"] == "woocommerce"
        assert set(told["settings"]) == {"consumer_key", "consumer_secret"}
        assert sum(httpx.get(f"{told['control']}/state").json()["orders"].values()) == 3
        assert httpx.get(f"{told['url']}/wp-json/?_fields=name").status_code == 200
        process.stdin.close()
        assert process.wait(timeout=20) == 0
