"""When a store that does not show orders has not deleted them (pure)."""

from __future__ import annotations

from fbridge.errors import RefusedError

A_FEW = 10
"""So many orders may be gone from any store."""


def refuse_hidden(store: str, gone: int, *, of: int) -> None:
    """A key that lost a right, another database or a filter shows an empty store: nobody deletes so many.

    Raises: RefusedError (``orders_hidden``) where more than half ``of`` the orders that are known are not shown.
    """
    if gone > max(A_FEW, of // 2):
        raise RefusedError(
            f"Store {store!r} does not show {gone} of {of} orders that are stored here. It seems to keep them from "
            f"us, so none of them counts as deleted: fbridge store check {store}",
            reason="orders_hidden",
        )
