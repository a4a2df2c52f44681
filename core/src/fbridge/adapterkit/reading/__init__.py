"""Read all orders that changed, page by page, and lose none (C1, C2): the walk, for which a platform gives a feed.

An adapter's ``fetch_orders`` is :func:`decoded_pages` over :func:`pages_of` its feed; what has two feeds takes
:func:`changed_orders` and :func:`orders_by_id`.
A simple platform's feed is a :class:`PlainFeed`.
Platforms that keep times in whole seconds take their positions from :mod:`fbridge.adapterkit.reading.whole_seconds`.
"""

from fbridge.adapterkit.reading.bookmarks import Bookmark
from fbridge.adapterkit.reading.faults import is_an_orders_own, may_succeed_in_part
from fbridge.adapterkit.reading.feeds import Feed, Key, Listed, NoProgressError, Position, RawPage
from fbridge.adapterkit.reading.pages import changed_orders, decoded_pages, orders_by_id, pages_of
from fbridge.adapterkit.reading.plain import Place, PlainFeed

__all__ = [
    "Bookmark",
    "Feed",
    "Key",
    "Listed",
    "NoProgressError",
    "Place",
    "PlainFeed",
    "Position",
    "RawPage",
    "changed_orders",
    "decoded_pages",
    "is_an_orders_own",
    "may_succeed_in_part",
    "orders_by_id",
    "pages_of",
]
