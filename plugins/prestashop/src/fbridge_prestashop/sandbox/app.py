"""Puts the emulated store together."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.wrappers import Request, Response

from fbridge.sandbox.store_app import store_app
from fbridge_prestashop.sandbox import pace
from fbridge_prestashop.sandbox.authentication import shop_keys
from fbridge_prestashop.sandbox.control import Control
from fbridge_prestashop.sandbox.control_routes import ControlRoutes
from fbridge_prestashop.sandbox.dispatch import Dispatcher
from fbridge_prestashop.sandbox.settings import SandboxSettings
from fbridge_prestashop.sandbox.shopkeeper import PrestaShopShopkeeper
from fbridge_prestashop.sandbox.state import Shop

CREDENTIALS = re.compile(r"ws_key=[^&]*&?")


class PrestaShopSandbox:
    """A PrestaShop store in memory: ``wsgi`` to serve, ``control`` to steer, ``store_settings()`` as key."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.shop = Shop(settings)
        keys = shop_keys(settings)
        self.control = Control(self.shop, keys)
        self.shopkeeper = PrestaShopShopkeeper(self.control)
        self._dispatcher = Dispatcher(self.shop, keys)
        self.wsgi = store_app(
            self._answer,
            ControlRoutes(self.control),
            credentials=CREDENTIALS,
            clock=settings.clock,
            gateway_timeout=settings.gateway_timeout,
        )

    def store_settings(self) -> dict[str, Any]:
        """The settings of the plugin that open this store, with all permissions that the options left."""
        return {"api_key": self.control.keys["full"].key}

    def _answer(self, request: Request) -> Response:
        self.shop.pace.wait(pace.REQUEST)
        return self._dispatcher.answer(request)


def create_sandbox(**options: Any) -> PrestaShopSandbox:
    """A new store; the options are those of
    :class:`~fbridge_prestashop.sandbox.settings.SandboxSettings`.

    Raises: TypeError for an unknown option, ValueError for a value that is not allowed.
    """
    return PrestaShopSandbox(SandboxSettings(**options))
