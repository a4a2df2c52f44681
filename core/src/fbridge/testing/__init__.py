"""The conformance kit for platform plugins: the extra ``testing`` of fbridge (docs/contract.md section 4).

A plugin author describes the store to be tested as a :class:`StoreUnderTest`, mostly the plugin's own sandbox, and
subclasses :class:`AdapterConformance`::

    class TestMyPlatform(AdapterConformance):
        @pytest.fixture
        def store(self):
            with ServedSandbox(create_sandbox(), "127.0.0.1", 0) as served:
                yield MyStore(served)

The tests ``test_C01_...`` to ``test_C15_...`` are numbered as the behaviours of the contract. They drive the whole of
fbridge: a home in a temporary folder, SQLite, settings, the core, HTTP over loopback.
"""

from __future__ import annotations

import pytest

_WITH_ASSERTIONS = (
    "corrected_numbers",
    "direct",
    "fetching",
    "lost_answers",
    "missing_mails",
    "office",
    "outcomes",
    "planned_mails",
    "proofs",
    "restoring",
    "secrecy",
    "shipping",
    "sold_orders",
    "stale_reads",
    "taking_back",
    "ways_out",
)
# Before their import, so that a failing assertion shows its values.
pytest.register_assert_rewrite(*(f"fbridge.testing.{name}" for name in _WITH_ASSERTIONS))

from fbridge.testing.conformance import AdapterConformance  # noqa: E402
from fbridge.testing.office import Office, number  # noqa: E402
from fbridge.testing.store_under_test import (  # noqa: E402
    StoreClock,
    StoreMail,
    StoreSale,
    StoreTruth,
    StoreUnderTest,
)

__all__ = [
    "AdapterConformance",
    "Office",
    "StoreClock",
    "StoreMail",
    "StoreSale",
    "StoreTruth",
    "StoreUnderTest",
    "number",
]
