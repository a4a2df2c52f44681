"""An emulated WooCommerce store (``pip install 'fbridge-woocommerce[sandbox]'``), entry point
``fbridge.sandboxes``.

It answers as WordPress 7.1 with WooCommerce 11.0.1 was seen to answer, oddities included. Nothing is kept on
disk.
"""

from __future__ import annotations

from fbridge_woocommerce.sandbox.app import WooCommerceSandbox, create_sandbox
from fbridge_woocommerce.sandbox.settings import SandboxSettings

__all__ = ["SandboxSettings", "WooCommerceSandbox", "create_sandbox"]
