"""Draws the pictures of the documentation from the code, as SVG; cog calls it (``states.md``, ``architecture.md``).

``states.svg`` is the table of transitions: an arrow for each move that a run makes, and in each state's box the
commands by which a person leads out of it. ``layers.svg`` is the contract on imports in ``pyproject.toml``.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from fbridge.models.push import DUE
from fbridge.models.states import PushState as S
from fbridge.models.transitions import TRANSITIONS, Mover

DOCS = Path(__file__).parent
_WIDTH, _GAP, _LINE, _ROOM, _BORDER, _TALL = 196, 110, 13, 34, 52, 200
_COLUMNS: tuple[tuple[S, ...], ...] = (
    (S.WAITING, S.READY, S.RETRY),
    (S.SENDING, S.UNCONFIRMED, S.NEEDS_ATTENTION, S.UNDOING),
    (S.SENT, S.DONE_ELSEWHERE, S.REFUSED, S.WITHDRAWN),
)
_AT_REST = {S.SENT, S.DONE_ELSEWHERE, S.WITHDRAWN}
_FOR_A_PERSON = {S.REFUSED, S.NEEDS_ATTENTION}
_GROUP = "due"
_STYLE = """<style>
text { font: 11px system-ui, sans-serif; fill: #222 } .name { font-weight: bold; font-size: 13px }
rect { fill: #f4f6fa; stroke: #5a6b85; rx: 6px } .rest { fill: #e5f3e8; stroke: #3f7d4e }
.person { fill: #fdf0dc; stroke: #a8731c } .group { fill: none; stroke-dasharray: 4 3 }
path { fill: none; stroke: #34568b; stroke-width: 1.2; marker-end: url(#tip) }
#tip path { fill: #34568b; marker-end: none }
.board { fill: #fff; stroke: none }
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 8 4 0 8z"/></marker></defs>"""


@dataclass(frozen=True)
class Box:
    """Where a state stands in the picture."""

    column: int
    x: float
    y: float
    height: float
    lines: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        """Half way down."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Arrow:
    """One arrow: moves between the same two places, with why they are made."""

    source: str
    target: str
    causes: tuple[str, ...]


def states() -> str:
    """The picture of a shipment's states towards its store."""
    boxes = _boxes()
    shapes = [_group(boxes[_GROUP]), *(_box(name, box) for name, box in boxes.items() if name != _GROUP)]
    arrows = [_drawn(number, arrow, boxes) for number, arrow in enumerate(arrows_of_runs())]
    width = 3 * _WIDTH + 2 * _GAP + 120
    height = max(box.y + box.height for box in boxes.values()) + 40
    return _svg(width, height, "States of a shipment towards its store", [*shapes, *arrows])


def arrows_of_runs() -> list[Arrow]:
    """What a run does, the three states that are due as one where all of them are left alike."""
    causes: dict[tuple[S, S], list[str]] = {}
    for one in TRANSITIONS:
        if one.by is Mover.RUN and one.source is not one.target:
            causes.setdefault((one.source, one.target), []).append(f"{one.cause} ({one.command})")
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for (source, target), said in causes.items():
        alike = source in DUE and all((one, target) in causes for one in DUE)
        key = (_GROUP if alike else str(source), str(target))
        found[key] = tuple(dict.fromkeys((*found.get(key, ()), *said)))
    return [Arrow(*key, said) for key, said in found.items()]


def _boxes() -> dict[str, Box]:
    boxes: dict[str, Box] = {}
    for column, names in enumerate(_COLUMNS):
        y = 40.0
        for name in names:
            lines = tuple(_wrapped(_commands(name)))
            height = 26 + _LINE * len(lines) + 6
            boxes[str(name)] = Box(column, 60 + column * (_WIDTH + _GAP), y, height, lines)
            y += height + _ROOM
    due = [boxes[str(name)] for name in _COLUMNS[0]]
    top, end = due[0].y - 26, due[-1].y + due[-1].height + 12
    boxes[_GROUP] = Box(0, due[0].x - 40, top, end - top)
    return boxes


def _commands(state: S) -> list[str]:
    of_people = [one for one in TRANSITIONS if one.source is state and one.by is Mover.PERSON]
    return list(dict.fromkeys(one.command for one in of_people))


def _wrapped(commands: list[str], longest: int = 32) -> Iterator[str]:
    line = ""
    for command in commands:
        if line and len(f"{line} · {command}") > longest:
            yield line
            line = command
        else:
            line = f"{line} · {command}" if line else command
    if line:
        yield line


def _box(name: str, box: Box) -> str:
    kind = "rest" if name in _AT_REST else "person" if name in _FOR_A_PERSON else "run"
    lines = "".join(_text(box.x + 10, box.y + 34 + _LINE * at, line) for at, line in enumerate(box.lines))
    head = _text(box.x + 10, box.y + 18, name, "name")
    return f"{_rect(box, _WIDTH, kind)}{head}{lines}"


def _group(box: Box) -> str:
    return _rect(box, _WIDTH + _BORDER, "group") + _text(
        box.x + 8, box.y + 16, "due: the next push looks at it"
    )


def _rect(box: Box, width: float, kind: str) -> str:
    return f'<rect class="{kind}" x="{box.x:g}" y="{box.y:g}" width="{width:g}" height="{box.height:g}"/>'


def _text(x: float, y: float, said: str, kind: str = "") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}"{f" class={chr(34)}{kind}{chr(34)}" if kind else ""}>{escape(said)}</text>'
    )


def _drawn(number: int, arrow: Arrow, boxes: dict[str, Box]) -> str:
    """An arrow that leaves and arrives a little apart from its neighbours."""
    source, target = boxes[arrow.source], boxes[arrow.target]
    apart = (number % 5 - 2) * 5
    start, end = source.middle + apart, target.middle + apart
    why = escape(f"{arrow.source} to {arrow.target}: {'; '.join(arrow.causes)}")
    under = boxes[S.UNDOING].y - _ROOM / 2 + apart
    far = abs(source.column - target.column) > 1
    way = (
        _far(source, target, start, end, under)
        if far
        else _near(source, target, start, end, 24 + 7 * (number % 6))
    )
    return f'<path d="{way}"><title>{why}</title></path>'


def _near(source: Box, target: Box, start: float, end: float, out: float) -> str:
    if source.column == target.column:  # around what stands between them
        side, sign = (0, -1) if source.column == 0 else (_WIDTH, 1)
        x = source.x + side
        bend = x + sign * (out if source.column == 0 else out + 20)
        return f"M{x:g} {start:g} C{bend:g} {start:g} {bend:g} {end:g} {target.x + side:g} {end:g}"
    x, to = _sides(source, target)
    bend = (to - x) / 2
    return f"M{x:g} {start:g} C{x + bend:g} {start:g} {to - bend:g} {end:g} {to:g} {end:g}"


def _far(source: Box, target: Box, start: float, end: float, under: float) -> str:
    """Across the column between them, in the room between two boxes."""
    x, to = _sides(source, target)
    turn = _GAP / 2 if x < to else -_GAP / 2
    first, last = x + 2 * turn, to - 2 * turn
    there = f"M{x:g} {start:g} C{x + turn:g} {start:g} {first - turn:g} {under:g} {first:g} {under:g}"
    return f"{there} L{last:g} {under:g} C{last + turn:g} {under:g} {to - turn:g} {end:g} {to:g} {end:g}"


def _sides(source: Box, target: Box) -> tuple[float, float]:
    """Where an arrow between two columns leaves, and where it arrives."""
    width = _WIDTH + _BORDER if source.height > _TALL else _WIDTH
    return (source.x + width, target.x) if source.column < target.column else (source.x, target.x + _WIDTH)


def layers() -> str:
    """The picture of the layers: a module imports from what stands below it, never from above."""
    contracts = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    rows = next(one["layers"] for one in contracts if one["type"] == "layers")
    width, height = 760, 26
    shapes = []
    for at, row in enumerate(rows):
        names = [name.strip().removeprefix("fbridge.") for name in row.replace("|", ":").split(":")]
        each = (width - 8 * (len(names) - 1)) / len(names)
        for place, name in enumerate(names):
            box = Box(0, 20 + place * (each + 8), 20 + at * (height + 10), height)
            shapes.append(_rect(box, round(each, 1), "run") + _text(box.x + 8, box.y + 19, name))
    return _svg(width + 40, 30 + len(rows) * (height + 10), "The layers of fbridge", shapes)


def _svg(width: float, height: float, title: str, shapes: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">'
    board = f'<rect class="board" width="{width:g}" height="{height:g}"/>'
    return "\n".join([head, f"<title>{title}</title>", _STYLE, board, *shapes, "</svg>", ""])


PICTURES = {"states.svg": states, "layers.svg": layers}


def drawn(name: str, said: str) -> str:
    """Write a picture, and link to it; with its checksum, so that ``make check`` sees an old picture."""
    text = PICTURES[name]()
    (DOCS / name).write_text(text, "utf-8")
    return f"![{said}]({name})\n\n<!-- {name} {hashlib.sha256(text.encode()).hexdigest()[:12]} -->"
