"""The code blocks of the pages, and the commands of fbridge in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("plugins/*/README.md")])
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_OPERATOR = re.compile(r"[|&;()<>]+$")
_CRON = re.compile(r"^[\d*][^ ]* +(?:[^ ]+ +){4}(\w+) +")
_TASK = re.compile(r'^schtasks .* /tr "(.+)"$')


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: where it begins, its language, its text without the page's indentation."""

    page: str
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(path: Path) -> Iterator[Block]:
    text = path.read_text("utf-8")
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(str(path.relative_to(ROOT)), line, found[2], dedent(found[3]))


def of_page(name: str, *languages: str) -> list[Block]:
    return [one for one in blocks(ROOT / name) if not languages or one.language in languages]


def typed_lines(block: Block) -> list[str]:
    """What a shell, a scheduler or a service would run, line by line."""
    lines = block.text.replace("\\\n", " ").splitlines()
    if block.language == "ini":
        return [line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart=")]
    if block.language == "bat":
        return [_TASK.sub(r"\1", re.sub(r"^@?if errorlevel \d+ ", "", line)) for line in lines]
    if block.language == "text":
        return [_CRON.sub("", line) for line in lines if _CRON.match(line) or line.startswith("fbridge ")]
    return lines if block.language == "sh" else []


def commands_in(line: str) -> Iterator[tuple[str, ...]]:
    """The words of each ``fbridge`` in a line of a shell: after a pipe, in ``$(...)``, without what is redirected."""
    command: list[str] = []
    redirected = False
    for token in [*_tokens(line), ";"]:
        if not _OPERATOR.match(token):
            command += [] if redirected else [token]
            redirected = False
            continue
        redirected = token[0] in "<>"
        if redirected and command and command[-1].isdigit():
            command.pop()  # of 2>
        if not redirected or token.endswith("("):
            yield from _ours(command)
            command = []


def _tokens(line: str) -> list[str]:
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    return list(reader)


def _ours(command: list[str]) -> Iterator[tuple[str, ...]]:
    if command and command[0].rpartition("/")[2] == "fbridge" and len(command) > 1:
        yield tuple(command[1:])
