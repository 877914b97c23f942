"""The dry gateway: takes every order and only remembers it."""

from __future__ import annotations

from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.ports import Acknowledgement
from kalshi_alpha.core.types import Contracts


class DryGateway:
    """Remembers orders by their client id; nothing leaves the process."""

    def __init__(self) -> None:
        self.resting: dict[str, OrderIntent] = {}
        self._ended: set[str] = set()

    async def place(self, intent: OrderIntent) -> Acknowledgement:
        """Remember an order; a repeat changes nothing."""
        return self.rest(intent)

    def rest(self, intent: OrderIntent) -> Acknowledgement:
        """Do what `place` does, for callers without an event loop."""
        order_id = intent.client_order_id
        if order_id in self._ended:
            return Acknowledgement(order_id, None, Contracts(0))
        kept = self.resting.setdefault(order_id, intent)
        return Acknowledgement(order_id, None, kept.contracts)

    async def cancel(self, client_order_id: str) -> None:
        """Forget an order; one that is not there is no error."""
        if self.resting.pop(client_order_id, None) is not None:
            self._ended.add(client_order_id)

    async def cancel_all(self) -> None:
        """Forget every order."""
        self._ended.update(self.resting)
        self.resting.clear()

    @property
    def resting_contracts(self) -> Contracts:
        """All contracts that are remembered."""
        return Contracts(sum(order.contracts.e2 for order in self.resting.values()))
