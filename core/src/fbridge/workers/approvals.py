"""What a person approved of a plan, as a task carries it: whoever works the task does it, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fbridge.push.decide import Allowed

Approval = Mapping[int, Allowed]
"""By order key."""


def approval_to_json(approval: Approval) -> dict[str, Any]:
    """With the names of :class:`Allowed`; keys are text, as JSON has them."""
    return {
        str(key): {
            "versions": {str(one): version for one, version in allowed.versions.items()},
            "shown": {str(one): shown for one, shown in allowed.shown.items()},
            "mails": allowed.mails,
            "places": sorted(allowed.places),
        }
        for key, allowed in approval.items()
    }


def approval_from_json(kept: Mapping[str, Any]) -> dict[int, Allowed]:
    """What :func:`approval_to_json` has written."""
    return {
        int(key): Allowed(
            versions={int(one): version for one, version in allowed["versions"].items()},
            shown={int(one): shown for one, shown in allowed["shown"].items()},
            mails=allowed["mails"],
            places=frozenset(allowed["places"]),
        )
        for key, allowed in kept.items()
    }
