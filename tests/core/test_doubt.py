"""Absence is proved by two looks a settle time apart, and no doubt lasts for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fbridge.push.doubt import LONGEST_DOUBT, MOST_LOOKS, first_absence, look_again
from fbridge.push.judge import Proof, Verdict

from .test_freshness import row

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SETTLE = timedelta(seconds=30)
IN_DOUBT = row(acknowledged_revision=None, unconfirmed_since=NOW - SETTLE)


def verdict(proof: Proof) -> Verdict:
    return Verdict(proof=proof, words="the store shows nothing of it")


@pytest.mark.parametrize("proof", [Proof.THERE, Proof.UNPROVABLE])
def test_what_sends_nothing_again_stands_at_once(proof: Proof) -> None:
    assert first_absence(IN_DOUBT, verdict(proof), settle=SETTLE, now=NOW) is None


@pytest.mark.parametrize("proof", [Proof.ABSENT, Proof.PARTLY_THERE])
def test_what_lets_something_be_sent_again_is_seen_twice(proof: Proof) -> None:
    doubt = first_absence(IN_DOUBT, verdict(proof), settle=SETTLE, now=NOW)
    assert doubt is not None
    assert (doubt.reason, doubt.absent_since, doubt.next_at) == ("absent_once", NOW, NOW + SETTLE)
    assert "shows nothing of it; it is looked at once more" in doubt.words
    assert not doubt.lasting
    second = replace(IN_DOUBT, absent_since=NOW, looks=1)
    assert first_absence(second, verdict(proof), settle=SETTLE, now=NOW + SETTLE) is None


def test_a_second_look_that_comes_too_early_waits_for_the_rest_of_the_time() -> None:
    early = replace(IN_DOUBT, absent_since=NOW, looks=1)
    doubt = first_absence(early, verdict(Proof.ABSENT), settle=SETTLE, now=NOW + SETTLE / 2)
    assert doubt is not None
    assert (doubt.absent_since, doubt.next_at, doubt.looks) == (NOW, NOW + SETTLE, 2)


def test_a_read_that_tells_nothing_ends_what_was_seen_before() -> None:
    seen = replace(IN_DOUBT, absent_since=NOW - SETTLE, looks=3)
    doubt = look_again(seen, "store_still_changing", "it changes", settle=SETTLE, now=NOW)
    assert (doubt.absent_since, doubt.looks, doubt.next_at) == (None, 4, NOW + SETTLE)


def test_a_doubt_ends_with_a_person_after_many_looks_and_a_long_time() -> None:
    began = NOW - LONGEST_DOUBT
    old = replace(IN_DOUBT, unconfirmed_since=began, looks=MOST_LOOKS - 1)
    doubt = look_again(old, "read_too_old", "the page is old", settle=SETTLE, now=NOW)
    assert doubt.lasting
    assert doubt.words == "after 8 looks since 2026-11-23 17:00 UTC nothing is proved: the page is old"
    assert not look_again(replace(old, looks=2), "x", "", settle=SETTLE, now=NOW).lasting
    assert not look_again(old, "x", "", settle=SETTLE, now=NOW - timedelta(seconds=1)).lasting
