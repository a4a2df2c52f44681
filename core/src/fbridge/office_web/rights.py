"""What each page needs: a route says it with :func:`needs`, and one that says nothing is closed to everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, g, request

from fbridge.models.accounts import Right
from fbridge.office_web.guarding import MOST_BYTES, MOST_FORM_BYTES
from fbridge.office_web.refusals import RefusalError

if TYPE_CHECKING:
    from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])
_NEED = "needs_right"
_OPEN, _MOST = "open", "most_bytes"


def needs(right: Right, *, most_bytes: int = MOST_BYTES) -> Callable[[View], View]:
    """Mark a view (below ``@blueprint.get``): who is signed in needs this right, and may send so much."""

    def marked(view: View) -> View:
        setattr(view, _NEED, right)
        setattr(view, _MOST, most_bytes)
        return view

    return marked


def open_to_all(view: View) -> View:
    """Mark a view that nobody has to sign in for."""
    setattr(view, _NEED, _OPEN)
    return view


def register(app: Flask) -> None:
    """Let the templates ask whether a button is for whoever reads."""
    app.jinja_env.globals.update(may=may)


def is_open(endpoint: str | None) -> bool:
    """Whether nobody has to sign in: static files, and what is marked so."""
    return endpoint == "static" or _need(endpoint) == _OPEN


def right_of(endpoint: str) -> Right | None:
    """What a route needs; None where it says nothing, or is open to all."""
    need = _need(endpoint)
    return need if isinstance(need, Right) else None


def may(right: str) -> bool:
    """Whether whoever is signed in has this right."""
    return bool(g.account and g.account.may(Right(right)))


def refuse_without(right: Right) -> None:
    """Raise RefusalError where whoever is signed in lacks it: for a form one field of which needs more."""
    if not may(right):
        raise RefusalError("Only a manager may do this.", code=403)


def refuse_wrong_role() -> None:
    """Before a view: raise RefusalError where it needs what the account lacks, or says nothing of its need."""
    if request.endpoint is None or is_open(request.endpoint):
        return
    right = right_of(request.endpoint)
    if right is None:
        raise RefusalError("This page does not say who may see it.", code=403)
    refuse_without(right)


def let_in() -> None:
    """Let the request be as large as its view takes: only for who is signed in and may see it."""
    most = most_bytes_of(_view(request.endpoint))
    request.max_content_length = most
    request.max_form_memory_size = min(most, MOST_FORM_BYTES)  # a file does not stand in memory


def most_bytes_of(view: object) -> int:
    """How large a request this view takes, of whoever may see it."""
    most: int = getattr(view, _MOST, MOST_BYTES)
    return most


def _need(endpoint: str | None) -> object:
    return getattr(_view(endpoint), _NEED, None)


def _view(endpoint: str | None) -> object:
    return current_app.view_functions.get(endpoint or "")
