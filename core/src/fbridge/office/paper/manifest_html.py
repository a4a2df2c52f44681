"""A manifest as a page for a browser, which prints it as well."""

from __future__ import annotations

from dataclasses import astuple

from jinja2 import Environment, PackageLoader

from fbridge.office.paper.manifest_sheet import ManifestSheet

_RIGHT = (0, 5, 6, 7)


def draw_html(sheet: ManifestSheet, *, copies: int) -> bytes:
    """One file in UTF-8 that needs nothing beside it."""
    environment = Environment(loader=PackageLoader("fbridge.office.paper", ""), autoescape=True)
    template = environment.get_template("manifest.html.jinja")
    titles = [sheet.copies[min(copy, len(sheet.copies) - 1)] for copy in range(copies)]
    return template.render(
        sheet=sheet, copies=titles, rows=[astuple(row) for row in sheet.rows], right=_RIGHT
    ).encode()
