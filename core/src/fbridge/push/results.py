"""What came of a push, and of asking for mails, over all stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fbridge.errors import FbridgeError
    from fbridge.push.mail_again import MailItem
    from fbridge.push.run import PushItem


@dataclass(frozen=True, slots=True, kw_only=True)
class PushResult:
    """What a push did, over all stores: where each touched shipment stands, and the stores that ended early."""

    results: tuple[PushItem, ...]
    errors: tuple[tuple[str, FbridgeError], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailResult:
    """What became of the mails that were asked for again, and the stores that ended early."""

    results: tuple[MailItem, ...]
    errors: tuple[tuple[str, FbridgeError], ...]
