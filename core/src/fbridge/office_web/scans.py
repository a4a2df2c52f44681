"""What a scanner reads before the page of a manifest: each code one answer, yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, jsonify, request

from fbridge.errors import FbridgeError, InputError, NotFoundError
from fbridge.models.accounts import Right
from fbridge.office_web.guarding import MOST_FORM_BYTES
from fbridge.office_web.rights import needs
from fbridge.office_web.shown import bridge, spoken

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from fbridge import Shipment

blueprint = Blueprint("scans", __name__)
_LONGEST = 200
_MOST_NAMED = 5
"""Of what is missing; the rest is counted."""


@blueprint.post("/manifests/<number>/scan")
@needs(Right.PREPARE, most_bytes=MOST_FORM_BYTES)
def scan(number: str) -> ResponseReturnValue:
    """Answer a code. ``mode``: ``add`` puts an order or shipment on the manifest, ``check`` looks whether a parcel
    belongs there, ``number`` takes the number of the shipment that was read before it."""
    code = request.form.get("code", "").strip()[:_LONGEST]
    act = {"add": _add, "check": _check, "number": _number}.get(request.form.get("mode", ""))
    if act is None or not code:
        raise InputError("Nothing was scanned.", reason="empty_scan")
    try:
        answer = act(number, code)
    except FbridgeError as error:
        answer = _told(False, error.reason, str(error))
    return jsonify({"code": code} | answer)


def _add(number: str, code: str) -> dict[str, Any]:
    """By the order's number, else by whatever names a shipment: document or tracking number."""
    (result,) = bridge().manifests.put_on(number, [code]).results
    if not result.ok and result.reason == NotFoundError.default_reason:
        try:
            label = bridge().shipments.get(code).label
        except FbridgeError:
            label = ""
        if label:
            (result,) = bridge().manifests.put_on(number, [label]).results
    answer = _told(result.ok and result.reason == "added", result.reason, result.words)
    return answer | {"shipment": result.label}


def _check(number: str, code: str) -> dict[str, Any]:
    """The codes of this round come along, so that a server that was started anew goes on with it."""
    parcels = bridge().manifests.scan(number)
    parcels.remember("\n".join(request.form.getlist("before")).split("\n"))
    read = parcels.read(code)
    assert read is not None  # noqa: S101 - it is not empty
    round_ = parcels.result()
    answer = _told(read.ok, read.reason, read.words)
    return answer | {
        "shipment": read.shipment,
        "left": len(round_.missing),
        "missing": round_.missing[:_MOST_NAMED],
        "complete": round_.complete,
    }


def _number(number: str, code: str) -> dict[str, Any]:
    """A code that names a shipment of the manifest chooses it; the next one is its number."""
    label = request.form.get("shipment", "")
    parcels = bridge().manifests.scan(number)
    named = parcels.read(code)
    if named is not None and named.ok:
        return _chosen(_on(parcels.manifest, named.shipment))
    if not label:
        return _told(False, named.reason if named else "", named.words if named else "")
    one = _on(parcels.manifest, label)
    if len(one.numbers) >= one.parcels:
        words = f"{one.label} has a number for each parcel already; change it on its page"
        return _told(False, "has_numbers", words)
    one = bridge().shipments.add_tracking(label, [code])
    left = one.parcels - len(one.numbers)
    words = f"{one.label} travels under {code}" + (f"; {left} more parcels" if left else "")
    return _told(True, "number_set", words) | {"shipment": one.label, "next": one.label if left else ""}


def _on(manifest: str, label: str) -> Shipment:
    one = bridge().shipments.get(label)
    if one.manifest != manifest:
        raise InputError(f"{label} is not on manifest {manifest}.", reason="not_on_manifest")
    return one


def _chosen(one: Shipment) -> dict[str, Any]:
    words = f"{one.label} (order {one.order_number}): now scan its number"
    return _told(True, "chosen", words) | {"shipment": one.label, "next": one.label}


def _told(ok: bool, reason: str, words: str) -> dict[str, Any]:
    return {"ok": ok, "reason": reason, "words": spoken().because(reason, words)}
