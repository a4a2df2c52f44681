"""``fbridge sandbox``: emulated stores, to try things and to write integrations."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from fbridge.cli.argument_types import by_name, name_and_value
from fbridge.cli.command_classes import Group
from fbridge.cli.session import Session, pass_session
from fbridge.errors import InputError, PluginMissingError
from fbridge.exit_codes import ExitCode
from fbridge.installation import extra_command

if TYPE_CHECKING:
    from fbridge.sandbox.contract import SandboxApp
    from fbridge.sandbox.serving import ServedSandbox


@click.group(cls=Group)
def sandbox() -> None:
    """Run an emulated store; nothing of it leaves this machine."""


@sandbox.command()
@click.argument("platform")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="A free one if none is named.")
@click.option(
    "--set",
    "options",
    type=name_and_value,
    callback=by_name,
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of the sandbox; repeatable.",
)
@pass_session
def serve(session: Session, platform: str, host: str, port: int, options: dict[str, str]) -> ExitCode:
    """Serve an emulated store until Ctrl-C.

    When it answers, it says how to add it as a store; with --json in one line of JSON.
    """
    app = _create(platform, {name: _typed(value) for name, value in options.items()})
    try:
        _serve(app, host, port, partial(_announce, session, platform))
    except OSError as error:
        raise InputError(
            f"{host}:{port} cannot be served: {error.strerror or error}.", reason="port_taken"
        ) from error
    except KeyboardInterrupt:
        click.echo("The sandbox is closed; its orders are gone.", err=True)
    return ExitCode.OK


def _create(platform: str, options: dict[str, Any]) -> SandboxApp:
    from fbridge.sandbox.loading import create_sandbox

    return create_sandbox(platform, **options)


def _serve(app: SandboxApp, host: str, port: int, ready: Callable[[ServedSandbox], None]) -> None:
    try:
        from fbridge.sandbox.serving import serve_forever
    except ModuleNotFoundError as error:
        raise PluginMissingError(
            f"The sandbox needs {error.name}; run: {extra_command('sandbox')}"
        ) from error
    serve_forever(app, host, port, ready=ready)


def _typed(value: str) -> Any:
    """Numbers and true/false as such, everything else as text."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def _announce(session: Session, platform: str, served: ServedSandbox) -> None:
    settings = served.store_settings()
    if session.json:
        from fbridge.cli.answers import ServedStore
        from fbridge.cli.output import show_data
        from fbridge.sandbox.__main__ import describe

        show_data(session, ServedStore(**describe(platform, served)))
        sys.stdout.flush()  # who reads a pipe waits for this line
        return
    words = ["fbridge", "store", "add", "sandbox", "--platform", platform, "--url", served.url]
    words += [word for name, value in settings.items() for word in ("--set", f"{name}={_setting(value)}")]
    click.echo(f"An emulated {platform} store answers at {served.url} until Ctrl-C.")
    click.echo(f"Next: {shlex.join(words)}")


def _setting(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
