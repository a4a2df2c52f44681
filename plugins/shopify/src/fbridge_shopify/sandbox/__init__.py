"""An emulated Shopify store (``pip install 'fbridge-shopify[sandbox]'``), entry point ``fbridge.sandboxes``.

It answers the Admin GraphQL API as live stores were seen to answer, oddities included, and checks each document
against Shopify's own schema. Nothing is kept on disk.
"""

from __future__ import annotations

from fbridge_shopify.sandbox.app import ShopifySandbox, create_sandbox
from fbridge_shopify.sandbox.settings import SandboxSettings

__all__ = ["SandboxSettings", "ShopifySandbox", "create_sandbox"]
