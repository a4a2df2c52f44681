"""How long a real store takes: measured on two cores with WooCommerce 11.0.1, mails rendered but not sent."""

from __future__ import annotations

import time

REQUEST = 0.060
ORDER_READ = 0.0035
ORDER_READ_FEW_FIELDS = 0.0017
ORDER_WRITE = 0.020
STATUS_CHANGE = 0.024
TRACKING_OR_FULFILLMENT = 0.040


class Pace:
    """Waits in proportion to ``factor``: 0 never, 1 as long as the real store."""

    def __init__(self, factor: float, mail_seconds: float) -> None:
        self._factor = factor
        self._mail_seconds = mail_seconds

    def wait(self, seconds: float) -> None:
        """Take the time of one piece of work."""
        if self._factor > 0 and seconds > 0:
            time.sleep(seconds * self._factor)

    def wait_for_mails(self, count: int) -> None:
        """Mails leave within the request, so a slow SMTP server makes the request slow."""
        if self._mail_seconds > 0 and count:
            time.sleep(self._mail_seconds * count)
