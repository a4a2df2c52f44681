"""What a store repeats of its credentials is in nothing that a person sees and in no file (C12)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from tests.core.cli.conftest import PlainStore, User

from fbridge.cli.main import cli
from fbridge.errors import RefusedError, UnreachableError

CANARY = "ck_9f8e7d6c5b4a39281706f5e4d3c2b1a0"
TOLD = f"you sent {CANARY[:11]}\n{CANARY[11:]}"


def refuse(*_: Any) -> Any:
    raise RefusedError(f"The store refused: {TOLD}", reason=CANARY)


def fail(*_: Any) -> Any:
    raise ValueError(TOLD)


def fail_from_another(*_: Any) -> Any:
    try:
        fail()
    except ValueError as error:
        raise UnreachableError("down") from error


def log_and_fail(*_: Any) -> Any:
    try:
        fail()
    except ValueError:
        logging.getLogger("fbridge.plain").exception("The store says %s", TOLD)
    raise UnreachableError("down")


@pytest.mark.parametrize("act", [refuse, fail, fail_from_another, log_and_fail])
@pytest.mark.parametrize("more", [(), ("--json",), ("--debug",)])
def test_a_repeated_credential_is_nowhere(
    user: User,
    shop: PlainStore,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    act: Callable[..., Any],
    more: tuple[str, ...],
) -> None:
    user.add_shop(shop, "--set", "key=right", "--set", f"file={shop.file}")
    monkeypatch.setenv("FBRIDGE_SHOP_KEY", CANARY)
    user.run("fetch")
    monkeypatch.setattr(sys.modules["fbridge_plain"], "_read", act)
    said = []
    for words in (
        ["store", "check", "shop"],
        ["fetch"],
        ["carrier", "codes", "shop", "--refresh"],
        ["status"],
    ):
        result = user.runner.invoke(cli, [*words, *more], prog_name="fbridge")
        said.append(result.output)
    out, err = capfd.readouterr()
    kept = [path.read_bytes().decode("latin-1") for path in user.home.rglob("*") if path.is_file()]
    for text in [*said, out, err, *kept]:
        assert CANARY[11:] not in text
        assert CANARY[3:11] not in text
    assert len("".join(said)) > 100
