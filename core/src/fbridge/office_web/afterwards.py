"""After a form: on to a page that says what was done, so that reading it again does nothing again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from hmac import compare_digest
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for

from fbridge.office_web.refusals import RefusalError
from fbridge.office_web.shown import bridge

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

_DONE = {
    "added": "It is added.",
    "asked": "The store was asked.",
    "changed": "It is changed.",
    "removed": "It is removed.",
    "handed": "It is handed to the workers. Here stands what no store shows yet.",
    "password": "The password is another one now; sign in with it.",
}
_ONE_AT_A_TIME = Lock()


def register(app: Flask) -> None:
    """Let the templates say what was done, and note in their forms what they show."""
    app.jinja_env.globals.update(done=lambda: _DONE.get(request.args.get("done", ""), ""), seen=seen)


def done(endpoint: str, what: str, **values: str) -> Response:
    """On to this page, which says ``what`` (of the words above) was done."""
    place: dict[str, Any] = {**values, "done": what}
    return redirect(url_for(endpoint, **place), 303)


def seen(*shown: object) -> str:
    """What a form carries of the values that it was made of."""
    return sha256(repr(shown).encode()).hexdigest()[:16]


CHANGED_MEANWHILE = "Somebody has changed this meanwhile, and nothing was done now; look at it again."


@contextmanager
def alone() -> Iterator[None]:
    """What is looked at in this block is the same when it is written: two on this page come one after the other, and
    on SQLite nobody at a terminal comes in between either. On PostgreSQL the rules of the act see who did."""
    with _ONE_AT_A_TIME, bridge().one_unit():
        yield


@contextmanager
def unchanged(shown: Callable[[], object], *, may_ask_store: bool = False) -> Iterator[None]:
    """Do what a form wants only where all is as it showed, :func:`alone`.

    What ``may_ask_store`` cannot keep the database for itself as long as that takes: there only two on this page
    come one after the other. Raises RefusalError where somebody else was faster: they would overwrite what they have
    not seen.
    """
    with _ONE_AT_A_TIME if may_ask_store else alone():
        if not compare_digest(request.form.get("seen", "").encode(), seen(shown()).encode()):
            raise RefusalError(CHANGED_MEANWHILE, code=409)
        yield
