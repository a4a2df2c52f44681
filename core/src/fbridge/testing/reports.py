"""What a red test of the kit says: the clause, what was done, what the store holds, what was seen, likely mistakes.

``FBRIDGE_KIT_TRACE=1`` shows pytest's own traceback instead.
"""

from __future__ import annotations

import ast
import functools
import inspect
import os
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fbridge.errors import FbridgeError
from fbridge.testing.clauses import CLAUSES, mistakes_of
from fbridge.testing.journal import JOURNAL, note_fault
from fbridge.testing.store_under_test import StoreUnderTest

MOST_LINES = 14
MOST_ORDERS = 3
SHOWN_LINES = 4
WIDTH = 220
_NOISE = re.compile(r"Use -v|use -vv|object at 0x|None is not None|where None = |^\s*\+\s{3,}where")
"""What pytest says of an assertion and nobody needs."""

_RED = (AssertionError, pytest.fail.Exception)

HERE = str(Path(__file__).parent)


def explained(test: Callable[..., Any]) -> Callable[..., Any]:
    """The test, whose failure is told as a report and not as a traceback."""

    @functools.wraps(test)
    def run(*given: Any, **fixtures: Any) -> Any:
        try:
            return test(*given, **fixtures)
        except (Exception, pytest.fail.Exception) as error:
            if os.environ.get("FBRIDGE_KIT_TRACE"):
                raise
            words = "\n".join(report(test.__name__, error, _store_in(fixtures)))
        # Outside of the handler: pytest would show the error that is told already.
        pytest.fail(words, pytrace=False)

    return run


def report(test: str, error: BaseException, store: StoreUnderTest | None) -> Iterator[str]:
    """The lines about a failed test of this name."""
    note_fault(error if isinstance(error, Exception) else None)
    clause, faults = test[5:8], JOURNAL.faults
    first = f" First of all: {faults[0]}" if faults else ""
    yield f"C{int(clause[1:])} is broken: {test[9:].replace('_', ' ')}.{first}"
    yield f"The clause:  {CLAUSES[clause]} (docs/contract.md, section 4)"
    yield from _listed("Done:        ", _done())
    yield from _listed("Store holds: ", list(_held(store)))
    yield from _listed("Expected:    ", [_expected(error)])
    yield from _listed("Seen:        ", _seen(error))
    often = ["what stands first; all else may come of that"] if faults else list(mistakes_of(test))
    yield from _listed("Often it is: ", often)
    yield f"The test:    {_place_of(error)}   (FBRIDGE_KIT_TRACE=1 shows the traceback)"


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    for count, line in enumerate(line for line in lines if line):
        cut = line if len(line) <= WIDTH else f"{line[:WIDTH]}..."
        yield f"{title if not count else ' ' * len(title)}{cut}"


def _done() -> list[str]:
    lines = JOURNAL.lines
    if len(lines) <= MOST_LINES:
        return list(lines) or ["nothing yet"]
    half = MOST_LINES // 2
    return [*lines[:half], f"... {len(lines) - MOST_LINES} more ...", *lines[-half:]]


def _held(store: StoreUnderTest | None) -> Iterator[str]:
    """The orders of the test, looked up now; the last ones, for a test begins anew with others after each fault."""
    if store is None:
        return
    for order in JOURNAL.orders[-MOST_ORDERS:]:
        try:
            yield f"order {order}: {_truth(store, order)}"
        except Exception:  # noqa: BLE001 - the test's own failure is to be told, and not this one
            yield f"order {order}: cannot be looked up any more; deleted?"


def _truth(store: StoreUnderTest, order: str) -> str:
    truth = store.truth(order)
    state = "cancelled" if truth.cancelled else "finished" if truth.closed else "open"
    return "; ".join(
        [
            state,
            f"numbers {', '.join(truth.numbers) or 'none'}",
            f"carriers {', '.join(truth.carriers) or 'none'}",
            f"{truth.shipments} shipments",
            f"pieces shipped by line {truth.shipped}" if truth.shipped is not None else "no quantities",
            f"{len(store.mails(order))} mails about it left",
        ]
    )


def _expected(error: BaseException) -> str:
    """The statement of the kit that does not hold, without what it says where it does not."""
    frame = _frame_of(error)
    if not isinstance(error, _RED) or frame is None or frame.lineno is None:
        return "no error here: the kit calls the plugin as the core does"
    for node in _asserts(frame.filename):
        if node.lineno <= frame.lineno <= (node.end_lineno or node.lineno):
            return ast.unparse(node.test)
    return " ".join((frame.line or "").split())


@functools.cache
def _asserts(file: str) -> tuple[ast.Assert, ...]:
    tree = ast.parse(Path(file).read_text("utf-8"))
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Assert))


def _seen(error: BaseException) -> list[str]:
    """What was there instead; of an error that is no assertion's, where it began."""
    if isinstance(error, _RED):
        lines = [line for line in str(error).splitlines() if line.strip() and not _NOISE.search(line)]
        return [line.removeprefix("assert ").rstrip() for line in lines[:SHOWN_LINES]] or ["it does not hold"]
    told = str(error) if isinstance(error, FbridgeError) else f"{type(error).__name__}: {error}"
    place = _place_of(_first_cause(error), ours=False)
    return [told, f"raised at {place}" if place else ""]


def _first_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _frame_of(error: BaseException, *, ours: bool = True) -> traceback.FrameSummary | None:
    """The last frame in the kit, or the last one of all."""
    frames = traceback.extract_tb(error.__traceback__)
    wanted = [one for one in frames if not ours or (one.filename.startswith(HERE) and one.name != "run")]
    return wanted[-1] if wanted else None


def _place_of(error: BaseException, *, ours: bool = True) -> str:
    frame = _frame_of(error, ours=ours)
    return f"{frame.filename}:{frame.lineno}" if frame else ""


def _store_in(fixtures: dict[str, Any]) -> StoreUnderTest | None:
    """The store of the test: a fixture of it, or known to its office."""
    found = [*fixtures.values(), *(getattr(one, "store", None) for one in fixtures.values())]
    offices = (getattr(one, "office", None) for one in fixtures.values())
    found += [getattr(one, "store", None) for one in offices]
    return next((one for one in found if isinstance(one, StoreUnderTest)), None)


def explain_tests(kit: type[Any]) -> None:
    """Let each test that this class defines tell its failure as a report."""
    for name, test in list(vars(kit).items()):
        if name.startswith("test_C") and inspect.isfunction(test):
            setattr(kit, name, explained(test))
