"""An emulated PrestaShop store (``pip install 'fbridge-prestashop[sandbox]'``), entry point
``fbridge.sandboxes``.

It answers as the Webservice (``/api``) of PrestaShop 8.2.1 was seen to answer, oddities included; what other
versions do otherwise is an option. Nothing is kept on disk.
"""

from __future__ import annotations

from fbridge_prestashop.sandbox.app import PrestaShopSandbox, create_sandbox
from fbridge_prestashop.sandbox.settings import SandboxSettings

__all__ = ["PrestaShopSandbox", "SandboxSettings", "create_sandbox"]
