"""XML: what is sent to the Webservice, and the little that is read from it. Pure.

Read with defusedxml: no entities, no bombs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a key may do: methods in lower case by resource. ``shop_name`` stands beside them."""

    methods: Mapping[str, frozenset[str]] = field(default_factory=dict)
    shop_name: str = ""

    def may(self, method: str, resource: str) -> bool:
        """Whether the key has the permission."""
        return method.lower() in self.methods.get(resource, frozenset())


def body_of(element: str, entities: Iterable[Mapping[str, Any]]) -> bytes:
    """Several entities of one kind below ``<prestashop>``; None leaves a field out.

    A value that XML cannot hold (a control character) was refused before.
    """
    root = Element("prestashop")
    for entity in entities:
        node = SubElement(root, element)
        for name, value in entity.items():
            if value is not None:
                SubElement(node, name).text = str(value)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def permissions_in(content: bytes) -> Permissions | None:
    """The list at the root of the Webservice; None where the content is something else."""
    root = _parsed(content)
    api = root.find("api") if root is not None else None
    if api is None:
        return None
    methods = {
        resource.tag: frozenset(method for method in METHODS if resource.get(method) == "true")
        for resource in api
    }
    return Permissions(methods, api.get("shopName") or "")


def errors_in(content: bytes) -> list[tuple[str, str]]:
    """The (code, message)s of an error answer in XML; none where it is something else."""
    root = _parsed(content)
    if root is None:
        return []
    return [(error.findtext("code") or "", error.findtext("message") or "") for error in root.iter("error")]


def _parsed(content: bytes) -> Element | None:
    try:
        root: Element = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root
