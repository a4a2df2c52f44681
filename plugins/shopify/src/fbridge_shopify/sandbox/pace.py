"""How long a real store takes: from the dates in recorded exchanges of live development stores, roughly."""

from __future__ import annotations

REQUEST = 0.150
ORDER_READ = 0.004
MUTATION = 0.250
