"""``fbridge demo``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.bridge import Bridge
    from fbridge.demo.evening import Comparison, Evening, Step

USUAL = "woocommerce"
ROWS = 9
LONGEST_STATUS = 20


@click.command(cls=Command)
@click.option(
    "--platform", help="Platform to emulate; WooCommerce where it is installed, else the first that is."
)
@click.option("--office", "in_browser", is_flag=True, help="Play it yourself, on the page of the office.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="With --office [a free one].")
@pass_session
def demo(session: Session, platform: str | None, in_browser: bool, port: int) -> ExitCode:
    """See the whole job on an emulated store.

    Starts a sandbox store, fetches its orders, makes a manifest, ships it, is killed in the middle of the push,
    and pushes again: nothing is lost and nothing is sent twice. Uses a folder of its own; your settings and
    stores are not touched. The printed manifest stays, where the demo says.
    """
    platform = platform or _usual()
    with _evening(platform) as (evening, bridge):
        if in_browser:
            from fbridge.cli.demo_office import play_in_browser

            return play_in_browser(session, bridge, evening, port=port)
        speak = not session.json
        if speak:
            click.echo(
                "An evening at a shop's office, on an emulated store. Your own settings are not touched.\n"
            )
        for step in _steps(evening):
            if speak:
                _show(step)
        rows = evening.compare()
        if speak:
            _show_comparison(evening, rows)
            _show_what_is_next(platform)
            return ExitCode.OK
        from fbridge.cli.output import show_data

        return show_data(session, evening.facts)


def _usual() -> str:
    from fbridge.sandbox import installed_sandboxes

    installed = installed_sandboxes()
    return USUAL if USUAL in installed or not installed else min(installed)


@contextmanager
def _evening(platform: str) -> Iterator[tuple[Evening, Bridge]]:
    from fbridge.bridge import Bridge
    from fbridge.demo.evening import Evening
    from fbridge.sandbox import create_sandbox, serve
    from fbridge.settings import Home, find_home

    with tempfile.TemporaryDirectory(prefix="fbridge-demo-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        places = Home(config=home, data=home, log=home / "log")
        with serve(create_sandbox(platform, pace=0.5)) as served, Bridge.open(places) as bridge:
            yield Evening(bridge, served, platform, home, papers=find_home().data / "demo"), bridge


def _steps(evening: Evening) -> Iterator[Step]:
    for act in (
        evening.add_store,
        evening.fetch,
        evening.map_carrier,
        evening.list_ready,
        evening.import_documents,
        evening.import_numbers,
        evening.print_manifest,
        evening.push_too_early,
        evening.ship,
        evening.plan,
        evening.killed_push,
        evening.push_again,
    ):
        yield act()


def _show(step: Step) -> None:
    click.secho(f"$ {step.command}", bold=True)
    for line in step.lines:
        click.echo(f"  {line}")


def _show_comparison(evening: Evening, rows: Sequence[Comparison]) -> None:
    facts = evening.facts
    plain = [row for row in rows if row.what == "paid"]
    shown = [row for row in rows if row.what != "paid"] + plain
    names, befores, afters = (
        _column(title, cells[:ROWS])
        for title, cells in (
            ("order", [row.order for row in shown]),
            ("before", [row.before for row in shown]),
            ("after", [row.after for row in shown]),
        )
    )
    click.echo("\nWhat the store itself shows, before and after:")
    click.echo(f"  {names[0]}{'':<21}{befores[0]}{afters[0]}{'mails':>5}  tracking numbers")
    for row, name, before, after in zip(shown, names[1:], befores[1:], afters[1:], strict=False):
        cells = f"{name}{row.what:<21}{before}{after}{row.mails:>5}  {', '.join(row.numbers)}"
        click.echo(f"  {cells.rstrip()}")
    if len(shown) > ROWS:
        click.echo(f"  ... and {len(shown) - ROWS} more like the last")
    click.echo(
        f"\n{facts.sent} shipments sent, {facts.lost} lost, {facts.doubled_numbers} doubled, "
        f"{facts.second_mails} second mails."
    )


def _column(title: str, cells: Sequence[str]) -> list[str]:
    """The title and the cells in one width; the ends of long names are left out."""
    short = [title, *(shorten(cell, LONGEST_STATUS, placeholder="...") for cell in cells)]
    width = max(map(len, short)) + 2
    return [cell.ljust(width) for cell in short]


def _show_what_is_next(platform: str) -> None:
    from fbridge.sandbox import installed_sandboxes

    click.echo("Now your own store: fbridge store add NAME --platform PLATFORM --url URL")
    others = [f"fbridge demo --platform {one}" for one in installed_sandboxes() if one != platform]
    if others:
        click.echo(f"The same evening elsewhere: {'; '.join(others)}")
