"""What the store says about itself: modules, store views, websites, the schema."""

from __future__ import annotations

from typing import Any

from fbridge_magento.sandbox import integrations
from fbridge_magento.sandbox.authentication import Authenticator
from fbridge_magento.sandbox.calls import Answer, Call
from fbridge_magento.sandbox.data import read_json
from fbridge_magento.sandbox.dispatch import Route
from fbridge_magento.sandbox.errors import RestError
from fbridge_magento.sandbox.integrations import Integration
from fbridge_magento.sandbox.state import Shop

ADMINISTRATOR = ("admin", "admin123")
URLS = {"": "", "link_": "", "static_": "static/version1754759768/", "media_": "media/"}


def discovery_routes(shop: Shop, authenticator: Authenticator, administrator: Integration) -> list[Route]:
    """Those that an adapter asks before it does anything."""

    def modules(_call: Call) -> Answer:
        without = shop.settings.modules_without
        return Answer([name for name in read_json("site.json")["modules"] if name not in without])

    def site(name: str) -> Any:
        return lambda _call: Answer(read_json("site.json")[name])

    def admin_token(call: Call) -> Answer:
        if (call.given("username"), call.given("password")) != ADMINISTRATOR:
            words = (
                "The account sign-in was incorrect or your account is disabled temporarily. "
                "Please wait and try again later."
            )
            raise RestError(401, words)
        return Answer(authenticator.admin_token(administrator))

    return [
        Route("GET", "V1/modules", modules, integrations.ADMIN),
        Route("GET", "V1/store/storeViews", site("store_views"), integrations.STORES),
        Route("GET", "V1/store/websites", site("websites"), integrations.STORES),
        Route("GET", "V1/store/storeConfigs", _store_configs, integrations.STORES),
        Route("GET", "V1/products", _no_products, integrations.PRODUCTS),
        Route("POST", "V1/integration/admin/token", admin_token, None),
        Route("GET", "schema", _schema, None),
    ]


def _store_configs(call: Call) -> Answer:
    urls = {
        f"{secure}base_{kind}url": f"{call.home}/{path}"
        for secure in ("", "secure_")
        for kind, path in URLS.items()
    }
    return Answer([config | urls for config in read_json("site.json")["store_configs"]])


def _schema(call: Call) -> Answer:
    host = call.home.partition("://")[2].partition(":")[0]  # as nginx passes it on
    return Answer(read_json("schema.json") | {"host": host}, kind="application/json")


def _no_products(_call: Call) -> Answer:
    return Answer({"items": [], "search_criteria": {"filter_groups": []}, "total_count": 0})
