"""An emulated Magento store (``pip install 'fbridge-magento[sandbox]'``), entry point ``fbridge.sandboxes``.

It answers as Magento Open Source 2.4.7 was seen to answer, oddities included. Nothing is kept on disk.
"""

from __future__ import annotations

from fbridge_magento.sandbox.app import MagentoSandbox, create_sandbox
from fbridge_magento.sandbox.settings import SandboxSettings

__all__ = ["MagentoSandbox", "SandboxSettings", "create_sandbox"]
