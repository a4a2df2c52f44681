"""How stores and what was found out about them look to people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fbridge.cli.displayed import age
from fbridge.cli.spoken import told
from fbridge.cli.tables import Block, Column, Facts, Table
from fbridge.models.platforms import Finding, StoreReport

if TYPE_CHECKING:
    from fbridge.stores.stores import SettingValue, StoreInfo

FINDING_COLUMNS: list[Column[Finding]] = [
    Column("What", lambda finding: finding.name),
    Column("Result", lambda finding: "✓" if finding.ok else "✗"),
    Column("", lambda finding: told(finding.words), wraps=True),
]


def store_facts(info: StoreInfo) -> Facts:
    """One store, as ``store show`` prints it."""
    return Facts(
        [
            ("Store", info.name),
            ("Platform", info.platform),
            ("URL", info.url),
            ("Orders", info.orders),
            ("Last fetch", info.last_fetch or "never"),
            ("Last check", info.checked_at or "never"),
            *(
                (name, _setting(value))
                for name, value in info.settings.items()
                if name not in {"platform", "url"}
            ),
        ]
    )


def _setting(value: SettingValue) -> object:
    """A table as it is written: ``main = 12``."""
    if isinstance(value, Mapping):
        return [f"{key} = {one}" for key, one in value.items()]
    return value


def report_blocks(report: StoreReport) -> Iterator[Block[Any]]:
    """What a check found."""
    yield Table(FINDING_COLUMNS, report.findings)
    yield Facts(
        [
            ("Clock of the store", _clock_words(report)),
            ("Mail to customers", report.mail),
            ("Places of goods", [f"{place.id} ({place.label})" for place in report.locations]),
        ]
    )


def _clock_words(report: StoreReport) -> str:
    offset = report.clock_offset
    if offset is None:
        return ""
    if abs(offset.total_seconds()) < 60:  # noqa: PLR2004 - under a minute nothing shows
        return "right"
    return f"{age(abs(offset))} {'ahead' if offset.total_seconds() > 0 else 'behind'}"
