"""``python -m tests.torture.colleague SEED SECONDS``: a person at another desk, who acts while pushes run.

What fbridge refuses with a sentence is no fault; anything else ends the process with 1.
"""

from __future__ import annotations

import random
import sys
import time
from contextlib import suppress

from fbridge.bridge import Bridge
from fbridge.errors import FbridgeError
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from tests.torture.shop import STORE, number_of

IN_QUESTION = frozenset(PushState) - {PushState.SENT, PushState.DONE_ELSEWHERE, PushState.WITHDRAWN}


def main() -> None:
    """Act until the time is over."""
    chance, end = random.Random(int(sys.argv[1])), time.monotonic() + float(sys.argv[2])
    with Bridge.open() as bridge:
        while time.monotonic() < end:
            found = bridge.shipments.list(store=STORE)
            if found:
                asked = [one for one in found if one.push and one.push.state in IN_QUESTION]
                with suppress(FbridgeError):
                    _act(bridge, chance, chance.choice(asked if asked and chance.random() < 0.8 else found))
            time.sleep(chance.uniform(0.02, 0.3))


def _act(bridge: Bridge, chance: random.Random, one: Shipment) -> None:
    kind = chance.random()
    if kind < 0.5:
        bridge.shipments.set_tracking(one.label, [f"{number_of(one.order_number)}-{one.revision + 1}"])
    elif kind < 0.7:
        bridge.manifests.leave_behind(one.manifest or "none", [one.label])
    elif kind < 0.8:
        bridge.manifests.leave_behind(one.manifest or "none", [one.label])
        bridge.shipments.withdraw(one.label)
    elif kind < 0.9:
        bridge.resend(one.label)
    elif kind < 0.95:
        bridge.adopt(one.label)
    else:
        bridge.manifests.reopen(one.manifest or "none")


main()
