"""The GraphQL documents that are sent, one operation or fragment a file in ``documents/``.

They hold nothing that a supported version of the Admin API lacks or has deprecated.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_SPREAD = re.compile(r"\.\.\.\s*(?!on\b)([A-Za-z_]\w*)")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@cache
def document(name: str) -> str:
    """The document of this name, with the fragments that it uses.

    The fragment ``OrderFields`` stands in ``order_fields.graphql``.
    """
    text = _file(name)
    return "\n".join([text, *(_file(fragment) for fragment in _fragments_in(text))])


def names() -> list[str]:
    """The names of all files, fragments included."""
    folder = files("fbridge_shopify") / "documents"
    return sorted(entry.name.removesuffix(".graphql") for entry in folder.iterdir())


@cache
def _file(name: str) -> str:
    return files("fbridge_shopify").joinpath(f"documents/{name}.graphql").read_text("utf-8")


def _fragments_in(text: str) -> list[str]:
    """File names, each once, with those that the fragments themselves use."""
    found: dict[str, None] = {}
    waiting = _SPREAD.findall(text)
    while waiting:
        name = _CAPITAL.sub("_", waiting.pop()).lower()
        if name not in found:
            found[name] = None
            waiting += _SPREAD.findall(_file(name))
    return list(found)
