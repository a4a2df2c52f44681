"""Each break of ``make mutations`` is still to be made: what it breaks stands where it looks for it."""

from __future__ import annotations

from tests.mutations import MUTATIONS, PACKAGES, ROOT


def test_what_is_broken_on_purpose_stands_there_once() -> None:
    sources = {}
    for package in PACKAGES:
        folder = ROOT / package
        sources |= {str(file.relative_to(folder.parent)): file for file in folder.rglob("*.py")}
    assert not [one.name for one in MUTATIONS if sources[one.file].read_text("utf-8").count(one.old) != 1]


def test_the_tests_that_are_to_notice_exist() -> None:
    named = {word for one in MUTATIONS for word in one.tests.split() if word.startswith("tests/")}
    assert not [name for name in named if not (ROOT / name.partition("::")[0]).exists()]
