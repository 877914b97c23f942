"""The dry gateway: takes every order and only remembers it."""

from __future__ import annotations

from kalshi_alpha.core.ports import Acknowledgement, PostOnlyOrder
from kalshi_alpha.core.types import Contracts


class DryGateway:
    """Remembers orders by their client id; nothing leaves the process."""

    def __init__(self) -> None:
        self.resting: dict[str, PostOnlyOrder] = {}

    def place(self, order: PostOnlyOrder) -> Acknowledgement:
        """Remember an order; a repeat changes nothing."""
        kept = self.resting.setdefault(order.client_order_id, order)
        return Acknowledgement(order.client_order_id, None, kept.contracts)

    def cancel(self, client_order_id: str) -> None:
        """Forget an order; one that is not there is no error."""
        self.resting.pop(client_order_id, None)

    @property
    def resting_contracts(self) -> Contracts:
        """All contracts that are remembered."""
        return Contracts(sum(order.contracts.e2 for order in self.resting.values()))
