"""How large each adapter is: source lines and files, its sandbox apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
ADAPTERS = {
    **{name: f"plugins/{name}/src" for name in ("woocommerce", "prestashop", "magento", "shopify")},
    "kiosk (tutorial)": "docs/example-plugin/src",
}
READING_AND_ANSWERING = ("keyset", "reading", "fetching", "answers", "write_answers", "run_memory")
"""What the adapters have in common, and what each writes of it again."""


def run() -> Iterator[str]:
    """A line for each adapter, and one for what they share."""
    for name, folder in ADAPTERS.items():
        yield _line(name, [path for path in (ROOT / folder).rglob("*.py") if "sandbox" not in str(path)])
    yield _line("adapterkit", list((ROOT / "core/src/fbridge/adapterkit").rglob("*.py")))


def _line(name: str, files: Sequence[Path]) -> str:
    common = sum(map(_lines, (path for path in files if path.stem in READING_AND_ANSWERING)))
    whole = sum(map(_lines, files))
    return f"size   {name:<17} {whole:>5} lines in {len(files):>2} files; reading and answering {common:>4}"


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())
