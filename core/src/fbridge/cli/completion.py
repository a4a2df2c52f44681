"""``fbridge completion``: what a shell needs to complete commands, options, and the names of one's own things."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from fbridge.cli.command_classes import Command
from fbridge.cli.session import Session, pass_session
from fbridge.exit_codes import ExitCode

_VARIABLE = "_FBRIDGE_COMPLETE"


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@pass_session
def completion(session: Session, shell: str) -> ExitCode:
    """Print what makes a shell complete fbridge's commands, options, stores, carriers, manifests and open orders.

    For bash put eval "$(fbridge completion bash)" into ~/.bashrc, for zsh the same with zsh into ~/.zshrc; what
    `fbridge completion fish` prints belongs into ~/.config/fish/completions/fbridge.fish.
    """
    from fbridge.cli.answers import ScriptOfShell
    from fbridge.cli.main import cli
    from fbridge.cli.output import show_data

    made = get_completion_class(shell)
    if made is None:  # a click that does not know this shell any more
        raise click.UsageError(f"click completes nothing in {shell}.")
    script = made(cli, {}, "fbridge", _VARIABLE).source()
    if not session.json:  # as it is: a shell reads it
        click.echo(script)
    return show_data(session, ScriptOfShell(shell=shell, script=script))
