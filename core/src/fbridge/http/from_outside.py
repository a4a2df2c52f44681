"""What a store's words went into (a page, a receipt, a report, an error), without the store's credentials (C12).

The plugin host passes everything through here that an adapter gives or raises; nothing behind it need think of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar

from fbridge.errors import FbridgeError
from fbridge.http.redaction import Redactor
from fbridge.models.storable_text import storable

T = TypeVar("T")

WORDS = frozenset({"mails", "reason", "refused", "warnings", "words"})
"""Fields that people read. All others hold data, which is either whole or withheld."""

_SERIES = (list, tuple, set, frozenset)


def without_secrets(value: T, redactor: Redactor) -> T:
    """The same value; where it repeats a secret, a copy without it."""
    words, data = _texts(value)
    changed = any(redactor.repeated(text) != text for text in words) or redactor.shows_in_data(data)
    return _copied(value, redactor, in_words=False) if changed else value


def hide_in_error(error: BaseException, redactor: Redactor) -> None:
    """Take secrets out of an error and of all that it comes from; what cannot be changed is cut off the chain."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        _clean(one, redactor)
        waiting += [link for link in (one.__cause__, one.__context__) if link is not None]
    _cut_off(error, redactor)


def _clean(error: BaseException, redactor: Redactor) -> None:
    """Of secrets, and of what no database can hold, for an error's words are kept with what it stopped."""
    error.args = tuple(
        storable(redactor.text(part)) if isinstance(part, str) else part for part in error.args
    )
    reason = getattr(error, "reason", None)
    if isinstance(error, FbridgeError) and isinstance(reason, str) and redactor.text(reason) != reason:
        error.reason = error.default_reason
    if notes := getattr(error, "__notes__", None):
        error.__notes__ = [redactor.text(str(note)) for note in notes]


def _cut_off(error: BaseException, redactor: Redactor) -> None:
    """Links whose words come from elsewhere than their arguments."""
    one: BaseException | None = error
    seen: set[int] = set()
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        if one.__cause__ is not None and _tells(one.__cause__, redactor):
            one.__cause__ = None
            one.__suppress_context__ = True
        if one.__context__ is not None and _tells(one.__context__, redactor):
            one.__context__ = None
        one = one.__cause__ or one.__context__


def _tells(error: BaseException, redactor: Redactor) -> bool:
    words = str(error)
    return redactor.text(words) != words


def _texts(value: Any) -> tuple[list[str], list[str]]:
    """All words and all data in it."""
    words: list[str] = []
    data: list[str] = []
    _gather((value,), data, words)
    return words, data


def _gather(value: Any, into: list[str], words: list[str]) -> None:
    """Called for much of each order that is read, so what is empty or holds no text is not called for."""
    outer: Any = type(value)
    for values, holds_words in _inside(outer):
        found = words if holds_words else into
        for inner in values(value):
            kind: Any = type(inner)
            if kind is str:
                found.append(inner)
            elif inner and _inside(kind):
                _gather(inner, found, words)


_Values = Callable[[Any], Iterable[Any]]


@cache
def _inside(kind: Any) -> tuple[tuple[_Values, bool], ...]:
    """What gives the values in it, and whether people read those; nothing of what holds no text."""
    if names := _field_names(kind):
        shares = [name for name in names if name not in WORDS], [name for name in names if name in WORDS]
        return tuple((_fields(*share), share is shares[1]) for share in shares if share)
    if issubclass(kind, Mapping):
        return ((lambda value: chain(value, value.values()), False),)
    return ((iter, False),) if issubclass(kind, _SERIES) else ()


def _fields(*names: str) -> _Values:
    # Of one name alone, attrgetter gives no tuple.
    return attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)


@cache
def _field_names(kind: type[Any]) -> tuple[str, ...]:
    """None where it is no dataclass."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def _copied(value: Any, redactor: Redactor, *, in_words: bool) -> Any:
    if type(value) is str:
        return redactor.text(value) if in_words else redactor.data(value)
    if is_dataclass(value) and not isinstance(value, type):
        copies = {
            name: _copied(getattr(value, name), redactor, in_words=in_words or name in WORDS)
            for name in _field_names(type(value))
        }
        return replace(value, **copies)
    if isinstance(value, Mapping):
        return {
            _copied(key, redactor, in_words=in_words): _copied(inner, redactor, in_words=in_words)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_copied(inner, redactor, in_words=in_words) for inner in value)
    return value
