"""The page as it is served: to whom it is open, over TLS or behind a proxy, and what is too large for it."""

from __future__ import annotations

import http.client
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.free_ports import free_port
from tests.office_process import office_process

from fbridge import InputError
from fbridge.office_web.serving import Place, refuse_open

pytestmark = pytest.mark.usefixtures("_ctrl_c_reaches_children")


@pytest.mark.parametrize(
    "place",
    [
        Place(host="0.0.0.0"),
        Place(host="192.168.1.20"),
        Place(host="::"),
        Place(host="office.example"),
        Place(host="0.0.0.0", proxy="10.0.0.1"),
        Place(host="0.0.0.0", proxy="proxy.example", names=("office.example",)),
        Place(host="0.0.0.0", certificate=Path("cert.pem")),
        Place(host="0.0.0.0", proxy="10.0.0.1", names=("https://office.example",)),
        Place(host="0.0.0.0", key=Path("key.pem"), names=("office.example",)),
        Place(proxy="10.0.0.1", certificate=Path("cert.pem"), names=("office.example",)),
    ],
)
def test_the_page_is_not_open_to_others_by_mistake(place: Place) -> None:
    with pytest.raises(InputError):
        refuse_open(place)
    assert refuse_open(Place(host="localhost")) == "127.0.0.1"
    for more in ({"proxy": "10.0.0.1"}, {"certificate": Path("cert.pem")}):
        assert refuse_open(Place(host="0.0.0.0", names=("office.example",), **more)) == "0.0.0.0"  # type: ignore[arg-type]


@contextmanager
def served(home: Path, *more: str) -> Iterator[tuple[str, int]]:
    """Its address and port; ended by Ctrl-C."""
    port = free_port()
    with office_process(home, port, *more) as (process, url):
        yield url, port
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


@pytest.mark.slow
@pytest.mark.parametrize("more", [[], ["--behind-proxy", "10.9.9.9", "--name", "office.example"]])
def test_it_is_served_until_somebody_ends_it(tmp_path: Path, more: list[str]) -> None:
    with served(tmp_path, *more) as (url, port):
        assert url == ("https://office.example" if more else f"http://127.0.0.1:{port}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        host = "office.example" if more else f"localhost:{port}"
        connection.request("GET", "/sign-in", headers={"Host": host, "X-Forwarded-Host": "evil.example"})
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.getheader("Server") is None
        assert ("Secure" in str(answer.getheader("Set-Cookie"))) is bool(more)
        connection.close()
        # A file of 1 GB is refused by what it announces, and nothing of it is kept.
        large = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        large.putrequest("POST", "/files/shipments")
        large.putheader("Content-Length", str(2**30))
        large.endheaders()
        refused = large.getresponse()
        assert refused.status == 413
        assert b"sign in first, and send it again" in refused.read()
        large.close()


@pytest.mark.slow
def test_words_of_a_stranger_who_poses_as_the_proxy_count_for_nothing(tmp_path: Path) -> None:
    home = ["--home", str(tmp_path)]
    subprocess.run(
        [sys.executable, "-m", "fbridge", *home, "office", "user", "add", "anna", "--password-stdin"],
        input="a long password\n",
        text=True,
        check=True,
        capture_output=True,
    )
    for trusted, expected in (("10.9.9.9", [403] * 5 + [429]), ("127.0.0.1", [403] * 6)):
        with served(tmp_path, "--behind-proxy", trusted, "--name", "office.example") as (_, port):
            codes = [_guess(port, f"203.0.113.{count}") for count in range(6)]
        assert codes == expected, "who guesses is told by the proxy alone"


def _guess(port: int, claimed: str) -> int:
    headers = {"Host": "office.example", "X-Forwarded-For": claimed, "X-Forwarded-Proto": "https"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/sign-in", headers=headers)
    page = connection.getresponse()
    cookie = str(page.getheader("Set-Cookie")).split(";")[0]
    token = page.read().decode().split('name="form_token" value="')[1].split('"')[0]
    body = f"name=anna&password=wrong&form_token={token}"
    form = {**headers, "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", body, form | {"Origin": "https://office.example"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_with_a_certificate_it_speaks_tls_and_takes_a_renewed_one(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    _certify(certificate, key)
    options = ["--certificate", str(certificate), "--key", str(key), "--name", "office.example"]
    with served(tmp_path / "home", *options, "--host", "0.0.0.0") as (url, port):
        assert url == f"https://office.example:{port}"
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
        assert "Secure" in _asked(port, certificate)
        for one in silent:
            one.close()
        for head, status in (
            (b"POST /fetch HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 60000000", b"400"),
            (b"POST /api/v1/fetch HTTP/1.1\r\nHost: office.example\r\nContent-Length: 60000000", b"401"),
            (b"POST /sign-in HTTP/1.1\r\nHost: office.example\r\nTransfer-Encoding: chunked", b"411"),
            (b"POST /sign-in HTTP/1.1\r\nHost: office.example\r\nContent-Length: " + b"9" * 5_000, b"400"),
            (b"POST /sign-in HTTP/1.1\r\nHost: office.example\r\nContent-Length: 1x", b"400"),
            (b"GET / HTTP/1.1\r\nHost: office.example\r\nX-Long: " + b"x" * 300_000, b"413"),
        ):
            assert _said(port, certificate, head + b"\r\n\r\n").split()[1] == status, "no body is waited for"
        _certify(certificate, key)
        assert "Secure" in _asked(port, certificate), "the new one is used at once"
        key.write_text("half wri")
        assert "Secure" in _asked(port, certificate), "a broken one is not"


def _asked(port: int, trusted: Path) -> str:
    """The cookie that is set for who trusts this certificate alone."""
    answer = _said(
        port, trusted, b"GET /sign-in HTTP/1.1\r\nHost: office.example\r\nConnection: close\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
    return answer.decode().partition("Set-Cookie:")[2].splitlines()[0]


def _said(port: int, trusted: Path, request: bytes) -> bytes:
    """All that is answered until the connection ends."""
    context = ssl.create_default_context(cafile=str(trusted))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="office.example") as told,
    ):
        told.sendall(request)
        answer = b""
        with suppress(ConnectionResetError):
            while part := told.recv(65536):
                answer += part
    return answer


def _certify(certificate: Path, key: Path) -> None:
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    whose = ["-subj", "/CN=x", "-addext", "subjectAltName=DNS:office.example", "-days", "30"]
    files = ["-nodes", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", "-x509", *curve, *whose, *files], check=True, capture_output=True)


@pytest.mark.parametrize("what", ["none", "no certificate", "locked"])
def test_files_that_are_no_certificate_are_refused_by_name(tmp_path: Path, what: str) -> None:
    from fbridge.office_web.tls_server import certified

    file = tmp_path / "cert.pem"
    if what == "no certificate":
        file.write_text("no certificate")
    if what == "locked":
        if shutil.which("openssl") is None:
            pytest.skip("openssl makes the certificate")
        _certify(file, tmp_path / "key.pem")
        lock = ["openssl", "ec", "-in", str(tmp_path / "key.pem"), "-aes128", "-passout", "pass:abcd"]
        subprocess.run([*lock, "-out", str(tmp_path / "locked.pem")], check=True, capture_output=True)
    with pytest.raises(
        InputError, match="locked.pem asks for a password" if what == "locked" else "cert.pem"
    ):
        certified(file, tmp_path / "locked.pem" if what == "locked" else file)
