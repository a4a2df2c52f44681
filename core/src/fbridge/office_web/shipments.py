"""The page of a shipment: all that can be done with it, each act with its question and who may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, render_template, request

from fbridge import Bridge
from fbridge.models.accounts import Right
from fbridge.office_web.afterwards import done, unchanged
from fbridge.office_web.jobs import begin
from fbridge.office_web.manifests import page
from fbridge.office_web.read_fields import amount, count, grams
from fbridge.office_web.rights import needs, refuse_without
from fbridge.office_web.shown import bridge

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from fbridge import Shipment

blueprint = Blueprint("shipments", __name__)


@dataclass(frozen=True, slots=True)
class Act:
    """What a person may decide about a shipment: the question, who may, and what is done then."""

    question: str
    button: str
    right: Right
    do: Callable[[str], ResponseReturnValue]


@blueprint.get("/shipments/<label>")
@needs(Right.READ)
def show(label: str) -> str:
    """A shipment, its story, and the ways on."""
    one = bridge().shipments.get(label)
    return render_template("shipment.html", one=one, story=bridge().explain(one.label), looked=looked(one))


@blueprint.post("/shipments/<label>/numbers")
@needs(Right.PREPARE)
def set_numbers(label: str) -> ResponseReturnValue:
    """Give it these numbers in place of those it has, and so many parcels."""
    numbers = request.form.get("numbers", "").replace(",", " ").split()
    parcels = count(request.form.get("parcels", ""))
    shared = request.form.get("allow_shared") == "yes"
    with unchanged(lambda: looked(bridge().shipments.get(label))):
        bridge().shipments.set_tracking(label, numbers, parcels=parcels, allow_shared=shared)
    return done("shipments.show", "changed", label=label)


@blueprint.post("/shipments/<label>/packing")
@needs(Right.PREPARE)
def repack(label: str) -> ResponseReturnValue:
    """Weight and cash to collect, while it is in the house."""
    cod, weight = request.form.get("cod", "").strip(), request.form.get("weight", "").strip()
    with unchanged(lambda: looked(bridge().shipments.get(label))):
        bridge().repack(
            label,
            weight_grams=grams(weight),
            cod=amount(cod),
            no_cod=not cod,
        )
    return done("shipments.show", "changed", label=label)


@blueprint.post("/shipments/<label>/manifest")
@needs(Right.PREPARE)
def put_on(label: str) -> ResponseReturnValue:
    """Put it on the manifest of its carrier that is in preparation, or on a new one."""
    one = bridge().shipments.get(label)
    put = bridge().manifests.put_on(one.carrier.code, [one.label])
    return page(put.number, put.results)


@blueprint.get("/shipments/<label>/<act>")
@needs(Right.READ)
def ask(label: str, act: str) -> str:
    """The question, with what is known: who decides looks at it first."""
    asked = ACTS.get(act) or abort(404)
    one = bridge().shipments.get(label)
    refuse_without(_right(asked, one, act))
    undo = bridge().plan_taking_back(label) if act == "withdraw" and _taken_back(one) else None
    mails = bridge().plan_mails([label]) if act == "mail_again" else None
    return render_template(
        "decide.html",
        one=one,
        act=act,
        asked=asked,
        story=bridge().explain(one.label),
        looked=looked(one),
        undo=undo,
        mails=mails,
    )


@blueprint.post("/shipments/<label>/<act>")
@needs(Right.READ)
def decide(label: str, act: str) -> ResponseReturnValue:
    """Do it, if the shipment is as it was seen."""
    asked = ACTS.get(act) or abort(404)
    one = bridge().shipments.get(label)
    refuse_without(_right(asked, one, act))
    with unchanged(lambda: looked(bridge().shipments.get(one.label)), may_ask_store=True):
        return asked.do(one.label)


def looked(one: Shipment) -> object:
    """What whoever looks at a shipment decides upon."""
    state = (one.push.state, one.push.since, one.push.missing_mail) if one.push else ()
    packed = (one.parcels, one.weight_grams, one.cod, one.numbers)
    return one.revision, packed, one.manifest, one.shipped_at, one.withdrawn_at, state


def _right(asked: Act, one: Shipment, act: str) -> Right:
    """What no store was told of is withdrawn by whoever prepares; a second mail is a manager's decision."""
    if act == "withdraw" and not _taken_back(one):
        return Right.PREPARE
    if act == "mail_again" and request.form.get("even_if_mailed"):
        return Right.DECIDE
    return asked.right


def _taken_back(one: Shipment) -> bool:
    return bridge().shipments.needs_taking_back(one.label)


def _decided(act: Callable[[Bridge, str], object]) -> Callable[[str], ResponseReturnValue]:
    """Do it, and show the shipment as it is then."""

    def do(label: str) -> ResponseReturnValue:
        act(bridge(), label)
        return done("shipments.show", "changed", label=label)

    return do


def _withdraw(label: str) -> ResponseReturnValue:
    if not bridge().shipments.needs_taking_back(label):
        bridge().shipments.withdraw(label)
        return done("shipments.show", "changed", label=label)
    return begin(["shipment", "withdraw", label, "--only-if", request.form.get("only_if", "")])


def _mail_again(label: str) -> ResponseReturnValue:
    words = ["push", "--mail-again", label, "--only-if", request.form.get("only_if", "")]
    return begin([*words, *(["--even-if-mailed"] if request.form.get("even_if_mailed") else [])])


ACTS = {
    "resend": Act(
        "Is it certain that the store does not show it? It will be sent again.",
        "Send it again",
        Right.DECIDE,
        _decided(Bridge.resend),
    ),
    "adopt": Act(
        "Does the store have it? Then nothing more of it is sent.",
        "The store has it",
        Right.DECIDE,
        _decided(Bridge.adopt),
    ),
    "accept": Act(
        "May it stand as the store shows it?",
        "Let it stand as the store shows it",
        Right.DECIDE,
        _decided(Bridge.accept_drift),
    ),
    "mailed": Act(
        "Was the customer told in another way, or need not be?",
        "The customer was told otherwise",
        Right.DECIDE,
        _decided(Bridge.mailed_otherwise),
    ),
    "withdraw": Act("Withdraw it, so that its goods are free again?", "Withdraw it", Right.DECIDE, _withdraw),
    "mail_again": Act(
        "Ask the store for the mail to the customer?", "Ask for its mail again", Right.PUSH, _mail_again
    ),
}
