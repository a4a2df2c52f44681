"""Puts the emulated store together."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.wrappers import Request, Response

from fbridge.sandbox.store_app import store_app
from fbridge_magento.sandbox import pace
from fbridge_magento.sandbox.authentication import Authenticator
from fbridge_magento.sandbox.bulk import BulkQueue
from fbridge_magento.sandbox.control import Control
from fbridge_magento.sandbox.control_routes import ControlRoutes
from fbridge_magento.sandbox.dispatch import Dispatcher
from fbridge_magento.sandbox.integrations import made_up_integrations
from fbridge_magento.sandbox.routes.bulks import bulk_routes
from fbridge_magento.sandbox.routes.discovery import discovery_routes
from fbridge_magento.sandbox.routes.inventory import inventory_routes
from fbridge_magento.sandbox.routes.orders import order_routes
from fbridge_magento.sandbox.routes.shipments import shipment_routes
from fbridge_magento.sandbox.settings import SandboxSettings
from fbridge_magento.sandbox.shopkeeper import MagentoShopkeeper
from fbridge_magento.sandbox.state import Shop

CREDENTIALS = re.compile(r"oauth_\w+=[^&]*&?")


class MagentoSandbox:
    """A Magento store in memory: ``wsgi`` to serve, ``control`` to steer, ``store_settings()`` as key."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.shop = Shop(settings)
        self._integrations = made_up_integrations()
        self._queue = BulkQueue(self.shop)
        authenticator = Authenticator(self._integrations, self.shop.now, signed_host=settings.signed_host)
        authenticator.bearer = settings.bearer
        self.control = Control(self.shop, self._queue, authenticator, self._integrations)
        self.shopkeeper = MagentoShopkeeper(self.control)
        routes = [
            *order_routes(self.shop),
            *shipment_routes(self.shop),
            *bulk_routes(self.shop, self._queue),
            *inventory_routes(self.shop),
            *discovery_routes(self.shop, authenticator, self._integrations["full"]),
        ]
        self._dispatcher = Dispatcher(self.shop, routes, authenticator)
        self.wsgi = store_app(
            self._answer,
            ControlRoutes(self.control),
            credentials=CREDENTIALS,
            clock=settings.clock,
            gateway_timeout=settings.gateway_timeout,
        )

    def store_settings(self) -> dict[str, Any]:
        """The settings of the plugin that open this store, with all rights."""
        return self.control.credentials("full")

    def _answer(self, request: Request) -> Response:
        self._queue.work_off_due()
        self.shop.pace.wait(pace.REQUEST)
        return self._dispatcher.answer(request)


def create_sandbox(**options: Any) -> MagentoSandbox:
    """A new store; the options are those of :class:`~fbridge_magento.sandbox.settings.SandboxSettings`.

    Raises: TypeError for an unknown option, ValueError for a value that is not allowed.
    """
    return MagentoSandbox(SandboxSettings(**options))
