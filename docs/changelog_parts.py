"""Writes the CHANGELOG.md of each distribution from the one of the repository: ``make build`` runs it.

A plugin's has the entries that name its platform. Core's has all but those that begin with a platform's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
LABELS = {
    "magento": "Magento",
    "prestashop": "PrestaShop",
    "shopify": "Shopify",
    "woocommerce": "WooCommerce",
}


def part(text: str, name: str, belongs: Callable[[str], bool]) -> str:
    """The changelog with only those entries; headings that have none left over go, except those of versions."""
    first, *sections = re.split(r"(?m)^(?=###? )", text)
    kept = [f"# Changelog of {name}\n\n" + first.split("\n\n", 1)[1]]
    for section in sections:
        title, *entries = re.split(r"(?m)^(?=- )", section)
        mine = "".join(one.rstrip("\n") + "\n" for one in entries if belongs(one))
        if mine or title.startswith("## "):
            kept.append(f"{title}{mine}\n" if mine else title)
    return "".join(kept).rstrip("\n") + "\n"


def of_core(entry: str) -> bool:
    """Not of one platform alone."""
    return re.match(rf"- ({'|'.join(LABELS.values())})\b", entry) is None


def of_plugin(label: str, entry: str) -> bool:
    """Of this platform, alone or among others."""
    return re.search(rf"\b{label}\b", entry) is not None


def parts(text: str) -> dict[Path, str]:
    """What stands in which file."""
    plugins = {
        ROOT / f"plugins/{key}/CHANGELOG.md": part(text, f"fbridge-{key}", partial(of_plugin, label))
        for key, label in LABELS.items()
    }
    return {ROOT / "core/CHANGELOG.md": part(text, "fbridge", of_core)} | plugins


if __name__ == "__main__":
    for file, words in parts((ROOT / "CHANGELOG.md").read_text("utf-8")).items():
        file.write_text(words, "utf-8")
