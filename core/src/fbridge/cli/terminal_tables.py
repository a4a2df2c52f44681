"""Tables and facts on a terminal, drawn by rich: fitted to its width, states in colours (NO_COLOR turns them off)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from fbridge.models.states import FulfillmentState, ManifestState, OrderStatus, PushState

if TYPE_CHECKING:
    from rich.console import JustifyMethod

    from fbridge.cli.tables import Column

_GAP = 2
_LEAST_WHOLE = 16  # a date and its time stay on one line
_COLOURS: dict[object, str] = {  # states of the same name are one key
    FulfillmentState.PARTIAL: "yellow",
    FulfillmentState.FULFILLED: "green",
    OrderStatus.ON_HOLD: "yellow",
    OrderStatus.CANCELLED: "red",
    ManifestState.SHIPPED: "green",
    PushState.SENT: "green",
    PushState.DONE_ELSEWHERE: "green",
    PushState.WAITING: "yellow",
    PushState.SENDING: "yellow",
    PushState.RETRY: "yellow",
    PushState.UNCONFIRMED: "magenta",
    PushState.REFUSED: "red",
    PushState.NEEDS_ATTENTION: "bold red",
    PushState.WITHDRAWN: "dim",
}
Rows = Sequence[Sequence[str]]


def drawn_table(columns: Sequence[Column[Any]], rows: Rows, states: Sequence[Sequence[object]]) -> str:
    """The table as text, one line for each row where the words fit, else a row below the other, a name on each line.

    ``states`` has for each cell the state by which it is coloured, or None.
    """
    filled = [place for place in range(len(columns)) if any(cells[place] for cells in rows)]
    columns = [columns[place] for place in filled]
    texts = [
        [Text(cells[place], style=_COLOURS.get(known[place], "")) for place in filled]
        for cells, known in zip(rows, states, strict=True)
    ]
    widths = _widths(columns, [[text.plain for text in row] for row in texts], _console().width)
    return _drawn(_records(columns, texts) if widths is None else _grid(columns, texts, widths))


def drawn_facts(rows: Rows) -> str:
    """Names and their values as text."""
    grid = _new_fact_table()
    for cells in rows:
        grid.add_row(*map(Text, cells))
    return _drawn(grid)


def _drawn(grid: RichTable) -> str:
    console = _console()
    with console.capture() as captured:
        console.print(grid)
    return captured.get()


def _grid(columns: Sequence[Column[Any]], rows: Sequence[Sequence[Text]], widths: Sequence[int]) -> RichTable:
    grid = _new_table(header=True)
    for column, width in zip(columns, widths, strict=True):
        justify: JustifyMethod = "right" if column.right else "left"
        grid.add_column(column.title, justify=justify, overflow="fold", width=width)
    for cells in rows:
        grid.add_row(*cells)
    return grid


def _widths(columns: Sequence[Column[Any]], rows: Rows, room: int) -> list[int] | None:
    """How wide each column is, the widest giving way first; None where a number or a name would be broken in two."""
    texts = [[column.title, *(cells[place] for cells in rows)] for place, column in enumerate(columns)]
    widths = [max(map(cell_len, column)) for column in texts]
    least = [max(cell_len(word) for text in column for word in [*text.split(), ""]) for column in texts]
    for place, column in enumerate(columns):
        least[place] = least[place] if column.wraps else max(least[place], min(widths[place], _LEAST_WHOLE))
    room -= _GAP * (len(columns) - 1)
    while sum(widths) > room:
        place = max(range(len(widths)), key=lambda one: (widths[one] > least[one], widths[one]))
        if widths[place] <= least[place]:
            return None
        widths[place] -= 1
    return widths


def _records(columns: Sequence[Column[Any]], rows: Sequence[Sequence[Text]]) -> RichTable:
    grid = _new_fact_table()
    for number, cells in enumerate(rows):
        if number:
            grid.add_row("", "")
        for column, cell in zip(columns, cells, strict=True):
            if cell.plain:
                grid.add_row(Text(column.title), cell)
    return grid


def _new_fact_table() -> RichTable:
    grid = _new_table(header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _new_table(*, header: bool) -> RichTable:
    return RichTable(
        box=box.SIMPLE_HEAD if header else None,
        show_header=header,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1 if header else _GAP, 0, 0),
        header_style="bold",
    )


def _console() -> Console:
    return Console(color_system="auto", highlight=False)
