"""What is learnt of a store while the program runs, beside the facts of its last check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from fbridge.adapterkit.memory import Memory
from fbridge_magento.bundles import Kind

PAGE_SIZE = 100
"""Rows of a list that are asked for at once; more gain nothing, for Magento makes whole orders."""


@dataclass(slots=True)
class RunMemory:
    """``store_views``: codes by id (None: not read yet). ``msi`` and ``sources`` are those of now (None: not asked).

    ``kinds``: how bundles are shipped, by SKU. ``websites``: the code of each store view's website (None: not asked
    yet), ``stocks``: the stock of each website; both under ``site_lock``.
    ``largest_page``: rows that the store gives at once. ``longest_list``: entries that it takes in a list (None: any
    number, as far as is known).
    """

    store_views: Mapping[str, str] | None = None
    msi: bool | None = None
    sources: tuple[str, ...] | None = None
    kinds: dict[str, Kind] = field(default_factory=dict)
    websites: dict[int, str] | None = None
    stocks: dict[str, int] = field(default_factory=dict)
    site_lock: Lock = field(default_factory=Lock)
    largest_page: int = PAGE_SIZE
    longest_list: int | None = None


memory_of = Memory(lambda _: RunMemory())
