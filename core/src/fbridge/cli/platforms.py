"""``fbridge platforms``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from fbridge.cli.command_classes import Command
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from fbridge.cli.answers import InstalledPlatform
    from fbridge.plugins import PlatformStatus


@click.command(cls=Command)
@click.option("--check", is_flag=True, help="Exit with 4 when a plugin is broken.")
@pass_session
def platforms(session: Session, check: bool) -> ExitCode:
    """List the installed platform plugins, what they can do, and what is wrong with a broken one."""
    from fbridge.cli.output import show_data
    from fbridge.cli.tables import Column, Table
    from fbridge.installation import to_install

    found = session.bridge.platforms()
    columns: list[Column[PlatformStatus]] = [
        Column("Platform", lambda one: one.key),
        Column("Name", lambda one: one.platform.label if one.platform else ""),
        Column("Package", lambda one: one.package),
        Column("Works", lambda one: one.ok),
        Column("Partial shipments", lambda one: one.platform and one.platform.capabilities.partial_shipments),
        Column("Several numbers", lambda one: one.platform and one.platform.capabilities.several_numbers),
        Column("Corrections", lambda one: one.platform and one.platform.capabilities.tracking_update),
        Column("Mail", lambda one: one.platform and one.platform.mail),
    ]
    blocks = (
        [Table(columns, found)]
        if found
        else [f"No platform plugin is installed. For instance: {to_install('fbridge-woocommerce')}"]
    )
    broken = [one for one in found if not one.ok]
    return show_data(
        session,
        [_record(one) for one in found],
        *blocks,
        *(words for one in found if (words := one.cause or one.ageing)),
        next_step=f"fbridge store add NAME --platform {found[0].key}" if found else "",
        code=ExitCode.PLUGIN if check and broken else ExitCode.OK,
    )


def _record(one: PlatformStatus) -> InstalledPlatform:
    from fbridge.cli.answers import InstalledPlatform
    from fbridge.stores.setting_fields import fields_of

    told = InstalledPlatform(
        key=one.key,
        distribution=one.distribution,
        version=one.version,
        ok=one.ok,
        cause=one.cause or None,
        ageing=one.ageing or None,
    )
    platform = one.platform
    if platform is None:
        return told
    return replace(
        told,
        label=platform.label,
        contract=platform.contract,
        batch_size=platform.batch_size,
        settle_seconds=int(platform.settle_time.total_seconds()),
        capabilities=platform.capabilities,
        mail=platform.mail,
        settings=fields_of(platform.settings),
    )
