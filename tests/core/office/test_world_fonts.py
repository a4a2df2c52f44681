"""Names in Chinese, Japanese, Korean, Arabic and Hebrew on paper, with the extra for their fonts and without it."""

from __future__ import annotations

import importlib.util

import pypdfium2
import pytest

from fbridge.office.paper import fonts, world_fonts
from fbridge.office.paper.canvas import Canvas
from fbridge.office.paper.directions import pieces
from fbridge.office.paper.fonts import drawn_with_fonts, unprintable_words

NAMES = (
    "王小明 上海市浦东新区", "山田たろう 東京都", "김철수 서울", "臺北市 王", "דוד לוי", "מחסן לוי 12",
    "محمد عبد الله شارع الملك فهد ١٢", "مؤسسة الأمل للتجارة", "علي حسين", "Anna Rossi", "Σοφία Żółć Чашка",
)  # fmt: skip
has_fonts = pytest.mark.skipif(
    importlib.util.find_spec("fontpkg_amiri") is None or importlib.util.find_spec("uharfbuzz") is None,
    reason="the extra office-fonts",
)


class Page:
    """The names below each other."""

    def __init__(self, others: object) -> None:
        self._canvas = Canvas("portrait", title="t", language="en", fonts=others)  # type: ignore[arg-type]

    def draw(self) -> bytes:
        self._canvas.new_page()
        self._canvas.font(11)
        for at, name in enumerate(NAMES):
            self._canvas.text(20, 20 + 10 * at, name)
        return self._canvas.output()

    @property
    def unprintable(self) -> str:
        return self._canvas.unprintable


@has_fonts
@pytest.mark.slow
def test_text_that_is_read_back_is_what_was_printed() -> None:
    content, unprintable = drawn_with_fonts(Page, Page.draw, None)
    assert unprintable == ""
    with pypdfium2.PdfDocument(content) as document:
        lines = document[0].get_textpage().get_text_bounded().splitlines()
    assert tuple(lines) == NAMES


def test_a_line_of_both_directions_stands_as_it_is_read() -> None:
    assert pieces("Anna محمد ١٢ Rossi") == [
        ("Anna ", False), ("١٢", False), ("محمد ", True), (" Rossi", False),
    ]  # fmt: skip
    assert pieces("דוד 12/A") == [("A", False), ("/", True), ("12", False), ("דוד ", True)]


def test_without_the_extra_one_sentence_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world_fonts, "_file", lambda _package, _name: None)
    monkeypatch.setattr(fonts, "has_world_fonts", lambda: False)
    content, unprintable = drawn_with_fonts(Page, Page.draw, None)
    assert "王" in unprintable
    assert "م" in unprintable
    with pypdfium2.PdfDocument(content) as document:
        assert "????????" in document[0].get_textpage().get_text_bounded().replace(" ", "")
    (words,) = unprintable_words(unprintable)
    assert "office-fonts" in words
