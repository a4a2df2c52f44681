"""What of the Python code is public, and the pages of the reference about it: Sphinx and cog both ask here.

A module in :data:`PAGES` is public with its ``__all__``; where it has none, with the names that it defines and that
do not begin with ``_``, and so are its modules.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

PAGES = {
    "fbridge": "Python API: Bridge, and what it takes, gives and raises",
    "fbridge.errors": "Errors",
    "fbridge.exit_codes": "Exit codes",
    "fbridge.hookspecs": "The hooks of a plugin",
    "fbridge.listeners.hooks": "The hooks of a listener",
    "fbridge.models": "The dataclasses of the contract, and the words for states",
    "fbridge.http": "The HTTP client of a plugin",
    "fbridge.adapterkit": "What plugins share",
    "fbridge.telemetry": "Metrics and traces",
    "fbridge.testing": "The conformance kit",
    "fbridge.sandbox": "Emulated stores",
}
_KINDS = {"class": "autoclass", "function": "autofunction", "data": "autodata"}
_OPTIONS = {"class": "   :members:\n   :undoc-members:\n   :show-inheritance:\n"}


@dataclass(frozen=True)
class PublicName:
    """A name that programs may rely on: the module to import it from, what it is, and its docstring."""

    module: str
    name: str
    kind: str
    docstring: str


def public_names(page: str) -> list[PublicName]:
    """The names of one page, by module; a name stands where it is defined, and in the package that offers it."""
    return [_described(module, name) for module in _modules(page) for name in _names(module)]


def _modules(name: str) -> Iterator[str]:
    """The module and those in it; none of them where the package says by ``__all__`` what it offers."""
    module = importlib.import_module(name)
    yield name
    if not hasattr(module, "__all__") and hasattr(module, "__path__"):
        for one in pkgutil.iter_modules(module.__path__, f"{name}."):
            yield from _modules(one.name)


def _names(module: str) -> list[str]:
    loaded = importlib.import_module(module)
    if hasattr(loaded, "__all__"):
        return [name for name in loaded.__all__ if not name.startswith("_")]
    return [name for name in _defined(_tree(loaded)) if not name.startswith("_") and _counts(loaded, name)]


def _counts(module: ModuleType, name: str) -> bool:
    """Variables of types and loggers are no names to import."""
    return type(getattr(module, name, None)).__name__ not in {"TypeVar", "ParamSpec", "Logger"}


def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(Path(module.__file__ or "").read_text("utf-8"))


def _defined(tree: ast.Module) -> dict[str, str]:
    """Each name that a module defines, with its docstring."""
    found: dict[str, str] = {}
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = ast.get_docstring(node) or ""
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update({one.id: _text(after) for one in targets if isinstance(one, ast.Name)})
    return found


def _text(node: ast.stmt | None) -> str:
    said = node.value if isinstance(node, ast.Expr) else None
    return said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""


def _described(module: str, name: str) -> PublicName:
    loaded = importlib.import_module(module)
    value = getattr(loaded, name)
    if inspect.isclass(value):
        return PublicName(module, name, "class", value.__dict__.get("__doc__") or "")
    if inspect.isroutine(value):
        return PublicName(module, name, "function", value.__doc__ or "")
    return PublicName(module, name, "data", _defined(_tree(loaded)).get(name, "") or _elsewhere(name))


def _elsewhere(name: str) -> str:
    """The docstring of a value that one module offers and another defines."""
    return _defined(_tree(importlib.import_module("fbridge.hookspecs"))).get(name, "")


def table() -> str:
    """Every public name with the module to import it from, for the page about what is public."""
    return "\n".join(_listed(page, title) for page, title in PAGES.items())


def _listed(page: str, title: str) -> str:
    rows: dict[str, list[str]] = {}
    for one in public_names(page):
        rows.setdefault(one.module, []).append(f"`{one.name}`")
    lines = [f"| `{module}` | {', '.join(names)} |" for module, names in rows.items()]
    return "\n".join([f"### {title}\n", "| import from | names |", "|---|---|", *lines, ""])


def write_pages(folder: Path) -> None:
    """A page for each entry of :data:`PAGES`; what has not changed is not written, so Sphinx reads it no more."""
    folder.mkdir(exist_ok=True)
    for page, title in PAGES.items():
        file, text = folder / f"{page}.rst", _page(page, title)
        if not file.exists() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")


def _page(page: str, title: str) -> str:
    parts = [f"{title}\n{'=' * len(title)}\n"]
    module = ""
    for one in public_names(page):
        if one.module != module:
            module = one.module
            parts.append(f"{module}\n{'-' * len(module)}\n\n.. automodule:: {module}\n   :no-index:\n")
        parts.append(f".. {_KINDS[one.kind]}:: {module}.{one.name}\n{_OPTIONS.get(one.kind, '')}")
    return "\n".join(parts)
