"""Puts the emulated store together."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.wrappers import Request, Response

from fbridge.sandbox.store_app import store_app
from fbridge_woocommerce.sandbox import pace
from fbridge_woocommerce.sandbox.authentication import Authenticator, made_up_key
from fbridge_woocommerce.sandbox.control import Control
from fbridge_woocommerce.sandbox.control_routes import ControlRoutes
from fbridge_woocommerce.sandbox.dispatch import Dispatcher
from fbridge_woocommerce.sandbox.routes.discovery import discovery_routes
from fbridge_woocommerce.sandbox.routes.fulfillments import fulfillment_routes
from fbridge_woocommerce.sandbox.routes.mails import mail_routes
from fbridge_woocommerce.sandbox.routes.notes import note_routes
from fbridge_woocommerce.sandbox.routes.orders import order_routes
from fbridge_woocommerce.sandbox.routes.refunds import refund_routes
from fbridge_woocommerce.sandbox.routes.trackings import tracking_routes
from fbridge_woocommerce.sandbox.settings import SandboxSettings
from fbridge_woocommerce.sandbox.shopkeeper import WooCommerceShopkeeper
from fbridge_woocommerce.sandbox.state import Shop

CREDENTIALS = re.compile(r"(consumer_(?:key|secret)|oauth_\w+)=[^&]*&?")


class WooCommerceSandbox:
    """A WooCommerce store in memory: ``wsgi`` to serve, ``control`` to steer, ``store_settings()`` as key."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self._keys = {name: made_up_key(name) for name in ("read_write", "read", "write")}
        self.shop = Shop(settings)
        self.control = Control(self.shop, self._keys)
        self.shopkeeper = WooCommerceShopkeeper(self.control)
        routes = [
            route
            for make in (
                discovery_routes,
                order_routes,
                note_routes,
                refund_routes,
                fulfillment_routes,
                tracking_routes,
                mail_routes,
            )
            for route in make(self.shop)
        ]
        authenticator = Authenticator(self._keys, self.shop.now)
        self._dispatcher = Dispatcher(routes, authenticator, settings, self.shop.switched_off)
        self.wsgi = store_app(
            self._answer,
            ControlRoutes(self.control),
            credentials=CREDENTIALS,
            clock=settings.clock,
            gateway_timeout=settings.gateway_timeout,
        )

    def store_settings(self) -> dict[str, Any]:
        """The settings of the plugin that open this store, with all rights."""
        key = self._keys["read_write"]
        return {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}

    def _answer(self, request: Request) -> Response:
        self.shop.pace.wait(pace.REQUEST)
        return self._dispatcher.answer(request)


def create_sandbox(**options: Any) -> WooCommerceSandbox:
    """A new store; the options are those of :class:`~fbridge_woocommerce.sandbox.settings.SandboxSettings`.

    Raises: TypeError for an unknown option, ValueError for a value that is not allowed.
    """
    return WooCommerceSandbox(SandboxSettings(**options))
