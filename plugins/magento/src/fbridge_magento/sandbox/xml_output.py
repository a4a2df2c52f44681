"""Answers for ``Accept: application/xml``."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET


def to_xml(body: Any) -> bytes:
    """The same as in JSON; rows of lists are named ``item``, and what is no element name as well."""
    root = ET.Element("response")
    _fill(root, body)
    ET.indent(root)
    return f'<?xml version="1.0"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def _fill(element: ET.Element, value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _fill(ET.SubElement(element, key if str(key)[:1].isalpha() else "item"), inner)
    elif isinstance(value, list):
        for inner in value:
            _fill(ET.SubElement(element, "item"), inner)
    elif value is not None:
        element.text = str(int(value)) if isinstance(value, bool) else str(value)
