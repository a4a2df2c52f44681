"""What the process of a job runs: one command as at the terminal, with its answer kept in the job's row.

Where the database is and which job it is come as one JSON object on standard input.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fbridge.bridge import Bridge
    from fbridge.models.jobs import JobStep


def main() -> None:
    """Do the job that standard input names. Whatever ends the process before its time is seen by its lock."""
    from fbridge.bridge import Bridge
    from fbridge.settings import Home

    said = json.load(sys.stdin)
    home = Home(*map(Path, said["home"]))
    do_job(lambda: Bridge.open(home, database_url=said["database"]), said["job"])


def do_job(open_bridge: Callable[[], Bridge], job_id: str) -> None:
    """Do it once; nothing where another process does it, or did."""
    with open_bridge() as bridge, bridge.jobs.working(job_id) as work:
        if work is not None:
            with bridge.acting_as(work.job.asked_by):
                work.end(*_answered(open_bridge, work.job.command, work.tell))


def _answered(
    open_bridge: Callable[[], Bridge], command: Sequence[str], tell: Callable[[JobStep], None]
) -> tuple[int, Mapping[str, Any] | None]:
    """The exit code, and what the command writes for programs."""
    from fbridge.cli.main import cli
    from fbridge.cli.session import Session

    session = Session(interactive=False, open_bridge=lambda _home: open_bridge(), on_step=tell)
    written = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(written):
        try:
            cli.main(["--json", *command], obj=session)
        except SystemExit as ended:
            code = int(ended.code or 0)
    written.seek(0)
    try:
        answer = json.loads(written.read())
    except ValueError:
        return code, None
    return code, answer


if __name__ == "__main__":
    main()
