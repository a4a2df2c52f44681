"""marshmallow without compiling what tells a mail address, before somebody asks for one.

That pattern alone takes two thirds of ``import marshmallow``, and no setting is a mail address. Imported before
marshmallow itself; later it changes nothing.
"""

from __future__ import annotations

import re
import sys
from typing import Any

_ANY_LETTER = "\u00a1-\uffff"
_compile_now: Any = re.compile


class _CompiledWhenUsed:
    """A pattern whose first use compiles it."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python looks into each attribute of a class that is made
            raise AttributeError(name)
        return getattr(_compile_now(*self._given), name)


def _compile(pattern: Any, flags: Any = 0) -> Any:
    is_dear = isinstance(pattern, str) and _ANY_LETTER in pattern
    return _CompiledWhenUsed(pattern, flags) if is_dear else _compile_now(pattern, flags)


if "marshmallow" in sys.modules:
    import marshmallow
else:
    re.compile = _compile
    try:
        import marshmallow
    finally:
        re.compile = _compile_now

__all__ = ["marshmallow"]
