"""What fbridge says to people, found in its code: ``python -m tests.phrases`` brings the catalogs up to date.

A phrase is a text of the code as it stands there; of an f-string each value is a name in braces. Catalogs are
gettext's (``core/src/fbridge/locales``): a translator writes the ``.po``, programs read the ``.mo``.
"""

from __future__ import annotations

import ast
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from fbridge.models import states
from fbridge.models.accounts import Right, Role
from fbridge.models.results import Outcome
from fbridge.phrases import REASON, bare
from fbridge.push.decide import Action
from fbridge.shipping.carrier_standing import OnTheStore

CORE = Path(__file__).parents[1] / "core" / "src" / "fbridge"
LOCALES = CORE / "locales"

SAID_IN = (
    "shipping/*.py", "push/*.py", "orders/*.py", "history/explain.py", "references.py", "office/paper/*.py",
    "settings/near_match.py", "models/problems.py", "models/usual_carriers.py", "doctor/*.py", "stores/*.py",
    "office/inbox.py", "office/tables/*.py", "office/imports/[!cpm]*.py", "cli/batch_export.py", "cli/carrier*.py",
    "cli/courier_export.py", "cli/doctor.py", "cli/find.py", "cli/fulfil.py", "cli/import_map.py", "cli/inbox.py",
    "cli/store*.py", "cli/verify.py", "cli/db.py", "cli/platforms.py", "cli/purge.py", "cli/export_map.py", "find.py",
    "settings/editing.py",
    "office/exports/courier.py", "office/exports/maps.py", "office/exports/records.py", "storage/backup.py",
    "storage/check.py", "storage/database.py", "storage/locks.py", "storage/restore.py", "settings/loading.py",
    "cli/displayed.py", "cli/evening*.py", "cli/explain.py", "cli/fetch.py", "cli/manifest*.py", "cli/order_views.py",
    "cli/orders.py", "cli/output.py", "cli/plan_views.py", "cli/push*.py", "cli/questions.py", "cli/returned.py",
    "cli/office*.py", "accounts/*.py", "jobs/*.py", "office_web/*.py", "models/standing_words.py",
    "models/status_words.py",
    "cli/shipment*.py", "cli/status.py", "cli/tables.py", "cli/tracking.py", "cli/unreadable_views.py",
    "cli/errors_shown.py", "cli/listeners.py", "listeners/[!h]*.py",
    "cli/worker.py", "workers/[!q]*.py", "storage/queue_schema.py",
)  # fmt: skip
"""The modules whose words a clerk reads in the daily work."""

STATES = (
    states.OrderStatus, states.FulfillmentState, states.PaymentKind, states.Delivery, states.ManifestState,
    states.ReturnKind, states.ReturnOutcome, states.ShipmentOrigin, states.PushState, states.Effect,
    Role, Right, OnTheStore, states.MailEffect, states.Support, states.MailBehaviour, Action, Outcome,
)  # fmt: skip
"""The enums whose values people read."""

PUT_TOGETHER = (
    "yes", "no", "d", "ok", "mail", "overdue", "marked", "cannot be read", "pick-up", "unpaid {due}", "withdrawn",
    "leaves", "Sender", "{count} order completed",
    "{number} or {number2}",
    "{number} and {number2}",
    "There is none yet: fbridge store add NAME", "The stores are {join}.",
    "Total",
    "Method",
    "Channel",
    "Note",
    "{label} left behind by manifest {number}.",
    "{label} taken off manifest {number}.",
    "send", "correct", "waits", "blocked", "{count} send", "{count} correct", "{count} look first",
    "{count} waits", "{count} blocked", "{count} mails to customers", "{count} mail to customers",
    *(f"{{count}} {state.value.replace('_', ' ')}" for state in (*states.PushState, *Outcome)),
)  # fmt: skip
"""What the code puts together of single words."""

_OF_A_KIND = {"state", "status", "kind", "outcome", "value"}
_TITLED = {"Column", "column"}
_NOT_SAID = {"option", "argument", "Choice", "getLogger", "warning", "info", "debug", "compile", "Index"}
_COMMANDS = re.compile(r"^fbridge [\w {}.|-]*$|^(SELECT|INSERT|UPDATE|DELETE) ")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_NAMES = re.compile(r"[\w.<>/-]+")
_IN_A_TEMPLATE = re.compile(r"""\bt\(["']([^"']+)["']\)""")
_PLACES = re.compile(r"\{\w+\}")


def phrases_in_code() -> dict[str, list[str]]:
    """Every phrase with the places where it stands."""
    found: dict[str, list[str]] = {}
    for path in sorted({path for pattern in SAID_IN for path in CORE.glob(pattern)}):
        for phrase, line in _phrases(ast.parse(path.read_text("utf-8"))):
            found.setdefault(phrase, []).append(f"{path.relative_to(CORE)}:{line}")
    for path in sorted(CORE.glob("office_web/templates/*.html")):
        for phrase in _IN_A_TEMPLATE.findall(path.read_text("utf-8")):
            found.setdefault(phrase, []).append(f"{path.relative_to(CORE)}:1")
    return found | {phrase: [""] for phrase in PUT_TOGETHER}


def reasons_in_code(paths: Iterable[Path]) -> set[str]:
    """The stable codes that are written as ``reason="..."``."""
    return {
        node.value.value
        for path in paths
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg == "reason"
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and node.value.value
    }


