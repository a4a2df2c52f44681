"""Lets an emulated store be as slow as a real one. What takes how long is measured on each platform."""

from __future__ import annotations

import time


class Pace:
    """Waits in proportion to ``factor``: 0 never, 1 as long as the real store. ``mail_seconds`` is not scaled."""

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
