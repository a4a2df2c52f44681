"""What an answer of the store means: its JSON, or the error that says what to do; and of a write, what it proves.

After a gateway gave up, the store goes on and does all of it (observed: 25 orders were completed after a 504), and a
cache in front says 503 with ``Retry-After`` of a shop that is only slow. So nothing counts but what is listed here.
WooCommerce itself has no rate limit, and the page of WordPress in maintenance can be any plugin's, so neither is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from fbridge.adapterkit import responses
from fbridge.adapterkit.answers import (
    AnswerTable,
    Listed,
    Said,
    Speaker,
    Verdict,
    each,
    not_understood,
    put_off,
    written,
)
from fbridge.adapterkit.responses import (
    body_of,
    is_gateway_timeout,
    list_from,
    without_markup,
)
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response, blocked, wordless
from fbridge.models.problems import Problem
from fbridge.models.states import Outcome

API = "WooCommerce REST API"
ADVICE = "the store's URL, that WooCommerce is active, and that Settings > Permalinks is not Plain"
_KEYS_PAGE = "WooCommerce > Settings > Advanced > REST API"
_ERROR_KEYS = {"code", "message"}


def content_of(response: Response) -> Any:
    """The JSON of a good answer. WordPress under repair words its own error with status 200.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """
    if not response.ok:
        raise error_of(response)
    content = response.json()
    if isinstance(content, Mapping) and content.keys() >= _ERROR_KEYS and "id" not in content:
        raise responses.passing(response, words_of(response))
    return content


def list_of(response: Response) -> list[Any]:
    """The JSON list of a good answer. Raises as :func:`content_of`."""
    return list_from(response, content_of(response))


def error_of(response: Response) -> FbridgeError:
    """The error that an answer outside 2xx means."""
    if response.status in (401, 403):
        return _not_allowed(response)
    ours = words_of(response) if code_of(response) else ""
    if stranger := responses.strange(response, API, ADVICE, words=ours):
        return stranger
    if code_of(response) == "rest_no_route":
        return RefusedError(
            f"The store has no such route: {response.url} ({words_of(response)}). Check that WooCommerce and the "
            "tracking plugin are active there, then run: fbridge store check STORE",
            reason="rest_no_route",
        )
    return RefusedError(f"The store refused: {words_of(response)}", reason=code_of(response))


def needs_less(response: Response) -> bool:
    """Whether the same request has no better luck, and a smaller one may: WordPress died of it, or a gateway waited
    in vain."""
    return is_gateway_timeout(response) or (response.status == 500 and bool(code_of(response)))  # noqa: PLR2004 - HTTP's


def code_of(response: Response) -> str:
    """WordPress's error code, or "" where the answer does not come from WordPress.

    Core fulfillments answer with a number there, mostly 0. So do gateways, but without WordPress's ``data``.
    """
    body = body_of(response)
    code = body.get("code", "")
    return code if isinstance(code, str) else "refused" if "data" in body else ""


def words_of(response: Response) -> str:
    """The store's own words without markup, or the HTTP status."""
    return without_markup(body_of(response).get("message")) or wordless(response)


def no_api(response: Response) -> UnreachableError:
    """Neither WordPress's REST API nor its error stands there."""
    return responses.no_api(response, API, ADVICE)


def _not_allowed(response: Response) -> FbridgeError:
    code, words = code_of(response), words_of(response)
    if not code:
        return blocked(response)
    if "permissions" in words:
        return CredentialsError(
            f"The store says: {words} Give the key Read/Write under {_KEYS_PAGE}.",
            reason="missing_permission",
        )
    if code == "woocommerce_rest_authentication_error":
        return CredentialsError(f"The store says: {words} {_remedy(words)}")
    if not code.startswith("woocommerce_"):
        return CredentialsError(
            "The store's WordPress, or a plugin that guards its REST API, turned the request away before WooCommerce "
            f"looked at the key ({code}: {words}): exempt the paths below /wp-json/wc there."
        )
    return CredentialsError(
        f"The store does not know the key or did not see it ({words}): check consumer_key, the rights of its user, "
        "and that the web server hands the Authorization header on."
    )


def _remedy(words: str) -> str:
    if "timestamp" in words:
        return "Set this computer's clock: over http the store takes no request more than 15 minutes off."
    if "signature" in words:
        return "Check consumer_secret, and that the URL is the store's own address, port included."
    return "Check consumer_key and consumer_secret."


_CANNOT = [f"woocommerce_rest_cannot_{act}" for act in ("view", "create", "edit", "delete", "batch")]
_REFUSED, _CREDENTIALS = Verdict.REFUSED, Verdict.CREDENTIALS

