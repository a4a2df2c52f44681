"""A printed list as a page for a browser, which prints it as well."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader

from fbridge.office.paper.sheet import Sheet


def draw_html(sheet: Sheet, *, copies: int) -> bytes:
    """One file in UTF-8 that needs nothing beside it."""
    environment = Environment(loader=PackageLoader("fbridge.office.paper", ""), autoescape=True)
    template = environment.get_template("sheet.html.jinja")
    return template.render(sheet=sheet, copies=sheet.copy_titles(copies)).encode()
