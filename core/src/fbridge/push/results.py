"""What came of a push, and of asking for mails, over all stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from fbridge.errors import FbridgeError
    from fbridge.push.mail_again import MailItem
    from fbridge.push.run import PushItem, StorePush
    from fbridge.push.verify import StoreVerified


@dataclass(frozen=True, slots=True, kw_only=True)
class PushResult:
    """What a push did, over all stores: where each touched shipment stands, and the stores that ended early.

    ``compared``: after a restored backup, what the stores show of what the backup calls sent.
    """

    results: tuple[PushItem, ...]
    errors: tuple[tuple[str, FbridgeError], ...]
    compared: tuple[StoreVerified, ...] = ()

    @classmethod
    def of(cls, pushed: Sequence[StorePush]) -> Self:
        """What the stores' runs came to."""
        return cls(
            results=tuple(item for one in pushed for item in one.items),
            errors=tuple((one.store, one.error) for one in pushed if one.error),
            compared=tuple(one.compared for one in pushed if one.compared),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MailResult:
    """What became of the mails that were asked for again, and the stores that ended early."""

    results: tuple[MailItem, ...]
    errors: tuple[tuple[str, FbridgeError], ...]
