"""A module of the store that fails after a shipment was saved: the shipment is there, and its mail is not.

What a real store answered to each (Magento Open Source 2.4.7): an exception that Magento words for the client, one
for something that does not exist, one for a right, any other, PHP's own errors, and an end without a word.
"""

from __future__ import annotations

from dataclasses import replace

from fbridge_magento.sandbox.calls import Answer
from fbridge_magento.sandbox.errors import PageError, RestError, broken_application, broken_entity

WAYS = ("refuses", "not_found", "no_right", "exception", "error", "exit", "page", "warning")
FATAL = "<br /><b>Fatal error</b>: Uncaught Error in /var/www/x.php:1"
WARNING = "<br />\n<b>Warning</b>:  Undefined variable in <b>/var/www/x.php</b> on line <b>1</b><br />\n"


def after_saving(answer: Answer, how: str) -> Answer:
    """The answer as it was meant, or with a warning before it. Raises: RestError, PageError."""
    if how == "refuses":
        raise RestError(400, "The ERP module could not export the shipment.")
    if how == "not_found":
        raise RestError(404, "No such ERP customer")
    if how == "no_right":
        raise RestError(401, "The ERP does not know this user.")
    if how == "exception":
        raise broken_entity()
    if how == "error":
        raise broken_application()
    if how in {"exit", "page"}:
        raise PageError(200, FATAL if how == "page" else "")
    return replace(answer, before=WARNING) if how == "warning" else answer
