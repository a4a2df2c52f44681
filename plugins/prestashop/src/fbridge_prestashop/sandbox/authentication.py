"""Webservice keys: 32 characters, each with permissions per resource and method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from werkzeug.wrappers import Request

from fbridge_prestashop.sandbox.errors import bad_key_format, key_not_active
from fbridge_prestashop.sandbox.resources import RESOURCES
from fbridge_prestashop.sandbox.settings import SandboxSettings

KEY_LENGTH = 32
METHODS = frozenset({"GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"})
REALM = (
    'Basic realm="Welcome to PrestaShop Webservice, please enter the authentication key as the login. '
    'No password required."'
)


@dataclass(slots=True)
class WebserviceKey:
    """A key of the shop; ``active`` and ``permissions`` may be changed at any time."""

    key: str = field(repr=False)
    permissions: dict[str, frozenset[str]]
    active: bool = True


def shop_keys(settings: SandboxSettings) -> dict[str, WebserviceKey]:
    """The keys of a new shop: ``full`` (what the options say) and ``readonly`` (no customers)."""
    methods = METHODS if settings.patch and settings.has_patch else METHODS - {"PATCH"}
    everything = dict.fromkeys(RESOURCES, methods)
    readable = {name: frozenset({"GET", "HEAD"}) for name in RESOURCES if name != "customers"}
    return {
        "full": WebserviceKey(_made_up("full"), _chosen(settings) or everything),
        "readonly": WebserviceKey(_made_up("readonly"), readable),
    }


def key_text(request: Request) -> str | None:
    """The key as it was sent: the user of Basic, whatever the password, or ``ws_key``."""
    if request.authorization is not None and request.authorization.username:
        return request.authorization.username
    return request.args.get("ws_key") or None


def find_key(keys: Mapping[str, WebserviceKey], text: str) -> WebserviceKey:
    """The key with this text. Raises: WebserviceError (401)."""
    if len(text) != KEY_LENGTH:
        raise bad_key_format()
    for key in keys.values():
        if key.key == text and key.active:
            return key
    raise key_not_active()


def _chosen(settings: SandboxSettings) -> dict[str, frozenset[str]] | None:
    if settings.permissions is None:
        return None
    return {name: frozenset(methods) for name, methods in settings.permissions.items()}


def _made_up(name: str) -> str:
    return sha256(f"sandbox of PrestaShop: {name}".encode()).hexdigest()[:KEY_LENGTH].upper()
