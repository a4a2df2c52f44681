"""The suite for any adapter: the behaviours C1 to C15 of ``docs/contract.md``."""

from __future__ import annotations

from fbridge.testing.corrected_numbers import CorrectedNumbersConformance
from fbridge.testing.fetching import FetchingConformance
from fbridge.testing.looking_back import LookingBackConformance
from fbridge.testing.lost_answers import LostAnswersConformance
from fbridge.testing.manners import MannersConformance
from fbridge.testing.missing_mails import MissingMailsConformance
from fbridge.testing.outcomes import OutcomesConformance
from fbridge.testing.planned_mails import PlannedMailsConformance
from fbridge.testing.restoring import RestoringConformance
from fbridge.testing.secrecy import SecrecyConformance
from fbridge.testing.shipping import ShippingConformance
from fbridge.testing.sold_orders import SoldOrdersConformance
from fbridge.testing.stale_reads import StaleReadsConformance
from fbridge.testing.taking_back import TakingBackConformance
from fbridge.testing.ways_out import WaysOutConformance


class AdapterConformance(
    FetchingConformance,
    SoldOrdersConformance,
    ShippingConformance,
    RestoringConformance,
    CorrectedNumbersConformance,
    LostAnswersConformance,
    StaleReadsConformance,
    LookingBackConformance,
    OutcomesConformance,
    PlannedMailsConformance,
    MissingMailsConformance,
    WaysOutConformance,
    TakingBackConformance,
    SecrecyConformance,
    MannersConformance,
):
    """Subclass it as ``class Test...`` and override the fixture ``store``: it gives a new ``StoreUnderTest``.

    What a platform declares that it cannot do is left out with the capability named, never by hand.
    """
