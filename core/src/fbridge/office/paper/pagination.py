"""Which rows come on which page. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def paginate(
    heights: Sequence[float], *, body: float, closing: float, first: float | None = None
) -> list[list[int]]:
    """The rows' places page by page; the last page keeps ``closing`` free for totals and signature.

    ``first`` is the room on the first page, where that is another. No page but a lonely one is empty: where the
    closing part does not fit below the last rows, some of them go over with it.
    """
    pages: list[list[int]] = [[]]
    used, room = 0.0, body if first is None else first
    for row, height in enumerate(heights):
        if pages[-1] and used + height > room:
            pages.append([])
            used, room = 0.0, body
        pages[-1].append(row)
        used += height
    over: list[int] = []
    while len(pages[-1]) > 1 and used + closing > room:
        over.insert(0, pages[-1].pop())
        used -= heights[over[0]]
    return [*pages, over] if over else pages
