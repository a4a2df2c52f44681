"""How Sphinx makes the documentation site of these pages: ``make site`` (MyST for Markdown, Furo for the looks).

A link that leads nowhere stops the build, anchors included. Nothing in a page is loaded from elsewhere.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

import public_names  # noqa: E402 - beside this file

project = "fbridge"
html_title = "fbridge"
language = "en"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["example-listener", "example-plugin"]

myst_heading_anchors = 4
myst_links_external_new_tab = False
suppress_warnings = [
    "ref.python",  # an error has two places, fbridge and fbridge.errors; a docstring that names it means either
]

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True

html_theme = "furo"
html_show_sourcelink = False
html_show_sphinx = False
html_copy_source = False

_README = re.compile(r"\]\(\.\./plugins/(\w+)/README\.md")
_FOLDER = re.compile(r"\[([^\]]+)\]\(example-(?:plugin|listener)\)")
_PLUGIN = "plugin-"


def _of_this_site(app: Sphinx, docname: str, source: list[str]) -> None:
    """A link to a plugin's README leads to its page here; that page is the README."""
    readme = DOCS.parent / "plugins" / docname.removeprefix(_PLUGIN) / "README.md"
    if docname.startswith(_PLUGIN) and readme.exists():
        app.env.note_dependency(str(readme))
        source[0] = (
            readme.read_text("utf-8")
            .replace("](../../README.md", "](index.md")
            .replace("](../../docs/", "](")
        )
    if docname == "index":
        source[0] += _of_others(source[0])
    source[0] = _FOLDER.sub(r"\1", source[0])
    source[0] = _README.sub(rf"]({_PLUGIN}\1.md", source[0])


def _of_others(index: str) -> str:
    """The pages that no list of the index names, so that a new page is never without a way to it."""
    new = [path.stem for path in sorted(DOCS.glob("*.md")) if not re.search(rf"(?m)^{path.stem}$", index)]
    pages = "\n".join(name for name in new if name != "index")
    return f"\n```{{toctree}}\n:caption: More\n:maxdepth: 1\n:hidden:\n\n{pages}\n```\n" if pages else ""


def _readable(*event: object) -> tuple[str, object] | None:
    """``<factory>``, the default of a field that is made anew, is no Python, and Sphinx would not break the line."""
    *_, signature, returns = event
    return (signature.replace("<factory>", "..."), returns) if isinstance(signature, str) else None


def setup(app: Sphinx) -> None:
    """Write the pages of the API, and follow links within the repository."""
    public_names.write_pages(DOCS / "api")
    app.connect("source-read", _of_this_site)
    app.connect("autodoc-process-signature", _readable)
