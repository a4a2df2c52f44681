"""Which rows come on which page. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def paginate(heights: Sequence[float], *, body: float, closing: float) -> list[list[int]]:
    """The rows' places page by page; the last page keeps ``closing`` free for totals and signature.

    No page but a lonely one is empty: where the closing part does not fit below the last rows, some of them go over
    with it.
    """
    pages: list[list[int]] = [[]]
    used = 0.0
    for row, height in enumerate(heights):
        if pages[-1] and used + height > body:
            pages.append([])
            used = 0.0
        pages[-1].append(row)
        used += height
    over: list[int] = []
    while len(pages[-1]) > 1 and used + closing > body:
        over.insert(0, pages[-1].pop())
        used -= heights[over[0]]
    return [*pages, over] if over else pages
