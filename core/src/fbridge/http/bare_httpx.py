"""httpx without its command line, which nobody here runs.

``import httpx`` imports that as well, and with it rich and pygments where they are installed: more than half of
what it takes. Where it cannot be imported httpx does without it, so it is out of reach for that moment.
"""

from __future__ import annotations

import sys
from typing import Any

_COMMAND_LINE = "httpx._main"
_modules: dict[str, Any] = sys.modules

if "httpx" in _modules:
    import httpx
else:
    _modules[_COMMAND_LINE] = None  # how Python marks what cannot be imported
    try:
        import httpx
    finally:
        del _modules[_COMMAND_LINE]

__all__ = ["httpx"]
