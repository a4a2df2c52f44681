"""What docs/reasons.md lists: every reason code in the source, with the sentence that comes with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from fbridge import errors

ROOT = Path(__file__).resolve().parents[1]
_NOT_SHIPPED = {"sandbox", "testing", "versions"}
_FIRST = {"Objection"}
"""Made with the reason and the words, in this order and without their names."""
_ELSEWHERE = "…"
_OF_OTHERS = {"query_wait_timeout"}
"""Words of other programs that stand beside a sentence."""
_CODE = re.compile("[a-z0-9]+(_[a-z0-9]+)+")
_MADE_UP = {
    "already_there": "What was handed in is there already, just so; nothing has changed.",
    "bug": "A bug in fbridge; the same command with --debug shows what to report.",
    "changed": "What was handed in corrects what was there.",
    "closed": "It came back, and nothing more is sent.",
    "damaged": "The database cannot be read; restore a backup: fbridge db restore FILE",
    "document_incomplete": "A transport document lacks something; what is told beside it.",
    "drifted": "The store shows it otherwise than it took it: fbridge verify",
    "file_unusable": "A file or the disk lets nothing be written or read; what was done is kept.",
    "finish_what_is_there": "The store has a part of it; the next push does the rest.",
    "fulfillment_order_closed": "Shopify has closed the part of the order that these goods belong to.",
    "found_on_store": "An answer was lost, and the store was seen to have it all.",
    "interrupted": "Somebody pressed Ctrl-C; what was done is kept, and the same command goes on.",
    "mail_in_doubt": "The promised mail may have left or not: fbridge push --mail-again SHIPMENT",
    "mail_not_sent": "The promised mail did not leave: fbridge push --mail-again SHIPMENT",
    "mail_unconfirmed": "The mail was asked for, and the answer was lost: fbridge push --mail-again SHIPMENT",
    "mail_may_have_left": "It may be a second mail; a person decides: fbridge push --mail-again SHIPMENT",
    "mailed": "The store mails the customer.",
    "manifest_cancelled": "The manifest is cancelled.",
    "manifest_preparing": "The manifest is in preparation.",
    "manifest_shipped": "The manifest has left.",
    "mistaken": "It did not come back after all.",
    "most_changed": "Too many orders have changed since the last fetch: fetch again, or --guard most_changed=1",
    "most_mails": "More mails would leave than the guard lets through: fbridge push --guard most_mails=N",
    "most_pushes": "More shipments would go out than the guard lets through: fbridge push --guard most_pushes=N",
    "no_receipt": "The plugin did not tell what became of it; it is looked up.",
    "not_checked": "The order cannot be read, or only as it was before: verify again later.",
    "not_stored": "The store shows nothing of what it took: fbridge push --resend SHIPMENT",
    "not_taken_back": "The store took nothing of it back; its words say why.",
    "placeholder": "What stands there is no number; leave it empty until there is one.",
    "proved_absent": "An answer was lost, and the store was seen to have nothing of it; it is sent.",
    "replaced": "It came back, and other goods were sent in its place.",
    "resent": "It came back, and is on its way again.",
    "shipped": "It has left with its manifest.",
    "taken": "What was handed in is kept.",
    "taken_back": "The store took it back.",
    "unprovable": "Nobody can tell whether the store has it; a person decides: fbridge explain SHIPMENT",
    "usage": "The command line is wrong; the sentence says what.",
    "adapter_refuses": "The plugin's preview says that its platform would not take it; its words say why.",
    "bad_tracking_number": "The platform takes no such number: fbridge tracking set SHIPMENT NUMBER",
    "blocked": "Something before the store answers in its place; its words say what, and `store check` what to do.",
    "carrier_mapped": "The carrier has a code on the store now, so what waited for it is sent by the next push.",
    "created": "The first revision of a shipment.",
    "drift": "The store shows it otherwise than it was told: fbridge verify",
    "encoding_unknown": "The file can be read in several encodings; say which with --encoding.",
    "fewer_numbers_than_parcels": "Boxes would be left without a number; say how many there are, or add numbers.",
    "mail_failed": "The customer's mail did not leave; ask for it once more: fbridge push --mail-again SHIPMENT",
    "method_blocked": "Something before the store lets this kind of request not through; `store check` says which.",
    "no_tracking_place": "The order has no place on its store where a tracking number could be kept.",
    "nothing_left": "Nothing of the order is left to ship; the sentence says which shipments hold it.",
    "plugin_contract": "It was built for another fbridge; the sentence says which of the two to update.",
    "numbers_too_long": "Together the numbers are longer than the store's one field for them.",
    "order_marked": "Something about the order is in doubt; look at it, then: --allow-marked, or --force.",
    "order_too_old": "The guard holds it back; let it through: fbridge push --guard oldest_order=DAYS",
    "plan_outgrown": "The fresh read would do more than the plan showed; the next plan shows it.",
    "removed": "It is off the manifest.",
    "scanned": "It is on the manifest, and has been scanned.",
    "tracking_set": "Somebody set other numbers or another carrier.",
    "tried_too_often": "It was tried several times and never went through; the words of the last try say why.",
    "unexplained_goods": "The store shows goods of this order that nothing explains since the backup was restored.",
}
"""Where the source puts the reason or the sentence together from parts, in short."""


@dataclass(frozen=True, slots=True)
class Said:
    """One place where a reason comes about: as which error (or part of an answer), and in which words."""

    reason: str
    by: str
    words: str


def table() -> str:
    """One row for each reason: its exit code where it ends a command, and what is said."""
    found: dict[str, list[Said]] = {reason: [] for reason in _MADE_UP}
    for said in reasons():
        found.setdefault(said.reason, []).append(said)
    rows = [
        f"| `{reason}` | {_codes(places)} | {_words(places) or _MADE_UP[reason]} |"
        for reason, places in sorted(found.items())
    ]
    return "\n".join(["| reason | exit code | what is said |", "|---|---|---|", *rows])


def reasons() -> Iterator[Said]:
    """All reasons of core and plugins, by their place in the source."""
    trees = [ast.parse(path.read_text("utf-8")) for path in _sources()]
    constants = dict(pair for tree in trees for pair in _constants(tree))
    for tree in trees:
        yield from _under(tree, constants)


def _under(tree: ast.AST, names: Mapping[str, str]) -> Iterator[Said]:
    """Of everything below; a function knows the texts that it has given a name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, names)
            yield from _beside(node.args, ast.unparse(node.func).rpartition(".")[2], names)
        elif isinstance(node, ast.Tuple):
            yield from _beside(node.elts, "", names)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "reason":
            yield from (Said(reason, "", "") for reason in _texts(node.value, names))
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(node)
        known = {**names, **dict(_named_texts(node, names))} if isinstance(node, ast.FunctionDef) else names
        yield from _under(node, known)


