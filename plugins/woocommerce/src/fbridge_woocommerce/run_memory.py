"""What is learnt of a store while the program runs, beside the facts of its last check."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fbridge.adapterkit.memory import Memory
from fbridge_woocommerce.tracking_place import StoreFacts


@dataclass(slots=True)
class RunMemory:
    """``facts`` stand in for a check that was never made.

    - ``spellings``: what is written for which carrier's code
    - ``place_confirmed``: in this run a tracking plugin without routes was seen to be active
    - ``mails_confirmed``: in this run the shop's mails were seen to be switched as the plan has it
    - ``completed_mail``: whether "Completed order" was on then (None: not told)
    - ``lists_refunds``: whether the store gives refunds of several orders at once (None: not asked yet)
    - ``has_parts``: whether a marketplace plugin has split orders of this store (None: not asked yet)
    - ``mail_notes``: whether the store notes which mails left (None: not seen yet)
    - ``notes``: those of orders as last read, for the push that follows
    """

    facts: StoreFacts | None = None
    spellings: dict[str, str] = field(default_factory=dict)
    place_confirmed: bool = False
    mails_confirmed: bool = False
    completed_mail: bool | None = None
    lists_refunds: bool | None = None
    has_parts: bool | None = None
    mail_notes: bool | None = None
    notes: dict[str, list[Any]] = field(default_factory=dict)


memory_of = Memory(lambda _: RunMemory())
