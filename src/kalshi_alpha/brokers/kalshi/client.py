"""The venue's client: everything a maker asks, and everything it tells.

The same client speaks to the exchange, to its demo and to the local one; what differs is the wire
it is given. Questions come from `MarketReads` and `AccountReads`, writes from `OrderWrites`.
"""

from __future__ import annotations

from kalshi_alpha.brokers.kalshi.account_reads import AccountReads
from kalshi_alpha.brokers.kalshi.calls import CallPolicy, CallSeen, VenueCalls, WriteReply
from kalshi_alpha.brokers.kalshi.market_reads import MarketReads
from kalshi_alpha.brokers.kalshi.order_writes import OrderWrites

__all__ = ["CallPolicy", "CallSeen", "VenueCalls", "VenueClient", "WriteReply"]


class VenueClient(MarketReads, AccountReads, OrderWrites):
    """Typed calls to one host with one account; see `VenueCalls` for its parameters."""

    async def compare_clocks(self) -> None:
        """Ask for the exchange's status, unsigned, so that its time is compared with ours.

        Raises
        ------
        KalshiClockSkewError
            If the clocks differ by more than five seconds, or the reply carried no time.
        VenueUnavailable
            If no usable answer came.
        """
        await self.exchange_status()
        self.guard.require_checked()
