"""The error bodies of WordPress and WooCommerce, word for word as a real store answers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class RestError(Exception):
    """An answer ``{"code", "message", "data": {"status", ...}}``."""

    def __init__(
        self, status: int, code: str | int, message: str, data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.data = dict(data or {})

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        return {"code": self.code, "message": self.message, "data": {"status": self.status} | self.data}


def no_route() -> RestError:
    """No such route, or not with this method."""
    return RestError(404, "rest_no_route", "No route was found matching the URL and request method.")


def invalid_json() -> RestError:
    """The body says JSON and is none."""
    return RestError(
        400,
        "rest_invalid_json",
        "Invalid JSON body passed.",
        {"json_error_code": 4, "json_error_message": "Syntax error"},
    )


def missing_parameters(names: Iterable[str]) -> RestError:
    """Parameters without which the route does not act."""
    listed = list(names)
    return RestError(
        400,
        "rest_missing_callback_param",
        f"Missing parameter(s): {', '.join(listed)}",
        {"params": listed},
    )


def invalid_parameter(name: str, message: str, code: str) -> RestError:
    """A parameter that the route's schema does not allow."""
    return RestError(
        400,
        "rest_invalid_param",
        f"Invalid parameter(s): {name}",
        {"params": {name: message}, "details": {name: {"code": code, "message": message, "data": None}}},
    )


def not_in_enum(name: str, shown_as: str, allowed: Iterable[str]) -> RestError:
    """A word that is not one of those the schema lists."""
    *others, last = allowed
    message = f"{shown_as} is not one of {', '.join(others)}, and {last}."
    return invalid_parameter(name, message, "rest_not_in_enum")


def unknown_order() -> RestError:
    """Reading an order that is not there."""
    return RestError(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")


def unknown_order_for_writing() -> RestError:
    """Writing an order that is not there: 400, not 404."""
    return RestError(400, "woocommerce_rest_shop_order_invalid_id", "ID is invalid.")


def unknown_parent_order() -> RestError:
    """Notes or trackings of an order that is not there."""
    return RestError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")


def cannot_list() -> RestError:
    """Nobody is logged in."""
    return RestError(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")


def cannot_view() -> RestError:
    """Nobody is logged in."""
    return RestError(401, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.")


def cannot_create() -> RestError:
    """Nobody is logged in."""
    return RestError(401, "woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources.")


def cannot_edit() -> RestError:
    """Nobody is logged in."""
    return RestError(401, "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")


def cannot_delete() -> RestError:
    """Nobody is logged in."""
    return RestError(
        401, "woocommerce_rest_cannot_delete", "Sorry, you are not allowed to delete this resource."
    )


def cannot_batch() -> RestError:
    """Nobody is logged in."""
    return RestError(
        401,
        "woocommerce_rest_cannot_batch",
        "Sorry, you are not allowed to batch manipulate this resource.",
    )


class CriticalError(RestError):
    """PHP died in the middle of the work."""

    def body(self) -> dict[str, Any]:
        """The JSON of the answer, with one key more than other errors have."""
        return super().body() | {"additional_errors": []}


def php_crash() -> RestError:
    """What a store shows of an uncaught PHP error (shortened)."""
    link = "https://wordpress.org/documentation/article/faq-troubleshooting/"
    file = (
        "/var/www/html/wp-content/plugins/woocommerce/includes/rest-api/"
        "Controllers/Version3/class-wc-rest-controller.php"
    )
    error = {
        "type": 1,
        "message": f"Uncaught TypeError: Cannot access offset of type string on string in {file}:300",
        "file": file,
        "line": 300,
    }
    return CriticalError(
        500,
        "internal_server_error",
        "<p>There has been a critical error on this website.</p>"
        f'<p><a href="{link}">Learn more about troubleshooting WordPress.</a></p>',
        {"error": error},
    )
