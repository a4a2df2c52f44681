"""Errors in Shopify's own words (texts and forms as live stores answered them)."""

from __future__ import annotations

import uuid
from typing import Any

from graphql import GraphQLError

SCOPES_PAGE = "https://shopify.dev/api/usage/access-scopes"
LIMITS_PAGE = "https://shopify.dev/api/usage/rate-limits"
CUSTOMER_DATA_PAGE = "https://shopify.dev/docs/apps/launch/protected-customer-data"
MAX_COST = 1000


class ShopifyError(GraphQLError):
    """An error of a field, with Shopify's code."""

    def __init__(self, message: str, code: str | None = None, **extensions: Any) -> None:
        given = {"code": code, **extensions} if code else extensions
        super().__init__(message, extensions=given)


def bad_request(message: str) -> ShopifyError:
    """Arguments that do not fit together."""
    return ShopifyError(message, "BAD_REQUEST")


def invalid_id(text: str = "") -> ShopifyError:
    """An id of another type, or a nonsense one."""
    return ShopifyError(f"Invalid id: {text}" if text else "invalid id", "RESOURCE_NOT_FOUND")


def access_denied(field: str, required: str) -> ShopifyError:
    """The token lacks a scope."""
    return ShopifyError(
        f"Access denied for {field} field. Required access: {required}",
        "ACCESS_DENIED",
        documentation=SCOPES_PAGE,
        requiredAccess=required,
    )


def customer_data_denied(what: str) -> ShopifyError:
    """Protected customer data that the app is not approved for."""
    return ShopifyError(
        f"This app is not approved to {what}. See {CUSTOMER_DATA_PAGE} for more details.", "ACCESS_DENIED"
    )


def internal_error() -> dict[str, Any]:
    """Something went wrong on their end."""
    request_id = str(uuid.uuid4())
    message = (
        "Internal error. Looks like something went wrong on our end.\n"
        f"Request ID: {request_id} (include this in support requests)."
    )
    return {
        "message": message,
        "extensions": {"requestId": request_id, "code": "INTERNAL_SERVER_ERROR"},
    }


def broken_root() -> ShopifyError:
    """The same, of one field of the document; the others are answered."""
    shown = internal_error()
    return ShopifyError(shown["message"], **shown["extensions"])


def throttled() -> dict[str, Any]:
    """The bucket is too empty for this request, which was not executed."""
    return {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": LIMITS_PAGE}}


def max_cost_exceeded(cost: int) -> dict[str, Any]:
    """One request asks for too much, whatever is in the bucket."""
    message = (
        f"Query cost is {cost}, which exceeds the single query max cost limit ({MAX_COST}).\n\n"
        f"See {LIMITS_PAGE} for more information on how the\ncost of a query is calculated.\n\n"
        "To query larger amounts of data with fewer limits, bulk operations should be used instead.\n"
        "See https://shopify.dev/api/usage/bulk-operations/queries for usage details.\n"
    )
    return {
        "message": message,
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": cost,
            "maxCost": MAX_COST,
            "documentation": LIMITS_PAGE,
        },
    }


class UserErrors(Exception):  # noqa: N818 - Shopify's own word
    """What a mutation refuses, as its ``userErrors``."""

    def __init__(self, *errors: dict[str, Any]) -> None:
        super().__init__("; ".join(error["message"] for error in errors))
        self.errors = list(errors)


def user_error(message: str, *field: str, code: str | None = None) -> UserErrors:
    """One refusal; without ``field`` it is of the whole."""
    return UserErrors({"field": list(field) or None, "message": message, "code": code})
