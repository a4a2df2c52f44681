"""What people use in fbridge's place: the platforms' public libraries for Python, in an environment of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.bench.sandbox_process import SandboxProcess

ROOT = Path(__file__).parents[2]
LIBRARIES = {
    "woocommerce": "WooCommerce==3.0.0",
    "prestashop": "prestapyt==0.11.1",
    "magento": "PyMagento==2.14.0",
    "shopify": "ShopifyAPI==12.7.0",
}
PROGRAMS = Path(__file__).parent / "clients"


@cache
def environment() -> Path:
    """The interpreter that has them; made once, in ``build/bench-clients``."""
    folder = ROOT / "build" / "bench-clients"
    python, made_for = folder / "bin" / "python", folder / "made-for"
    wanted = "\n".join(LIBRARIES.values())
    if not made_for.exists() or made_for.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *LIBRARIES.values()], check=True)
        made_for.write_text(wanted)
    return python


def run_plain_client(store: SandboxProcess, orders: Sequence[Mapping[str, Any]]) -> None:
    """Ship these orders (``id``, ``tracking``) one at a time, as its documentation shows."""
    given = {"url": store.url, "settings": store.settings, "orders": list(orders)}
    program = [str(environment()), str(PROGRAMS / f"with_{store.platform}.py")]
    subprocess.run(program, input=json.dumps(given), text=True, check=True, stdout=subprocess.DEVNULL)
