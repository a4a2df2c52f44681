"""Options of ``shipment create``, ``shipment external`` and ``fulfil``: what leaves, and in which parcels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import click

from fbridge.cli.argument_types import COUNT, document, grams, line_and_quantity

Command = Callable[..., Any]

line_option = click.option(
    "--line",
    "--lines",
    "lines",
    type=line_and_quantity,
    multiple=True,
    metavar="SKU=N",
    help="Line id or SKU; all that remains if none.",
)
carrier_option = click.option("--carrier", help="Carrier [the route of the shipping method].")


def parcel_options(command: Command) -> Command:
    """Add the options that describe the parcels."""
    for option in reversed(
        [
            click.option(
                "--number", "numbers", multiple=True, metavar="NUMBER", help="Tracking number; repeatable."
            ),
            click.option("--parcels", type=COUNT, help="How many boxes [one for each number]."),
            click.option(
                "--weight",
                "weight_grams",
                type=grams,
                metavar="WEIGHT",
                help="Of all boxes: 1250g or 1.25kg.",
            ),
            click.option("--warehouse", help="Where the goods leave from."),
            click.option(
                "--document", type=document, metavar="SOURCE/SERIES/NUMBER/YEAR", help="The ERP's reference."
            ),
        ]
    ):
        command = option(command)
    return command


def placing_options(command: Command) -> Command:
    """Add the options of a shipment that is made by hand: where it is put, and what is let pass."""
    shared = click.option(
        "--allow-shared", is_flag=True, help="Although another shipment has the same number."
    )
    manifest = click.option("--manifest", help="Put it on this manifest (or carrier's manifest) at once.")
    return manifest(shared(command))


def added_up(lines: tuple[tuple[str, int], ...]) -> dict[str, int]:
    """Quantities by line id or SKU; what is named twice counts twice."""
    total: Counter[str] = Counter()
    for line, quantity in lines:
        total[line] += quantity
    return dict(total)
