"""What stands before a store, or guards it, words its own no in JSON too: it is named, and no order's fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import fbridge_magento.answers as magento
import fbridge_prestashop.answers as prestashop
import fbridge_shopify.answers as shopify
import fbridge_woocommerce.answers as woocommerce
from fbridge.adapterkit.reading.faults import is_an_orders_own
from fbridge.errors import CredentialsError, FbridgeError
from fbridge.http import Response

READS: dict[str, Callable[[Response], Any]] = {
    "woocommerce": woocommerce.list_of,
    "prestashop": lambda response: prestashop.rows_of(response, "orders"),
    "magento": magento.rows_of,
    "shopify": shopify.answer_of,
}
IMUNIFY = {
    "message": "Access denied by Imunify360 bot-protection. IPs used for automation should be whitelisted"
}
STRANGERS: dict[str, tuple[int, Any, str]] = {
    "403": (403, IMUNIFY, "Imunify360"),
    "401": (401, IMUNIFY, "Imunify360"),
    "number": (404, {"code": 404, "message": "page not found", "status": 404}, "HTTP 404"),
    "415": (415, IMUNIFY, "Imunify360"),
    "good": (200, IMUNIFY, "Imunify360"),
    "gateway": (403, {"error": {"code": 403, "message": "The request is blocked."}}, "before the store"),
    "denied": (200, {"error": "Unauthorized"}, "(it says: Unauthorized)"),
    "not acceptable": (406, {"error": "Not Acceptable"}, "ModSecurity most likely"),
    "too large": (413, {"error": "Request Entity Too Large"}, "no requests of this size"),
    "of no list": (455, {"error": "blocked"}, "before the store"),
    "not modified": (304, None, "no place to go on to"),
}


def error_of(read: Callable[[Response], Any], status: int, body: Any) -> FbridgeError:
    content = json.dumps(body).encode() if body else b""
    answer = Response(
        status=status, headers={}, url="https://shop.example/api", content=content, elapsed=timedelta(0)
    )
    with pytest.raises(FbridgeError) as raised:
        read(answer)
    return raised.value


@pytest.mark.parametrize("platform", READS)
@pytest.mark.parametrize("name", STRANGERS)
def test_it_is_named_and_no_orders_fault(platform: str, name: str) -> None:
    status, body, words = STRANGERS[name]
    error = error_of(READS[platform], status, body)
    assert words in str(error)
    assert not is_an_orders_own(error)


@pytest.mark.parametrize("code", ["jwt_auth_bad_auth_header", "rest_login_required", "itsec_rest_api_access"])
def test_a_plugin_that_guards_wordpress_is_told_from_a_wrong_key(code: str) -> None:
    error = error_of(READS["woocommerce"], 403, {"code": code, "message": "No.", "data": {"status": 403}})
    assert isinstance(error, CredentialsError)
    assert f"before WooCommerce looked at the key ({code}: No.)" in str(error)
