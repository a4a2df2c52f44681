"""The core's own settings of a store, beside those that the platform's plugin asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from marshmallow import Schema, ValidationError, fields, validate

from fbridge.http.way_through import CredentialsIn
from fbridge.models.field_paths import steps_of
from fbridge.models.guards import MOST_CHANGED, MOST_MAILS, MOST_PUSHES, OLDEST_ORDER
from fbridge.settings.extra_fields import NAME, NAME_RULE
from fbridge.settings.policies import (
    FETCH_EVERY,
    UnmappedCarrier,
    WithoutTracking,
    WorkersPush,
    duration_text,
    parse_duration,
    parse_fetch_every,
    parse_without_tracking,
)


class Parsed(fields.Field[Any]):
    """Text read by a function that raises ValueError with the rule."""

    def __init__(self, parse: Callable[[str], Any], show: Callable[[Any], str], **options: Any) -> None:
        super().__init__(**options)
        self._parse = parse
        self._show = show

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002 - marshmallow's signature
        return None if value is None else self._show(value)

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002 - marshmallow's signature
        data: Mapping[str, Any] | None,  # noqa: ARG002 - marshmallow's signature
        **kwargs: Any,  # noqa: ARG002 - marshmallow's signature
    ) -> Any:
        try:
            return self._parse(str(value))
        except ValueError as error:
            raise ValidationError(f"{error}.") from None


def _policy() -> fields.Field[Any]:
    return Parsed(parse_without_tracking, str, load_default=WithoutTracking(None))


def _pause_text(span: timedelta | None) -> str:
    return duration_text(span) if span else "never"


_RESERVED = frozenset({"authorization", "connection", "content-length", "host", "transfer-encoding"})
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


_KEPT_NOWHERE = ("passw", "secure_key", "token", "secret", "cc_number", "cc_cid", "cvv")


def _order_path(text: str) -> str:
    if any(word in step.lower() for step in steps_of(text) for word in _KEPT_NOWHERE):
        raise ValueError("must not name passwords, tokens or the numbers of cards: they are kept nowhere")
    return text


def _column_name(name: str) -> None:
    if NAME.fullmatch(name) is None:
        raise ValidationError(f"{NAME_RULE}.")


def _header_name(name: str) -> None:
    if _HEADER.fullmatch(name) is None or name.lower() in _RESERVED:
        raise ValidationError(
            "must be names of HTTP headers, and none of those that every request has anyway."
        )


def _header_value() -> fields.String:
    printable = validate.Regexp(r"[ -~]*\Z", error="must be one line of ASCII.")
    return fields.String(load_default="", validate=printable)


def _headers(*, secret: bool = False) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=_header_name),
        values=_header_value(),
        load_default=dict,
        metadata={"secret": True} if secret else {},
    )


def _count(usual: int, *, most: int = 10**9, unit: str = "") -> fields.Integer:
    words = f"must be a whole number{f' of {unit}' if unit else ''}, from 0 to {most}."
    return fields.Integer(
        strict=False,
        load_default=usual,
        validate=validate.Range(0, most, error=words),
        error_messages={"invalid": words, "too_large": words},
    )


def _path() -> fields.Field[Any]:
    return Parsed(lambda text: Path(text).expanduser(), str, load_default=None, allow_none=True)


class StoreFields(Schema):
    """``docs/settings.md`` explains each field. ``platform`` and ``url`` are checked where they are used."""

    platform = fields.String(required=True)
    url = fields.String(required=True)
    orders_from = fields.Date(
        required=True, metadata={"help": "orders before this date count as done and are never pushed"}
    )
    accept_mail = fields.Boolean(load_default=False)
    without_tracking = _policy()
    unmapped_carrier = fields.Enum(
        UnmappedCarrier,
        by_value=True,
        load_default=UnmappedCarrier.WAIT,
        error_messages={"unknown": "must be wait or send."},
    )
    timeout = fields.Float(
        load_default=30.0,
        validate=validate.Range(
            0, 600, min_inclusive=False, error="must be seconds, above 0 and at most 600."
        ),
    )
    requests_per_second = fields.Float(
        load_default=None,
        validate=validate.Range(0, 1000, min_inclusive=False, error="must be above 0 and at most 1000."),
    )
    settle = Parsed(
        parse_duration, cast("Callable[[timedelta], str]", duration_text), load_default=None, allow_none=True
    )
    allow_http = fields.Boolean(load_default=False)
    warehouses = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    most_mails = _count(MOST_MAILS)
    most_pushes = _count(MOST_PUSHES)
    oldest_order = _count(OLDEST_ORDER, most=36500, unit="days")
    most_changed = fields.Float(
        load_default=MOST_CHANGED,
        validate=validate.Range(0, 1, error="must be a share from 0 (none) to 1 (all), such as 0.5."),
    )
    fetch_every = Parsed(parse_fetch_every, _pause_text, load_default=FETCH_EVERY)
    workers_push = fields.Enum(
        WorkersPush,
        by_value=True,
        load_default=WorkersPush.ASKED,
        error_messages={"unknown": "must be asked or due."},
    )
    number_prefix = fields.String(load_default="")
    extra_fields = fields.Dict(
        keys=fields.String(validate=_column_name),
        values=Parsed(_order_path, str),
        load_default=dict,
    )
    user_agent = _header_value()
    http_user = fields.String(load_default="")
    http_password = fields.String(load_default="", metadata={"secret": True})
    headers = _headers()
    secret_headers = _headers(secret=True)
    credentials_in = fields.Enum(
        CredentialsIn,
        by_value=True,
        load_default=CredentialsIn.HEADER,
        error_messages={"unknown": "must be header or query."},
    )
    ca_file = _path()
    client_certificate = _path()
    client_key = _path()
    proxy = fields.String(
        load_default="",
        validate=validate.Regexp(
            r"(https?://[^\s/@]+/?)?\Z",
            error="must be a URL such as http://proxy.example:3128, without a user.",
        ),
    )
    proxy_user = fields.String(load_default="")
    proxy_password = fields.String(load_default="", metadata={"secret": True})
