"""What a person is asked for when a Shopify store is added."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import Result

from fbridge.sandbox import ServedSandbox

Ask = Callable[..., Result]


def test_a_token_is_enough(sandbox: ServedSandbox, ask: Ask) -> None:
    token = sandbox.store_settings()["access_token"]
    said = ask(sandbox, "shopify", token)
    assert "client id" not in said.output
    assert token not in said.output


def test_without_a_token_the_app_is_asked_for(sandbox: ServedSandbox, ask: Ask) -> None:
    tokens = sandbox.control.tokens
    said = ask(sandbox, "shopify", "", tokens.client_id, tokens.client_secret)
    assert tokens.client_secret not in said.output


def test_without_either_nothing_is_saved(sandbox: ServedSandbox, ask: Ask) -> None:
    said = ask(sandbox, "shopify", "", "", code=3)
    assert "access_token" in said.output
    assert "client_id and client_secret" in said.output
