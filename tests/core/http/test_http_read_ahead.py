"""The next page arrives while the current one is worked on, and never more than that."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from fbridge.errors import UnreachableError
from fbridge.http.read_ahead import read_ahead


def test_only_one_page_is_read_ahead() -> None:
    made: list[int] = []

    def source() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            yield number

    with read_ahead(source()) as items:
        assert next(items) == 0
        assert next(items) == 1
    assert len(made) <= 3


def test_closing_before_the_first_item_reads_nothing() -> None:
    made: list[int] = []

    def source() -> Iterator[int]:
        made.append(1)
        yield 1

    with read_ahead(source()):
        pass
    assert made == []


def test_a_failed_page_comes_out_in_its_place_and_the_thread_ends() -> None:
    def source() -> Iterator[int]:
        yield 0
        raise UnreachableError("The store is gone.")

    with read_ahead(source()) as items:
        assert next(items) == 0
        with pytest.raises(UnreachableError):
            next(items)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fbridge-read-ahead")]
