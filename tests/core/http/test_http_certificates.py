"""The certificate of a store is verified, always."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from fbridge.errors import NotSentError, UnreachableError
from fbridge.http import StoreHttp

Connect = Callable[..., StoreHttp]

SELF_SIGNED = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3HocXjad4RK07f0s
EM0y7UArRWLV5aS0m/QIPdYqp+2hRANCAARSEE9lC+loc+m9sSxBNHVNx4cES2B4
BKaRRZRIqMuzz7c3r/G7BAD37nYjvovbWlQbp7H4gOlch73gl9v5vX56
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUJu//pXK+Ap9wHhnQ+3Lz2io9ucYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzAyNTY1OVoYDzIxMjYxMDMw
MDI1NjU5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARSEE9lC+loc+m9sSxBNHVNx4cES2B4BKaRRZRIqMuzz7c3r/G7BAD3
7nYjvovbWlQbp7H4gOlch73gl9v5vX56o2QwYjAdBgNVHQ4EFgQUcmIHzcRjkP+i
rJiFnA/z6ozrRa0wHwYDVR0jBBgwFoAUcmIHzcRjkP+irJiFnA/z6ozrRa0wDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IFBpd2NO5Q14b5RJW8v/c5zhqiWIPu2P2RLWctPPEfTsAiEAwVT16SBW0E1Idkoc
QjExsN86bsLwtCuDHz2qEf1aTv8=
-----END CERTIFICATE-----
"""


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[str]:
    """A server whose certificate nobody vouches for."""
    (tmp_path / "both.pem").write_text(SELF_SIGNED, "ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with (
                    connection,
                    suppress(OSError),
                    context.wrap_socket(connection, server_side=True) as secured,
                ):
                    secured.recv(1024)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_a_certificate_that_nobody_vouches_for_is_refused(impostor: str, connect: Connect) -> None:
    http = connect(impostor)
    with pytest.raises(UnreachableError, match=r"The TLS certificate of https://127.*is not valid") as raised:
        http.read("orders")
    assert raised.value.reason == "bad_certificate"
    with pytest.raises(NotSentError, match="nothing was sent"):
        http.write("POST", "orders", json={})
