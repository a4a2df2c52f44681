"""What a store's surroundings ask of each request: passwords of web servers, headers, certificates, proxies."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.core.http.test_http_certificates import SELF_SIGNED, impostor

from fbridge.errors import ConfigError, UnreachableError
from fbridge.http import BasicAuth, HeaderAuth, QueryAuth, StoreHttp, WayThrough
from fbridge.http.way_through import CredentialsIn
from fbridge.models.secrets import Secret

__all__ = ["impostor"]

Connect = Callable[..., StoreHttp]

PASSWORD = Secret("pw_canary_9f8e7d6c5b4a")
BASIC = base64.b64encode(f"staging:{PASSWORD.reveal()}".encode()).decode()
PROTECTED = WayThrough(http_user="staging", http_password=PASSWORD)


def asked(server: Any, connect: Connect, reply: Any, **options: Any) -> Any:
    server.answers(reply(json_body=[]))
    http = connect(server.url, **options)
    http.read("orders", params={"page": 2})
    http.write("PUT", "orders/1", json={})
    read, write = server.asked
    assert dict(read.headers.items()).get("Authorization") == dict(write.headers.items()).get("Authorization")
    return read


def test_the_web_servers_password_goes_beside_the_platforms_own_header(
    server: Any, connect: Connect, reply: Any
) -> None:
    read = asked(server, connect, reply, auth=HeaderAuth("X-Shop-Token", Secret("t")), way_through=PROTECTED)
    assert (read.headers["Authorization"], read.headers["X-Shop-Token"]) == (f"Basic {BASIC}", "t")


def test_the_web_servers_password_goes_beside_credentials_in_the_query(
    server: Any, connect: Connect, reply: Any
) -> None:
    auth = QueryAuth(consumer_key="ck", consumer_secret=Secret("c s&"))
    read = asked(server, connect, reply, auth=auth, way_through=PROTECTED)
    assert read.headers["Authorization"] == f"Basic {BASIC}"
    assert read.path == "/orders?page=2&consumer_key=ck&consumer_secret=c%20s%26"


@pytest.mark.parametrize("way", [PROTECTED, WayThrough(credentials_in=CredentialsIn.QUERY)])
def test_one_header_cannot_hold_two_credentials(
    server: Any, connect: Connect, reply: Any, way: WayThrough
) -> None:
    server.answers(reply(json_body=[]))
    http = connect(server.url, auth=BasicAuth("ck", Secret("cs")), way_through=way)
    for act in (lambda: http.read("orders"), lambda: http.write("PUT", "orders/1", json={})):
        with pytest.raises(ConfigError, match="Authorization header alone"):
            act()
    assert server.asked == []


def test_headers_of_the_settings_go_with_each_request(server: Any, connect: Connect, reply: Any) -> None:
    way = WayThrough(
        user_agent="Mozilla/5.0",
        headers={"X-Office": "Roma"},
        secret_headers={"X-Pass": Secret("canary_77665544")},
    )
    read = asked(server, connect, reply, way_through=way)
    assert (read.headers["User-Agent"], read.headers["X-Office"]) == ("Mozilla/5.0", "Roma")
    assert read.headers["X-Pass"] == "canary_77665544"


def test_all_of_its_secrets_are_hidden(connect: Connect) -> None:
    way = WayThrough(
        http_user="staging",
        http_password=PASSWORD,
        secret_headers={"X-Pass": Secret("canary_77665544")},
        proxy_password=Secret("canary_88776655"),
    )
    http = connect("http://127.0.0.1:1", way_through=way)
    shown = http.redactor.text(f"{PASSWORD.reveal()} {BASIC} canary_77665544 canary_88776655")
    assert "canary" not in shown
    assert BASIC not in shown


def test_a_file_of_another_host_gets_none_of_it(
    server: Any, connect: Connect, reply: Any, tmp_path: Path
) -> None:
    server.answers(reply(body=b"x"))
    way = WayThrough(http_user="staging", http_password=PASSWORD, secret_headers={"X-Pass": Secret("p")})
    with (tmp_path / "file").open("wb") as file:
        connect("http://127.0.0.1:1", way_through=way).download(f"{server.url}/file", file)
    assert {"authorization", "x-pass"}.isdisjoint(name.lower() for name in server.asked[0].headers)


def test_a_proxy_gets_the_whole_address_and_its_own_login(server: Any, connect: Connect, reply: Any) -> None:
    server.answers(reply(json_body=[]))
    way = WayThrough(proxy=server.url, proxy_user="office", proxy_password=Secret("pw"))
    connect("http://shop.example", allow_http=True, way_through=way).read("orders")
    (one,) = server.asked
    assert one.path == "http://shop.example/orders"
    assert one.headers["Proxy-Authorization"] == f"Basic {base64.b64encode(b'office:pw').decode()}"


def test_a_store_may_bring_its_own_authority(impostor: str, connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "both.pem").write_text(SELF_SIGNED, "ascii")
    http = connect(impostor, way_through=WayThrough(ca_file=tmp_path / "both.pem"))
    with pytest.raises(UnreachableError) as raised:
        http.read("orders", retry=False)
    assert raised.value.reason == "no_answer"  # the server hangs up; its certificate was good


@pytest.mark.parametrize("name", ["ca_file", "client_certificate"])
def test_a_file_that_cannot_be_used_is_named(connect: Connect, tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.pem").write_text("no certificate", "ascii")
    for file in (tmp_path / "missing.pem", tmp_path / "broken.pem"):
        with pytest.raises(ConfigError, match=f"the setting {name}, .*{file.name}, cannot be used"):
            connect("https://shop.example", way_through=WayThrough(**{name: file}))  # type: ignore[arg-type]
