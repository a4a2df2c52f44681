"""What is learnt of a store while the program runs, beside the facts of its last check."""

from __future__ import annotations

from dataclasses import dataclass, field

from fbridge.adapterkit.memory import Memory
from fbridge_prestashop.shop_facts import ShopFacts


@dataclass(slots=True)
class RunMemory:
    """``facts`` grow by what orders refer to. ``refreshed``: configuration and states were read in this run.

    ``virtual`` tells of products by id whether no carrier takes them. ``withheld`` are resources that the key may
    not read and that can be done without. ``patch_fails``: something before the store does not let PATCH pass.
    ``carriers_read``: the carriers are those of this run.
    ``mails_now``: which shops send mails, as read in this run before the first was asked for.
    """

    facts: ShopFacts | None = None
    refreshed: bool = False
    virtual: dict[str, bool] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    asked_in_vain: set[tuple[str, str]] = field(default_factory=set)
    patch_fails: bool = False
    carriers_read: bool = False
    mails_now: ShopFacts | None = None


memory_of = Memory(lambda _: RunMemory())
