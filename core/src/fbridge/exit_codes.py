"""The exit codes of the ``fbridge`` command: one documented enum (docs/cli.md)."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script learns from the exit status of any ``fbridge`` command."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    CONFIGURATION = 3
    PLUGIN = 4
    REFUSED = 5
    UNREACHABLE = 6
    BUSY = 7
    BUG = 70
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One phrase for people, used by the generated documentation."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.OK: "done",
    ExitCode.SOME_FAILED: "some items failed, or something needs a person; the others are done",
    ExitCode.USAGE: "the command or its input is wrong; nothing was changed",
    ExitCode.CONFIGURATION: "settings, credentials or the database need attention",
    ExitCode.PLUGIN: "a platform plugin is missing or broken",
    ExitCode.REFUSED: "the store refused",
    ExitCode.UNREACHABLE: "the store or the database server could not be reached; try again later",
    ExitCode.BUSY: "another fbridge is working on this store; try again later",
    ExitCode.BUG: "a bug in fbridge or in a plugin",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C); what was done is kept",
}
