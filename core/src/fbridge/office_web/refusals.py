"""What the page itself refuses, with a sentence for whoever asked."""

from __future__ import annotations

from werkzeug.exceptions import HTTPException


class RefusalError(HTTPException):
    """Refused with these words: 403 for what is not theirs, 409 for what somebody else has changed meanwhile."""

    def __init__(self, words: str, *, code: int) -> None:
        super().__init__(words)
        self.words = words
        self.code = code
