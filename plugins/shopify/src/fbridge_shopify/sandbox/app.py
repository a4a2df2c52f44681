"""Puts the emulated store together."""

from __future__ import annotations

import re
from typing import Any

from fbridge.sandbox.store_app import store_app
from fbridge_shopify.sandbox.authentication import Tokens
from fbridge_shopify.sandbox.control import Control
from fbridge_shopify.sandbox.control_routes import ControlRoutes
from fbridge_shopify.sandbox.dispatch import Dispatcher, ShopRequests
from fbridge_shopify.sandbox.settings import SandboxSettings
from fbridge_shopify.sandbox.shopkeeper import ShopifyShopkeeper
from fbridge_shopify.sandbox.state import Shop

CREDENTIALS = re.compile(r"(access_token|client_secret)=[^&]*&?")


class ShopifySandbox:
    """A Shopify store in memory: ``wsgi`` to serve, ``control`` to steer, ``store_settings()`` as key."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.shop = Shop(settings)
        self.tokens = Tokens(self.shop.seconds, settings.token_seconds)
        dispatcher = Dispatcher(self.shop, self.tokens)
        self.control = Control(self.shop, self.tokens, dispatcher)
        self.shopkeeper = ShopifyShopkeeper(self.control)
        self.wsgi = store_app(
            dispatcher.answer,
            ControlRoutes(self.control),
            credentials=CREDENTIALS,
            clock=settings.clock,
            gateway_timeout=settings.gateway_timeout,
            requests=ShopRequests(),
        )

    def store_settings(self) -> dict[str, Any]:
        """The settings of the plugin that open this store, with all rights."""
        return {"access_token": self.tokens.permanent.value}


def create_sandbox(**options: Any) -> ShopifySandbox:
    """A new store; the options are those of :class:`~fbridge_shopify.sandbox.settings.SandboxSettings`.

    Raises: TypeError for an unknown option, ValueError for a value that is not allowed.
    """
    return ShopifySandbox(SandboxSettings(**options))