ANSWERS = AnswerTable(
    [
        Listed(
            400, "woocommerce_rest_shop_order_invalid_id", _REFUSED, "orders_batch.yaml", "order_not_found"
        ),
        Listed(
            404, "woocommerce_rest_shop_order_invalid_id", _REFUSED, "orders_single.yaml", "order_not_found"
        ),
        Listed(404, "woocommerce_rest_order_invalid_id", _REFUSED, "order_notes.yaml", "order_not_found"),
        Listed(400, "rest_invalid_param", _REFUSED, "order_put.yaml"),
        Listed(400, "rest_invalid_json", _REFUSED, "order_put.yaml"),
        Listed(400, "rest_missing_callback_param", _REFUSED, "order_notes.yaml"),
        Listed(413, "woocommerce_rest_request_entity_too_large", _REFUSED, "orders_batch.yaml"),
        Listed(400, "woocommerce_rest_shop_order_shipment_tracking_exists", _REFUSED, "ast_tracking.yaml"),
        Listed(404, "woocommerce_rest_order_shipment_tracking_invalid_id", Verdict.DONE, "ast_tracking.yaml"),
        # Core fulfillments answer with a number, which any exception of a plugin has too; so their words count.
        *each(
            400,
            (
                "0 Invalid item.",
                "0 Invalid fulfillment status.",
                "0 Fulfillment not found.",
                "404 Fulfillment not found.",
                "0 The fulfillment items should be an array.",
                "0 The fulfillment should contain at least one item.",
            ),
            _REFUSED,
            "fulfillments_errors.yaml, fulfillments.yaml",
            "refused",
        ),
        # WooCommerce, or the plugin that has the route, is switched off: nobody was there to do anything.
        Listed(404, "woocommerce_rest_not_found", _REFUSED, "send_email.json", "order_not_found"),
        Listed(400, "woocommerce_rest_invalid_email_template", _REFUSED, "send_email.json"),
        Listed(404, "rest_no_route", Verdict.NOT_SENT, "detect.yaml, adapter/errors_plain.json"),
        Listed(401, "woocommerce_rest_authentication_error", _CREDENTIALS, "auth.yaml"),
        Listed(401, "woocommerce_rest_authentication_missing_parameter", _CREDENTIALS, "auth.yaml"),
        *each(401, _CANNOT, _CREDENTIALS, "auth.yaml; WooCommerce's permission checks"),
        *each(403, _CANNOT, _CREDENTIALS, "auth.yaml; WooCommerce's permission checks"),
    ]
)
"""What WordPress and WooCommerce say of a write that they did not do. Sources: recordings of 11.0.1."""

_LASTING = frozenset(row.code for row in ANSWERS if row.verdict is _REFUSED)


def checked(
    write: Callable[[], Response], now: Callable[[], datetime], *, shows: str | None = None
) -> Response:
    """Send it and give its good answer; ``shows`` is a key that this has where WooCommerce gave it.

    Raises: WriteFault; CredentialsError and NotSentError where WooCommerce itself turned it away.
    """

    def fault_in(response: Response) -> Exception | None:
        said = said_by(body_of(response), response.status, words_of(response), response.wait_asked)
        done = ANSWERS.verdict(said) is Verdict.DONE
        return None if done else ANSWERS.fault(said, error_of(response), now())

    return written(write, now, fault_in, lambda response: _with_shape(response, shows))


def said_by(error: Mapping[str, Any], status: int, words: str, wait: timedelta | None = None) -> Said:
    """What a body of WordPress's form for errors says, a whole answer or the part of a batch that is one order's."""
    code, message = error.get("code"), error.get("message")
    ours = isinstance(code, str | int) and isinstance(message, str)
    told = f"{code} {without_markup(message)}" if isinstance(code, int) else str(code)
    if "nonce" in without_markup(message).lower():
        # What came here twice was perhaps done the first time: a proxy had sent it again.
        told += " nonce"
    speaker = Speaker.STORE if ours else Speaker.OTHER
    return Said(speaker=speaker, status=status, codes=(told,), words=words, wait=wait)


def fault_in_item(error: Mapping[str, Any], now: datetime) -> Exception:
    """What an error in the answer to a batch means for its order; see ``AnswerTable.fault``."""
    data = error.get("data")
    status = data.get("status") if isinstance(data, Mapping) else None
    words = without_markup(error.get("message")) or str(error.get("code") or "")
    said = said_by(error, status if isinstance(status, int) else 400, words)
    named: FbridgeError = RefusedError(words, reason=str(error.get("code") or "refused"))
    if ANSWERS.verdict(said) is Verdict.CREDENTIALS:
        named = CredentialsError(f"The store says: {words} Check the rights of the key and of its user.")
    return ANSWERS.fault(said, named, now)


def problem_of(error: FbridgeError, now: datetime) -> Problem:
    """What a failed read means for the order that it was about: nothing was sent."""
    if isinstance(error, RefusedError) and error.reason in _LASTING:
        return Problem(outcome=Outcome.REFUSED, reason=error.reason, words=str(error))
    return put_off(error, now)


def _with_shape(response: Response, shows: str | None) -> Response:
    content = response.json()
    if shows is not None and response.ok and not (isinstance(content, Mapping) and shows in content):
        raise not_understood("The store's answer is not the one of WooCommerce; a plugin may interfere.")
    return response
