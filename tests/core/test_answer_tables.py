"""What an answer to a write proves, by the table of a platform: nothing, unless it is listed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from fbridge.adapterkit.answers import (
    LONGEST_WAIT,
    AnswerTable,
    Listed,
    Said,
    Speaker,
    Verdict,
)
from fbridge.errors import CredentialsError, FbridgeError, NotSentError, RefusedError, UnreachableError
from fbridge.models.problems import USUAL_WAIT, WriteFault
from fbridge.models.states import Outcome

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TABLE = AnswerTable(
    [
        Listed(404, "gone", Verdict.REFUSED, "page 1", "order_missing"),
        Listed(429, "", Verdict.LATER, "page 2", "rate_limited"),
        Listed(404, "no_route", Verdict.NOT_SENT, "page 3"),
        Listed(401, "key", Verdict.CREDENTIALS, "page 4"),
        Listed(401, "right", Verdict.CREDENTIALS, "page 4"),
    ]
)
NAMED = UnreachableError("The store cannot answer now.", reason="server_error")
TABLES = {
    "fbridge_woocommerce.answers": ("ANSWERS",),
    "fbridge_prestashop.answers": ("ANSWERS",),
    "fbridge_magento.answers": ("ANSWERS",),
    "fbridge_shopify.write_answers": ("DOCUMENTS", "MUTATIONS"),
}


def said(status: int, *codes: str, speaker: Speaker = Speaker.STORE, **more: Any) -> Said:
    return Said(speaker=speaker, status=status, codes=codes, **more)


def tables() -> list[Any]:
    return [
        pytest.param(getattr(import_module(module), name), id=f"{module}.{name}")
        for module, names in TABLES.items()
        for name in names
    ]


@pytest.mark.parametrize(
    "answer",
    [
        said(404, "unknown_code"),
        said(400, "gone"),
        said(404),
        said(404, "gone", "unknown_code"),
        said(404, "gone", speaker=Speaker.OTHER),
        said(429, speaker=Speaker.OTHER),
        said(503),
        said(200),
    ],
    ids=str,
)
def test_what_is_not_listed_or_not_the_stores_proves_nothing(answer: Said) -> None:
    assert TABLE.verdict(answer) is Verdict.UNCONFIRMED
    fault = TABLE.fault(answer, NAMED, NOW)
    assert isinstance(fault, WriteFault)
    assert (fault.problem.outcome, fault.problem.words) == (Outcome.UNCONFIRMED, str(NAMED))


def test_a_listed_no_is_told_in_the_stores_words() -> None:
    fault = TABLE.fault(said(404, "gone", words="Invalid ID."), NAMED, NOW)
    assert isinstance(fault, WriteFault)
    problem = fault.problem
    assert (problem.outcome, problem.reason, problem.words) == (
        Outcome.REFUSED,
        "order_missing",
        "Invalid ID.",
    )


@pytest.mark.parametrize(
    ("asked", "waits"), [(timedelta(seconds=9), timedelta(seconds=9)), (None, USUAL_WAIT)]
)
def test_a_listed_limit_is_tried_again_when_it_says(asked: timedelta | None, waits: timedelta) -> None:
    fault = TABLE.fault(said(429, wait=asked), NAMED, NOW)
    assert isinstance(fault, WriteFault)
    assert (fault.problem.outcome, fault.problem.not_before) == (Outcome.RETRY, NOW + waits)


@pytest.mark.parametrize(
    ("asked", "waits"), [(timedelta(seconds=9), timedelta(seconds=9)), (timedelta(days=9), LONGEST_WAIT)]
)
def test_what_proves_nothing_is_looked_up_when_it_says_but_not_at_any_time(
    asked: timedelta, waits: timedelta
) -> None:
    fault = TABLE.fault(said(503, speaker=Speaker.OTHER, wait=asked), NAMED, NOW)
    assert isinstance(fault, WriteFault)
    assert fault.problem.not_before == NOW + waits


@pytest.mark.parametrize(
    ("answer", "named", "kind"),
    [
        (said(401, "key"), CredentialsError("Check the key."), CredentialsError),
        (said(401, "key", "right"), RefusedError("No."), CredentialsError),
        (said(404, "no_route"), RefusedError("No such route."), NotSentError),
    ],
)
def test_what_is_the_stores_own_fault_stops_it(
    answer: Said, named: FbridgeError, kind: type[FbridgeError]
) -> None:
    fault = TABLE.fault(answer, named, NOW)
    assert type(fault) is kind
    assert str(fault) == str(named)


def test_an_answer_cannot_be_listed_twice() -> None:
    with pytest.raises(ValueError, match="404 'gone' is listed twice"):
        AnswerTable([*TABLE, Listed(404, "gone", Verdict.LATER, "page 9")])


@pytest.mark.parametrize("table", tables())
def test_each_platform_says_where_each_of_its_answers_is_documented(table: AnswerTable) -> None:
    rows = list(table)
    assert rows
    assert all(row.source and row.verdict is not Verdict.UNCONFIRMED for row in rows)


@pytest.mark.parametrize("table", tables())
def test_no_platform_lists_what_a_cache_or_a_gateway_says(table: AnswerTable) -> None:
    """A 5xx proves something only by a code of the platform, and no status alone says that a write was not done."""
    for status in (*range(300, 400), *range(500, 600), 403, 405, 406, 408, 409, 411, 413, 499):
        row = table.find(said(status))
        assert row is None or (row.status == 403 and row.verdict is Verdict.CREDENTIALS), row
        assert table.verdict(said(status, speaker=Speaker.OTHER)) is Verdict.UNCONFIRMED
