"""OAuth signatures where the recordings do not reach: what is looked at first, and what uses up a nonce."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from oauthlib.oauth1 import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fbridge.sandbox import ServedSandbox

ASKED = "/rest/V1/modules"


@pytest.fixture
def served(make_sandbox: Callable[..., ServedSandbox]) -> ServedSandbox:
    return make_sandbox(orders=0, bearer=False)


@pytest.fixture
def ask(served: ServedSandbox) -> Iterator[Callable[..., httpx.Response]]:
    """``ask(nonce="n", ...)``: a signed request; arguments of oauthlib's client replace the right ones."""
    with httpx.Client(base_url=served.url) as http:

        def send(*, host: str = "", **given: Any) -> httpx.Response:
            settings = served.store_settings()
            signer = Client(
                **{
                    "client_key": settings["consumer_key"],
                    "client_secret": settings["consumer_secret"],
                    "resource_owner_key": settings["access_token"],
                    "resource_owner_secret": settings["access_token_secret"],
                    "signature_method": "HMAC-SHA256",
                    **given,
                }
            )
            _, headers, _ = signer.sign(f"{f'http://{host}' if host else served.url}{ASKED}")
            return http.get(ASKED, headers=dict(headers))

        yield send


def test_a_wrong_signature_uses_up_its_nonce(ask: Callable[..., httpx.Response]) -> None:
    wrong = ask(nonce="once", client_secret="wrong")
    assert (wrong.status_code, wrong.json()["message"]) == (
        401,
        "The signature is invalid. Verify and try again.",
    )
    again = ask(nonce="once")
    assert (again.status_code, again.json()["message"]) == (
        401,
        "The nonce is already being used by the consumer with ID %1",
    )
    assert ask(nonce="another").status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(-86_400, 200), (500, 200), (700, 401)])
def test_only_a_fast_clock_is_refused(ask: Callable[..., httpx.Response], seconds: int, status: int) -> None:
    assert ask(timestamp=str(int(time.time()) + seconds)).status_code == status


def test_an_unknown_token_and_an_unknown_consumer(ask: Callable[..., httpx.Response]) -> None:
    answers = [ask(resource_owner_key="x" * 32), ask(client_key="x" * 32)]
    assert [(answer.status_code, answer.json()["message"]) for answer in answers] == [
        (401, "Specified token does not exist"),
        (401, "A consumer having the specified key does not exist"),
    ]


def test_the_signed_host_is_the_one_that_php_sees(
    make_sandbox: Callable[..., ServedSandbox], served: ServedSandbox, ask: Callable[..., httpx.Response]
) -> None:
    assert ask(host="127.0.0.1").status_code == 401
    behind_nginx = make_sandbox(orders=0, bearer=False, signed_host="127.0.0.1")
    settings = behind_nginx.store_settings()
    signer = Client(
        settings["consumer_key"],
        client_secret=settings["consumer_secret"],
        resource_owner_key=settings["access_token"],
        resource_owner_secret=settings["access_token_secret"],
        signature_method="HMAC-SHA256",
    )
    _, headers, _ = signer.sign(f"http://127.0.0.1{ASKED}")
    assert httpx.get(f"{behind_nginx.url}{ASKED}", headers=dict(headers)).status_code == 200
    assert served.url != behind_nginx.url
