"""Questions that are answered by yes or no: ``y``, ``yes``, ``s``, ``sì``, ``n``, ``no``, in either language."""

from __future__ import annotations

import click

from fbridge.cli.spoken import spoken, told

_ANSWERS = {
    **dict.fromkeys(("y", "yes", "s", "si", "sì", "si'", "ok"), True),
    **dict.fromkeys(("n", "no"), False),
}
_MARKS = {"en": ("y/N", "y/n"), "it": ("s/N", "s/n")}


def confirm(question: str, *, has_default: bool = True) -> bool:
    """Ask on standard error until somebody says yes or no; nothing means no, unless there is no default."""
    mark = _MARKS[spoken().language][0 if has_default else 1]
    answer: bool = click.prompt(
        f"{told(question)} [{mark}]",
        default="n" if has_default else None,
        show_default=False,
        value_proc=_yes_or_no,
        err=True,
    )
    return answer


def _yes_or_no(text: str) -> bool:
    answer = _ANSWERS.get(text.strip().lower())
    if answer is None:
        raise click.UsageError(told("Answer yes or no."))
    return answer