def words_in_code() -> dict[str, set[str]]:
    """The words of states by the name of their enum, and of reasons, as people read them."""
    plugins = [
        path for path in (CORE.parents[2] / "plugins").glob("*/src/**/*.py") if "sandbox" not in path.parts
    ]
    core = [path for path in CORE.rglob("*.py") if not {"testing", "sandbox", "demo"} & set(path.parts)]
    found = {REASON: {code.replace("_", " ") for code in reasons_in_code([*core, *plugins])}}
    for enum in STATES:
        found.setdefault(enum.__name__, set()).update(str(one.value).replace("_", " ") for one in enum)
    return found


def _phrases(tree: ast.Module) -> Iterator[tuple[str, int]]:
    inside = set(_not_said(tree))
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        texts: Iterable[str] = ()
        if isinstance(node, ast.JoinedStr):
            inside |= {id(one) for part in node.values for one in (part, *_choice(part))}
            texts = templates(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts = (node.value,)
        yield from ((bare(text), node.lineno) for text in texts if _is_said(text))
    yield from _titles(tree)
    yield from _counted(tree)


def _counted(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """What is counted, one and many of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "counted":
            nouns = [one.value for one in node.args[1:] if isinstance(one, ast.Constant)]
            for noun in [*nouns, f"{nouns[0]}s"][:2] if nouns else ():
                yield f"{{count}} {noun}", node.lineno


def _is_said(text: str) -> bool:
    """Whether it has words for people: no command (SQL's too), no name of an event or a file, not one word."""
    bare = _PLACES.sub(" ", text).strip()
    if _COMMANDS.match(text.strip()) or _NAMES.fullmatch(text) or "\\" in text or not _WORDS.search(bare):
        return False
    return " " in text.strip() or text != text.strip()


def templates(node: ast.JoinedStr) -> Iterator[str]:
    """``{shipment.label} is withdrawn.`` as ``{label} is withdrawn.``; two values of one name are told apart.

    Where the code chooses between two words, both sentences.
    """
    names: dict[str, str] = {}
    parts = [_part(part, names) for part in node.values]
    yield from ("".join(chosen) for chosen in itertools.product(*parts))


def _choice(part: ast.expr) -> tuple[ast.expr, ...]:
    value = part.value if isinstance(part, ast.FormattedValue) else None
    both = (value.body, value.orelse) if isinstance(value, ast.IfExp) else ()
    return both if all(isinstance(one, ast.Constant) for one in both) else ()


def _part(part: ast.expr, names: dict[str, str]) -> tuple[str, ...]:
    if isinstance(part, ast.Constant):
        return (str(part.value),)
    assert isinstance(part, ast.FormattedValue)
    if choice := _choice(part):
        return tuple(str(one.value) for one in choice if isinstance(one, ast.Constant))
    told = ast.dump(part.value)
    if told not in names:
        name = _name(part.value)
        same = sum(one.rstrip("0123456789") == name for one in names.values())
        names[told] = f"{name}{same + 1}" if same else name
    return ("{" + names[told] + "}",)


def _name(value: ast.expr) -> str:
    names = [
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(value)
        if isinstance(node, ast.Attribute | ast.Name)
    ]
    if isinstance(value, ast.Attribute) and value.attr in _OF_A_KIND and isinstance(value.value, ast.Name):
        return f"{value.value.id}_{value.attr}"  # whose state it is decides about its word
    return names[0] if names else "text"


def _titles(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _TITLED and node.args:
            first, *rest = node.args
            words = [one for arg in rest for one in ast.walk(arg)]
            yield from _texts([first, *words])
        if isinstance(node, ast.Call) and _called(node) == "say":
            yield from _texts(node.args)
        if isinstance(node, ast.Call) and _called(node) == "Facts":
            yield from _texts(
                one.elts[0] for one in ast.walk(node) if isinstance(one, ast.Tuple) and one.elts
            )


def _texts(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORDS.search(node.value):
            yield node.value, node.lineno


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _not_said(tree: ast.Module) -> Iterator[int]:
    """Docstrings, helps, names of things, keys and reasons."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and body:
            for one in body:
                if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
                    yield id(one.value)
        if isinstance(node, ast.Call) and _called(node) in _NOT_SAID:
            yield from (id(one) for one in ast.walk(node))
        if isinstance(node, ast.keyword) and node.arg in {
            "reason",
            "metavar",
            "help",
            "comment",
            "kind",
            "match",
        }:
            yield from (id(one) for one in ast.walk(node.value))


def new_catalog() -> Catalog:
    """All phrases and contexts, without a translation."""
    catalog = Catalog(project="fbridge", charset="utf-8")
    for phrase, places in phrases_in_code().items():
        catalog.add(phrase, auto_comments=[places[0].partition(":")[0]])
    for context, words in words_in_code().items():
        for word in sorted(words):
            catalog.add(word, context=context)
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """The ``.mo`` of a catalog."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def read_catalog(language: str) -> Catalog:
    """The ``.po`` of a language."""
    with (LOCALES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def main() -> None:
    """Add what is new, drop what is gone, and compile."""
    for path in LOCALES.glob("*.po"):
        catalog = read_catalog(path.stem)
        since = catalog.creation_date
        catalog.update(new_catalog(), no_fuzzy_matching=True)
        catalog.creation_date = since  # the moment of a run says nothing, and differs on every branch
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalog, width=0, sort_output=True, omit_header=False)
        path.with_suffix(".mo").write_bytes(compiled(catalog))


if __name__ == "__main__":
    main()
