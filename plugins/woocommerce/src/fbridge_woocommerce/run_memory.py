"""What is learnt of a store while the program runs, beside the facts of its last check."""

from __future__ import annotations

from dataclasses import dataclass

from fbridge.adapterkit.memory import Memory
from fbridge_woocommerce.tracking_place import StoreFacts


@dataclass(slots=True)
class RunMemory:
    """``facts`` stand in for a check that was never made.

    ``rows_shown`` tells whether the tracking plugin shows the rows that we write into the order meta (None: not
    looked yet).
    """

    facts: StoreFacts | None = None
    rows_shown: bool | None = None


memory_of = Memory(lambda _: RunMemory())
