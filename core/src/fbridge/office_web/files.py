"""Files of an ERP and of a courier's program: handed in, shown row by row, taken; the refused rows are given back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, render_template, request, send_file, url_for

from fbridge import InputError, NotFoundError, ReturnKind
from fbridge.errors import FbridgeError
from fbridge.models.accounts import Right
from fbridge.office.imports.file_import import ImportOptions
from fbridge.office.imports.maps import ImportMap, Maps, delimiter_of, with_options
from fbridge.office.imports.returns import ReturnOptions, import_returns
from fbridge.office.imports.shipments import ShipmentOptions, import_shipments
from fbridge.office.imports.tracking import TrackingOptions, import_tracking
from fbridge.office_web.guarding import MOST_FILE_BYTES
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge
from fbridge.office_web.uploads import Upload, Uploads, rows_shown

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from fbridge.office.imports.report import ImportReport

blueprint = Blueprint("files", __name__)
_KINDS: Mapping[str, tuple[type[ImportOptions], Callable[..., ImportReport]]] = {
    "shipments": (ShipmentOptions, import_shipments),
    "tracking": (TrackingOptions, import_tracking),
    "returns": (ReturnOptions, import_returns),
}
MOST_ROWS = 20_000
"""Of a file on the page, while whose answer somebody waits; the terminal takes larger ones."""
_FLAGS = ("on_manifest", "replacement", "adds", "allow_shared", "strict")
_CHOSEN = ("store", "carrier", "year", "unknown_order", "kind")
_FORM = ("encoding", "delimiter", "decimal", "dates", "sheet")
_USUAL = {"shipments": {"on_manifest": "yes"}}
"""What is said of a file before anybody has said anything."""


@blueprint.get("/files")
@needs(Right.PREPARE)
def show_form() -> str:
    """Where a file is dropped."""
    _uploads().forget_old()
    return render_template("files.html", most_bytes=MOST_FILE_BYTES)


@blueprint.post("/files/<kind>")
@needs(Right.PREPARE, most_bytes=MOST_FILE_BYTES)
def upload(kind: str) -> ResponseReturnValue:
    """Keep a file, and show what would come of it."""
    file = request.files.get("file")
    if kind not in _KINDS:
        raise NotFoundError(f"No files of the kind {kind} are taken.", reason="unknown_kind")
    if file is None or not file.filename:
        raise InputError("Choose a file first.", reason="no_file")
    kept = _uploads().keep(file, g.account.name, kind, _USUAL.get(kind, {}))
    return redirect(url_for("files.show_one", token=kept.token), 303)


@blueprint.get("/file/<token>")
@needs(Right.PREPARE)
def show_one(token: str) -> ResponseReturnValue:
    """What would come of a file, row by row; what became of it once it is taken."""
    one = _uploads().get(token, g.account.name)
    result = _uploads().result(one)
    if result is not None:
        return _page(one, result)
    try:
        return _page(one, _import(one, plan=True))
    except FbridgeError as error:
        return _page(one, None, error), 400


@blueprint.post("/file/<token>")
@needs(Right.PREPARE)
def say(token: str) -> ResponseReturnValue:
    """Say how a file is to be read, and look again."""
    names = {"map", *_FORM, *_CHOSEN, *_FLAGS}
    said = {name: text.strip()[:100] for name, text in request.form.items() if name in names and text.strip()}
    _uploads().say(_uploads().get(token, g.account.name), said)
    return redirect(url_for("files.show_one", token=token), 303)


@blueprint.post("/file/<token>/take")
@needs(Right.PREPARE)
def take(token: str) -> ResponseReturnValue:
    """Take the good rows of a file; the others are written to a file of their own."""
    one = _uploads().get(token, g.account.name)
    if _uploads().result(one) is None:
        try:
            _uploads().keep_result(one, _import(one, plan=False))
        except FbridgeError as error:
            return _page(one, None, error), 400
    return redirect(url_for("files.show_one", token=token), 303)


@blueprint.get("/file/<token>/refused")
@needs(Right.PREPARE)
def refused(token: str) -> ResponseReturnValue:
    """The refused rows, to be mended and handed in again."""
    one = _uploads().get(token, g.account.name)
    result = _uploads().result(one)
    if result is None or result.refused_file is None:
        raise NotFoundError("No row of this file was refused.", reason="nothing_refused")
    return send_file(result.refused_file, mimetype="application/octet-stream", as_attachment=True)


def _import(one: Upload, *, plan: bool) -> ImportReport:
    """Read the file; errors name it as its user does."""
    options, run = _KINDS[one.kind]
    try:
        report = run(bridge(), one.path, _options(one, options, plan=plan))
    except FbridgeError as error:
        error.args = tuple(str(part).replace(str(one.path), one.name) for part in error.args)
        raise
    return replace(report, file=one.name)


def _options(one: Upload, kind: type[ImportOptions], *, plan: bool) -> ImportOptions:
    said: dict[str, Any] = {name: one.said[name] for name in _CHOSEN if one.said.get(name)}
    said |= {name: True for name in _FLAGS if one.said.get(name)}
    if "year" in said:
        said["year"] = _year(said["year"])
    if "kind" in said:
        said["kind"] = _return_kind(said["kind"])
    own = {field.name for field in fields(kind)}
    told = {name: value for name, value in said.items() if name in own}
    return kind(map=_map(one.said), plan=plan, refused_folder=one.refused_folder, most_rows=MOST_ROWS, **told)


def _map(said: Mapping[str, str]) -> ImportMap:
    saved = _maps().get(said["map"]) if said.get("map") else ImportMap()
    form = {name: said.get(name) for name in _FORM}
    form["delimiter"] = delimiter_of(form["delimiter"]) if form["delimiter"] else None
    return with_options(saved, form, "the form")


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 2000 <= int(text) <= 2099):  # noqa: PLR2004 - as on the terminal
        raise InputError(f"{text!r} is no year from 2000 to 2099.", reason="bad_year")
    return int(text)


def _return_kind(text: str) -> ReturnKind:
    if text not in set(ReturnKind):
        raise InputError(f"{text!r} is none of {', '.join(ReturnKind)}.", reason="bad_kind")
    return ReturnKind(text)


def _page(one: Upload, report: ImportReport | None, error: FbridgeError | None = None) -> str:
    return render_template(
        "file.html",
        file=one,
        report=report,
        error=error,
        rows=rows_shown(report) if report else (),
        count=sum(report.counts.values()) if report else 0,
        maps=_maps().names(),
        stores=sorted(bridge().context.settings.stores),
        carriers=[carrier.code for carrier in bridge().carriers.list()],
        return_kinds=tuple(ReturnKind),
    )


def _maps() -> Maps:
    return Maps(bridge().context.settings.home.maps)


def _uploads() -> Uploads:
    return Uploads(bridge().context.settings.home.data)
