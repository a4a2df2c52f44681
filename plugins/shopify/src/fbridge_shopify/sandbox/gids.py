"""Shopify's global ids: ``gid://shopify/Order/1001``."""

from __future__ import annotations

import re

GID = re.compile(r"gid://shopify/(\w+)/([\w-]+)(\?\S*)?")


def gid(kind: str, number: int | str) -> str:
    """The global id of an object."""
    return f"gid://shopify/{kind}/{number}"


def is_gid(text: object) -> bool:
    """Whether it has the form of a global id."""
    return isinstance(text, str) and GID.fullmatch(text) is not None


def kind_of(text: str) -> str:
    """The type in a global id, or nothing."""
    match = GID.fullmatch(text)
    return match[1] if match else ""


def number_of(text: str | int, kind: str = "") -> int:
    """The number in a global id (of this type, if one is given), or a plain number. Raises: ValueError."""
    if isinstance(text, int) or text.isdigit():
        return int(text)
    match = GID.fullmatch(text)
    if match is None or (kind and match[1] != kind) or not match[2].isdigit():
        raise ValueError(f"{text!r} is not the id of {kind or 'an object'}")
    return int(match[2])
