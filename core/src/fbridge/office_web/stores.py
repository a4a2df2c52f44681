"""The stores: managers look at them, add them, and change their keys, which no page shows again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from fbridge import FieldInfo, InputError, PluginError, PluginMissingError, StoreInfo
from fbridge.errors import FbridgeError
from fbridge.models.accounts import Right
from fbridge.models.secrets import HIDDEN
from fbridge.office_web.afterwards import done
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from fbridge import StoreReport

blueprint = Blueprint("stores", __name__)
_NOT_TYPED = frozenset({"table", "other"})
"""Settings that are no line of text: they are written in the settings file."""
_MOST_CHARACTERS = 20_000


@blueprint.get("/stores")
@needs(Right.MANAGE)
def show_list() -> str:
    """All stores."""
    return render_template(
        "stores.html",
        stores=bridge().stores.list(count_orders=False),
        platforms=[one for one in bridge().platforms() if one.ok],
    )


@blueprint.get("/add-store")
@needs(Right.MANAGE)
def show_form() -> str:
    """What a platform wants to know of a store."""
    return _form({}, None)


@blueprint.post("/add-store")
@needs(Right.MANAGE)
def add() -> ResponseReturnValue:
    """Keep a new store after a look at it. What was typed comes back where something is wrong; never a key."""
    said = {name: text.strip()[:_MOST_CHARACTERS] for name, text in request.form.items()}
    try:
        wanted = bridge().stores.fields(said.get("platform", ""))
        bridge().stores.add(
            said.get("name", ""),
            said.get("platform", ""),
            said.get("url", ""),
            {one.name: said[f"set-{one.name}"] for one in wanted if said.get(f"set-{one.name}")},
            orders_from=_first_day(said.get("orders_from", "")),
            accept_mail=_accepts_mail(said.get("accept_mail", "")),
            check_first="no_check" not in said,
        )
    except FbridgeError as error:
        return _form(said, error), 400
    return done("stores.show_one", "added", name=said["name"])


@blueprint.get("/stores/<name>")
@needs(Right.MANAGE)
def show_one(name: str) -> str:
    """One store, its keys as dots."""
    return _page(name)


@blueprint.post("/stores/<name>/check")
@needs(Right.MANAGE)
def check(name: str) -> ResponseReturnValue:
    """Look whether the store can be worked with; nothing is sent or changed there."""
    try:
        return _page(name, bridge().stores.check(name))
    except FbridgeError as error:
        return _page(name, error=error), 400


@blueprint.post("/stores/<name>/keys")
@needs(Right.MANAGE)
def change_keys(name: str) -> ResponseReturnValue:
    """Keep other keys, after a look at the store with them; what is left empty stays."""
    secret = _secret_names(bridge().stores.show(name, count_orders=False))
    keys = {
        one: request.form[f"set-{one}"].strip()
        for one in secret
        if request.form.get(f"set-{one}", "").strip()
    }
    try:
        bridge().stores.change_keys(name, keys, check_first="no_check" not in request.form)
    except FbridgeError as error:
        return _page(name, error=error), 400
    return done("stores.show_one", "changed", name=name)


def _form(said: Mapping[str, str], error: FbridgeError | None) -> str:
    platform = said.get("platform") or request.args.get("platform", "")
    fields = [one for one in bridge().stores.fields(platform) if one.type not in _NOT_TYPED]
    secret = {f"set-{one.name}" for one in fields if one.secret}
    return render_template(
        "store_new.html",
        platform=platform,
        first=[one for one in fields if _is_asked(one)],
        more=[one for one in fields if not _is_asked(one)],
        said={name: text for name, text in said.items() if name not in secret},
        error=error,
    )


def _is_asked(field: FieldInfo) -> bool:
    return bool(field.required or field.asked or field.asked_with or field.asked_without)


def _page(name: str, report: StoreReport | None = None, error: FbridgeError | None = None) -> str:
    info = bridge().stores.show(name, count_orders=False)
    secret = _secret_names(info)
    return render_template(
        "store.html",
        store=info,
        settings=_shown(info, secret),
        keys=[one for one in _fields(info) if one.secret],
        report=report,
        error=error,
    )


def _shown(info: StoreInfo, secret: Collection[str]) -> dict[str, object]:
    """The settings, without what may be a key: one that stands in the wrong file is none the less one."""
    if not _fields(info):
        return {}  # without its plugin nobody knows which of them are keys
    hidden = dict.fromkeys(secret & info.settings.keys(), HIDDEN)
    return {
        name: value for name, value in {**info.settings, **hidden}.items() if name not in {"platform", "url"}
    }


def _secret_names(info: StoreInfo) -> frozenset[str]:
    kept = {name for name, value in info.settings.items() if value == HIDDEN}
    return frozenset(kept | {one.name for one in _fields(info) if one.secret})


def _fields(info: StoreInfo) -> tuple[FieldInfo, ...]:
    try:
        return bridge().stores.fields(info.platform)
    except (PluginError, PluginMissingError):
        return ()


def _first_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            "Say from which date orders count, such as 2026-11-01: older ones are taken as done.",
            reason="no_first_day",
        ) from None


def _accepts_mail(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise InputError("Say whether customers shall get the mail of the shop.", reason="no_word_on_mail")
    return text == "yes"
