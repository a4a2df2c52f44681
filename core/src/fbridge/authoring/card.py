"""The report card of a plugin: what came of each clause of the contract. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fbridge.authoring.must_tests import clause_of


class Mark(StrEnum):
    """What came of a test, or of all tests of a clause."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class KitResult:
    """One test of the kit; ``why`` is what it said, the first line first."""

    test: str
    result: Mark
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseResult:
    """One clause: ``why`` is one line, that of the first failure, else of the first test that was left out."""

    clause: str
    about: str
    result: Mark
    passed: int
    failed: int
    skipped: int
    why: str
    tests: tuple[KitResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCard:
    """``stopped`` says why the tests did not run to their end; "" where they did. ``notes`` are sentences."""

    platform: str
    distribution: str
    contract: int
    files: tuple[str, ...]
    clauses: tuple[ClauseResult, ...]
    stopped: str = ""
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing failed, and all was run."""
        return not self.stopped and all(one.result is not Mark.FAILED for one in self.clauses)


def by_clause(results: Sequence[KitResult]) -> tuple[ClauseResult, ...]:
    """The results of every clause, in the order of the contract; those that no test ran of are there as well."""
    from fbridge.testing.clauses import CLAUSES  # with pytest, which not everybody has who looks at a card

    told = {f"C{int(number[1:])}": words for number, words in CLAUSES.items()}
    of = {clause: tuple(one for one in results if clause_of(one.test) == clause) for clause in told}
    return tuple(_clause(clause, about.rstrip("."), of[clause]) for clause, about in told.items())


def _clause(clause: str, about: str, tests: tuple[KitResult, ...]) -> ClauseResult:
    result = _mark(one.result for one in tests)
    counts = {mark: sum(one.result is mark for one in tests) for mark in Mark}
    whys = [one.why for one in tests if one.result is result and one.why]
    return ClauseResult(
        clause=clause,
        about=about,
        result=result,
        passed=counts[Mark.PASSED],
        failed=counts[Mark.FAILED],
        skipped=counts[Mark.SKIPPED],
        why="" if result is Mark.PASSED or not whys else in_one_line(whys[0]),
        tests=tests,
    )


def in_one_line(why: str) -> str:
    """Of a report of the kit which promise was broken, and what was seen; of anything else the first line."""
    first, seen = why.partition("\n")[0], _SEEN.search(why)
    return f"{first.partition(': ')[2].rstrip('.')}: {seen[1]}" if seen else first


_SEEN = re.compile(r"^Seen:\s+(.+)$", re.MULTILINE)


def _mark(marks: Iterable[Mark]) -> Mark:
    """Failed if one failed; else passed if one passed: what a platform cannot do is left out."""
    found = set(marks)
    return next((mark for mark in (Mark.FAILED, Mark.PASSED, Mark.SKIPPED) if mark in found), Mark.NOT_RUN)
