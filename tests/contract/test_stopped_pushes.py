"""What a push that an adapter ends early leaves in the ledger, and what the run tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from fbridge.errors import CredentialsError, NotSent
from fbridge.exit_codes import ExitCode
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing.office import Office, number

from .toy_store import ToyUnderTest

BAD_KEY = "The store does not know the key; check api_key."


@pytest.fixture
def office(install_toy: Callable[[str], None], tmp_path: Path) -> Iterator[Office]:
    install_toy("adapter:adapter")
    from fbridge_toy.sandbox import ToySandbox

    with (
        ServedSandbox(ToySandbox(), "127.0.0.1", 0) as served,
        Office(ToyUnderTest(served), tmp_path / "home") as office,
    ):
        yield office


@pytest.fixture
def shipments(office: Office) -> list[Shipment]:
    orders = [office.store.new_order([(office.store.skus[0], 1)]) for _ in range(2)]
    office.fetch()
    packed = [office.pack(order, [number(count)]) for count, order in enumerate(orders)]
    office.hand_over()
    return packed


def ends_with(monkeypatch: pytest.MonkeyPatch, error: Callable[[list[str]], Exception]) -> None:
    """The adapter ends each push with this error, made from the ids of its orders."""
    from fbridge_toy.adapter import ToyAdapter

    def push(_self: Any, _store: Any, fulfillments: Sequence[Any]) -> Iterator[Any]:
        ids = [one.order_id for one in fulfillments]
        if ids:
            raise error(ids)
        yield

    monkeypatch.setattr(ToyAdapter, "push", push)


def not_sent(ids: list[str]) -> NotSent:
    stop = NotSent(ids, BAD_KEY, reason="bad_credentials")
    stop.__cause__ = CredentialsError(BAD_KEY)
    return stop


def test_a_failed_key_names_what_is_untouched_and_is_what_the_run_reports(
    office: Office, shipments: list[Shipment], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_with(monkeypatch, lambda ids: not_sent(ids[:1]))
    ((_, error),) = office.push().errors
    assert isinstance(error, CredentialsError)
    assert error.exit_code is ExitCode.CONFIGURATION
    assert [office.state(one) for one in shipments] == [PushState.READY, PushState.UNCONFIRMED]
    assert office.words(shipments[0]) == f"not sent: {BAD_KEY}"


def test_a_bare_credentials_error_proves_nothing(
    office: Office, shipments: list[Shipment], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_with(monkeypatch, lambda _: CredentialsError(BAD_KEY))
    ((_, error),) = office.push().errors
    assert isinstance(error, CredentialsError)
    assert [office.state(one) for one in shipments] == [PushState.UNCONFIRMED] * 2


def test_without_a_cause_the_run_reports_that_nothing_was_sent(
    office: Office, shipments: list[Shipment], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_with(monkeypatch, lambda ids: NotSent(ids, "The line is cut."))
    ((_, error),) = office.push().errors
    assert isinstance(error, NotSent)
    assert error.exit_code is ExitCode.UNREACHABLE
    assert [office.state(one) for one in shipments] == [PushState.READY] * 2
