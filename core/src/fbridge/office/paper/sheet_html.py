"""What is printed as a page for a browser, which prints it as well: lists, and the papers of deliveries."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, PackageLoader

from fbridge.office.paper.delivery_note import DeliveryNote
from fbridge.office.paper.sheet import Sheet


def draw_html(sheet: Sheet, *, copies: int, logo: Path | None = None) -> bytes:
    """One file in UTF-8 that needs nothing beside it."""
    return _drawn("sheet", sheet=sheet, copies=sheet.copy_titles(copies), logo=_within(logo))


def draw_deliveries_html(
    notes: Iterable[DeliveryNote], *, title: str, language: str, copies: int, logo: Path | None
) -> bytes:
    """As :func:`draw_html`: so many copies of each paper, each beginning on a page of its own."""
    return _drawn(
        "delivery", notes=list(notes), title=title, language=language, copies=copies, logo=_within(logo)
    )


def _drawn(template: str, **told: object) -> bytes:
    environment = Environment(loader=PackageLoader("fbridge.office.paper", ""), autoescape=True)
    return environment.get_template(f"{template}.html.jinja").render(**told).encode()


def _within(picture: Path | None) -> str:
    """The picture as an address that holds it."""
    if picture is None:
        return ""
    kind = mimetypes.guess_type(picture.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(picture.read_bytes()).decode()}"
