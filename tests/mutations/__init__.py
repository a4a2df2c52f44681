"""Breaks of the code on purpose, and the tests that must notice each (``make mutations``)."""

from __future__ import annotations

from pathlib import Path

from tests.mutations import of_adapters, of_pushes, of_the_core

ROOT = Path(__file__).parent.parent.parent
PACKAGES = (
    "core/src/fbridge",
    *(f"plugins/{one}/src/fbridge_{one}" for one in ("magento", "prestashop", "shopify", "woocommerce")),
)
MUTATIONS = (*of_pushes.MUTATIONS, *of_the_core.MUTATIONS, *of_adapters.MUTATIONS)
