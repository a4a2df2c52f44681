"""XML bodies: one or more entities, whatever their elements are called. The address names the resource."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from fbridge_prestashop.sandbox import errors

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PREFIX = b"xml="


class Entity:
    """One entity of a body."""

    def __init__(self, element: Element) -> None:
        self._element = element

    def text(self, name: str) -> str | None:
        """The text of a field; None when it is not there."""
        found = self._element.find(name)
        return None if found is None else (found.text or "")

    def languages(self, name: str) -> list[dict[str, str]] | None:
        """The texts of a translated field; None when it is not there."""
        found = self._element.find(name)
        if found is None:
            return None
        return [{"id": one.get("id", ""), "value": one.text or ""} for one in found.findall("language")]


def read_entities(body: bytes, method: str) -> list[Entity]:
    """The entities. What can be checked before anything is written is checked here.

    Raises: WebserviceError (500) for what is not XML or tries to be clever with it, (400) for ids that are
    missing, double, or there where a new entity is made.
    """
    content = body.removeprefix(PREFIX)
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise errors.broken_xml(content) from None
    entities = [Entity(child) for child in root]
    _check_ids([entity.text("id") for entity in entities], method)
    return entities


def _check_ids(ids: Sequence[str | None], method: str) -> None:
    seen: set[str] = set()
    for row_id in ids:
        if method == "POST" and row_id is not None:
            raise errors.id_forbidden()
        if method != "POST" and row_id is None:
            raise errors.id_required()
        if row_id is not None and row_id in seen:
            raise errors.duplicate_id()
        seen.add(row_id or "")
