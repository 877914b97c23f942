"""Questions about the account. Answers may lag the engine: never conclude from one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kalshi_alpha.brokers.kalshi.account_payloads import (
    AccountLimits,
    BalanceReply,
    DataTimestamp,
    EndpointCostsReply,
    FillPayload,
    FillsReply,
    MarketPosition,
    OrderGroup,
    OrderGroupsReply,
    OrderPayload,
    OrderReply,
    OrdersReply,
    PositionsReply,
    QueuePosition,
    QueuePositionsReply,
    SettlementPayload,
    SettlementsReply,
)
from kalshi_alpha.brokers.kalshi.paging import PagedReads
from kalshi_alpha.brokers.kalshi.rate_limits import CostRule, EndpointCosts
from kalshi_alpha.brokers.kalshi.strict import SOURCE
from kalshi_alpha.brokers.kalshi.wire_text import segment, unix_seconds
from kalshi_alpha.core.errors import BadParameter, ParseRefused

PAGE = 1000


class AccountReads(PagedReads):
    """The questions of the client that need a key."""

    async def account_limits(self) -> AccountLimits:
        """Return the size and rate of the account's buckets."""
        return await self.ask("/account/limits", AccountLimits)

    async def endpoint_costs(self) -> EndpointCostsReply:
        """Return what requests cost."""
        return await self.ask("/account/endpoint_costs", EndpointCostsReply)

    async def tune_limits(self) -> AccountLimits:
        """Ask for limits and costs and pace every later call by them.

        Raises
        ------
        ParseRefused
            If they make no sense; the floor of the lowest tier stays in force.
        """
        limits, costs = await self.account_limits(), await self.endpoint_costs()
        rules = [CostRule(r.method, r.path, r.cost) for r in costs.endpoint_costs or ()]
        if any(cost < 0 for cost in (costs.default_cost, *(rule.cost for rule in rules))):
            raise ParseRefused(SOURCE, "endpoint costs: a request costs less than nothing")
        try:
            self.limits.read.resize(limits.read.refill_rate, limits.read.bucket_capacity)
            self.limits.write.resize(limits.write.refill_rate, limits.write.bucket_capacity)
        except BadParameter as error:
            raise ParseRefused(SOURCE, f"account limits: {error}") from error
        self.limits.costs = EndpointCosts(costs.default_cost, rules)
        return limits

    async def balance(self) -> BalanceReply:
        """Return the cash, at most once a second: this question has a bucket of its own."""
        await self.limits.balance.take(1)
        return await self.ask("/portfolio/balance", BalanceReply)

    async def positions(
        self, *, event_ticker: str | None = None, ticker: str | None = None
    ) -> tuple[MarketPosition, ...]:
        """Return what is held in markets that are not settled."""
        query = {"event_ticker": event_ticker, "ticker": ticker, "limit": PAGE}
        found = await self.ask_pages(
            "/portfolio/positions", PositionsReply, "market_positions", lambda p: p.ticker, query
        )
        return tuple(found)

    async def orders(
        self,
        *,
        status: str | None = None,
        ticker: str | None = None,
        event_ticker: str | None = None,
        min_ts: datetime | None = None,
        max_ts: datetime | None = None,
    ) -> tuple[OrderPayload, ...]:
        """Return orders, each as it was seen last.

        Parameters
        ----------
        status
            ``resting``, ``canceled`` or ``executed``; None for all.
        """
        query = {
            "status": status,
            "ticker": ticker,
            "event_ticker": event_ticker,
            "min_ts": None if min_ts is None else unix_seconds(min_ts),
            "max_ts": None if max_ts is None else unix_seconds(max_ts),
            "limit": PAGE,
        }
        found = await self.ask_pages(
            "/portfolio/orders", OrdersReply, "orders", lambda o: o.order_id, query
        )
        return tuple(found)

    async def order(self, order_id: str) -> OrderPayload:
        """Return an order.

        Raises
        ------
        VenueRefused
            With status 404 if the venue does not know it, or not yet.
        """
        return (await self.ask(f"/portfolio/orders/{segment(order_id)}", OrderReply)).order

    async def fills(
        self,
        *,
        ticker: str | None = None,
        order_id: str | None = None,
        min_ts: datetime | None = None,
        max_ts: datetime | None = None,
    ) -> tuple[FillPayload, ...]:
        """Return fills, each trade id once."""
        query = {
            "ticker": ticker,
            "order_id": order_id,
            "min_ts": None if min_ts is None else unix_seconds(min_ts),
            "max_ts": None if max_ts is None else unix_seconds(max_ts),
            "limit": PAGE,
        }
        found = await self.ask_pages(
            "/portfolio/fills", FillsReply, "fills", lambda f: (f.trade_id, f.order_id), query
        )
        return tuple(found)

    async def settlements(
        self, *, ticker: str | None = None, min_ts: datetime | None = None
    ) -> tuple[SettlementPayload, ...]:
        """Return settled markets of ours."""
        query = {
            "ticker": ticker,
            "min_ts": None if min_ts is None else unix_seconds(min_ts),
            "limit": PAGE,
        }
        found = await self.ask_pages(
            "/portfolio/settlements", SettlementsReply, "settlements", lambda s: s.ticker, query
        )
        return tuple(found)

    async def queue_positions(
        self, *, tickers: Sequence[str] | None = None, event_ticker: str | None = None
    ) -> tuple[QueuePosition, ...]:
        """Return how much is ahead of our orders in markets, or in an event.

        Raises
        ------
        BadParameter
            If neither is named.
        """
        if not tickers and not event_ticker:
            raise BadParameter("queue positions are asked for markets or an event")
        query = {
            "market_tickers": ",".join(tickers) if tickers else None,
            "event_ticker": event_ticker,
        }
        path = "/portfolio/orders/queue_positions"
        return (await self.ask(path, QueuePositionsReply, query)).queue_positions or ()

    async def order_groups(self) -> tuple[OrderGroup, ...]:
        """Return our order groups."""
        return (await self.ask("/portfolio/order_groups", OrderGroupsReply)).order_groups or ()

    async def order_group(self, group_id: str) -> OrderGroup:
        """Return an order group with its orders."""
        return await self.ask(f"/portfolio/order_groups/{segment(group_id)}", OrderGroup)

    async def data_timestamp(self) -> datetime:
        """Return as of when the account's answers stand."""
        return (await self.ask("/exchange/user_data_timestamp", DataTimestamp)).as_of_time
