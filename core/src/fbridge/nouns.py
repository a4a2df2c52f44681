"""The nouns of ``Bridge``: what there is, each with its own acts. Each is imported when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fbridge.accounts.accounts import Accounts
    from fbridge.accounts.api_tokens import ApiTokens
    from fbridge.accounts.kept_answers import KeptAnswers
    from fbridge.context import Context
    from fbridge.jobs.jobs import Jobs
    from fbridge.listeners.listeners import Listeners
    from fbridge.orders.listing import Orders
    from fbridge.shipping.carriers import Carriers
    from fbridge.shipping.deliveries import Deliveries
    from fbridge.shipping.intake import Intake
    from fbridge.shipping.manifests import Manifests
    from fbridge.shipping.returns import Returns
    from fbridge.shipping.shipments import Shipments
    from fbridge.stores.stores import Stores
    from fbridge.workers.workers import Workers


class Nouns:
    """What one user's fbridge holds."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @cached_property
    def stores(self) -> Stores:
        """The configured stores."""
        from fbridge.stores.stores import Stores

        return Stores(self.context)

    @cached_property
    def orders(self) -> Orders:
        """The orders as they were last fetched."""
        from fbridge.orders.listing import Orders

        return Orders(self.context)

    @cached_property
    def carriers(self) -> Carriers:
        """The user's own carriers, with their codes on the stores."""
        from fbridge.shipping.carriers import Carriers

        return Carriers(self.context)

    @cached_property
    def shipments(self) -> Shipments:
        """What leaves."""
        from fbridge.shipping.shipments import Shipments

        return Shipments(self.context)

    @cached_property
    def deliveries(self) -> Deliveries:
        """What travels under one document each."""
        from fbridge.shipping.deliveries import Deliveries

        return Deliveries(self.context)

    @cached_property
    def manifests(self) -> Manifests:
        """What is handed to one carrier together."""
        from fbridge.shipping.manifests import Manifests

        return Manifests(self.context)

    @cached_property
    def accounts(self) -> Accounts:
        """Who may use the page of the office."""
        from fbridge.accounts.accounts import Accounts

        return Accounts(self.context)

    @cached_property
    def jobs(self) -> Jobs:
        """Long work that goes on by itself."""
        from fbridge.jobs.jobs import Jobs

        return Jobs(self.context)

    @cached_property
    def api_tokens(self) -> ApiTokens:
        """Which programs may use the HTTP API."""
        from fbridge.accounts.api_tokens import ApiTokens

        return ApiTokens(self.context)

    @cached_property
    def kept_answers(self) -> KeptAnswers:
        """What requests by the HTTP API were answered with."""
        from fbridge.accounts.kept_answers import KeptAnswers

        return KeptAnswers(self.context)

    @cached_property
    def returns(self) -> Returns:
        """What came back."""
        from fbridge.shipping.returns import Returns

        return Returns(self.context, self.shipments)

    @cached_property
    def intake(self) -> Intake:
        """What comes in from files."""
        from fbridge.shipping.intake import Intake

        return Intake(self.context, self.shipments)

    @cached_property
    def listeners(self) -> Listeners:
        """Local plugins that are told what happened. A command tells them when it has ended, a script by ``run``."""
        from fbridge.listeners.listeners import Listeners

        return Listeners(self.context)

    @cached_property
    def workers(self) -> Workers:
        """Work that is done past this machine."""
        from fbridge.workers.workers import Workers

        return Workers(self.context)
