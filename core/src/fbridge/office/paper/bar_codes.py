"""Code 128 as widths of bars, for whoever draws them."""

from __future__ import annotations

from itertools import groupby

from barcode import Code128


def code_128(text: str) -> tuple[tuple[bool, int], ...]:
    """Bars (True) and gaps in turn, each with its width in modules; without the quiet zones of ten modules.

    Raises ValueError for characters beyond ASCII.
    """
    try:
        (modules,) = Code128(text).build()
    except Exception as error:
        raise ValueError(f"{text!r} has characters that Code 128 does not hold") from error
    return tuple((bit == "1", len(list(run))) for bit, run in groupby(modules))