def _beside(values: Sequence[ast.expr], by: str, names: Mapping[str, str]) -> Iterator[Said]:
    """A code and the sentence after it, in one call or one row of a table."""
    for code, words in pairwise(values):
        reason = _text(code, names) if isinstance(code, ast.Constant | ast.Name) else ""
        if _CODE.fullmatch(reason) and reason not in _OF_OTHERS:
            sentence = _text(words, names)
            if isinstance(words, ast.Constant | ast.JoinedStr) and " " in sentence:
                yield Said(reason, by, sentence)


def _named_texts(function: ast.FunctionDef, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text(node.value, names)
            if text.strip(_ELSEWHERE):
                yield node.targets[0].id, text


def _sources() -> list[Path]:
    folders = [ROOT / "core" / "src", *sorted((ROOT / "plugins").glob("*/src"))]
    paths = (path for folder in folders for path in sorted(folder.rglob("*.py")))
    return [path for path in paths if not _NOT_SHIPPED & set(path.parts)]


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    yield target.id, node.value.value


def _of_class(node: ast.ClassDef) -> Iterator[Said]:
    for line in node.body:
        if isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(line.value, ast.Constant):
            target = line.targets[0] if isinstance(line, ast.Assign) else line.target
            if isinstance(target, ast.Name) and target.id == "default_reason":
                yield Said(
                    str(line.value.value), node.name, (ast.get_docstring(node) or "").partition("\n")[0]
                )


def _of_call(node: ast.Call, constants: Mapping[str, str]) -> Iterator[Said]:
    by = ast.unparse(node.func).rpartition(".")[2]
    given = {one.arg: one.value for one in node.keywords if one.arg}
    told = list(node.args)
    if by in _FIRST and told:
        given.setdefault("reason", told.pop(0))
    if "reason" not in given:
        return
    words = given.get("words") or (told[0] if told else None)
    for reason in _texts(given["reason"], constants):
        yield Said(reason, by, _text(words, constants) if words is not None else "")


def _texts(node: ast.expr, constants: Mapping[str, str]) -> Iterator[str]:
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.replace("_", "").isalnum()
    ):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants:
        yield constants[node.id]
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body, constants)
        yield from _texts(node.orelse, constants)


def _text(node: ast.expr, constants: Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else _ELSEWHERE for one in node.values)
    if isinstance(node, ast.BinOp):
        return _text(node.left, constants) + _text(node.right, constants)
    return constants.get(node.id, _ELSEWHERE) if isinstance(node, ast.Name) else _ELSEWHERE


def _codes(places: list[Said]) -> str:
    classes = (getattr(errors, said.by, None) for said in places)
    codes = {
        int(one.exit_code)
        for one in classes
        if isinstance(one, type) and issubclass(one, errors.FbridgeError)
    }
    return ", ".join(map(str, sorted(codes)))


def _words(places: list[Said]) -> str:
    told = dict.fromkeys(said.words for said in places if said.words.strip(f"{_ELSEWHERE} :;.,()"))
    return "<br>".join(one.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;") for one in told)
