"""What a person is asked for when a Magento store is added."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import Result

from fbridge.sandbox import ServedSandbox

Ask = Callable[..., Result]


def test_a_token_alone_is_enough_where_the_store_takes_it(sandbox: ServedSandbox, ask: Ask) -> None:
    said = ask(sandbox, "magento", sandbox.store_settings()["access_token"], "")
    assert "consumer secret" not in said.output


def test_with_a_consumer_key_the_rest_of_oauth_is_asked_for(
    make_sandbox: Callable[..., ServedSandbox], ask: Ask
) -> None:
    served = make_sandbox(bearer=False)
    keys: dict[str, str] = served.control.credentials("full")
    asked = ("access_token", "consumer_key", "consumer_secret", "access_token_secret")
    secrets = [keys[name] for name in asked]
    said = ask(served, "magento", *secrets)
    assert not any(secret in said.output for secret in secrets)
