"""Markets as they are listed on the exchange, and their state while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.fees import FeeTerms, Liquidity
from kalshi_alpha.core.types import Market, MarketStatus, Price
from kalshi_alpha.sim.book_sides import RestingSide
from kalshi_alpha.sim.engine_events import PublicTrade

if TYPE_CHECKING:
    from kalshi_alpha.sim.orders import LiveOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class SimMarket:
    """What is listed: the contract, its fees, and when its life goes on by itself.

    Attributes
    ----------
    market
        The contract; its status is the one it starts with, and it closes at its ``close_at``.
    fees
        Terms in force when listed, an event's override included.
    open_at
        When an ``initialized`` market starts to trade; None for at once.
    determined_at, settlement_value
        When the outcome is published, and what a YES is paid then (0, 1, or between for a scalar
        market). Both or neither; without them the market waits for :meth:`Engine.determine`.
    settlement_timer
        From determination to payment (300 s for consumer prices, 3600 s for weather).
    mutually_exclusive
        Whether at most one market of the event can be YES (the venue's ``MECNET`` events).

    Raises
    ------
    BadMarket
        If a time carries no zone, only one of outcome and its time is given, or the outcome is
        published before the market closes.
    """

    market: Market
    fees: FeeTerms
    open_at: datetime | None = None
    determined_at: datetime | None = None
    settlement_value: Price | None = None
    settlement_timer: timedelta = timedelta(seconds=300)
    mutually_exclusive: bool = False

    def __post_init__(self) -> None:
        ticker = self.market.ticker
        if any(at is not None and at.tzinfo is None for at in (self.open_at, self.determined_at)):
            raise BadMarket(f"a time of {ticker} carries no zone")
        if (self.determined_at is None) != (self.settlement_value is None):
            raise BadMarket(f"{ticker} needs both an outcome and its time, or neither")
        if self.determined_at is not None and self.determined_at < self.market.close_at:
            raise BadMarket(f"{ticker} is determined before it closes")
        if self.settlement_timer < timedelta(0):
            raise BadMarket(f"{ticker} is settled before it is determined")


class Listing:
    """A market while the exchange runs: status, book, prints and totals."""

    __slots__ = (
        "close_at",
        "determined_at",
        "event_ticker",
        "legal_e4",
        "listed",
        "maker_rate_e10",
        "open_interest_e2",
        "pays_at",
        "settled_at",
        "settlement_value",
        "sides",
        "status",
        "taker_rate_e10",
        "terms",
        "ticker",
        "trades",
        "volume_e2",
    )

    def __init__(self, listed: SimMarket) -> None:
        self.ticker = listed.market.ticker
        self.event_ticker = listed.market.event_ticker
        self.relist(listed)
        self.status = listed.market.status
        self.close_at = listed.market.close_at
        self.sides = (RestingSide(), RestingSide())
        self.trades: list[PublicTrade] = []
        self.volume_e2 = self.open_interest_e2 = 0
        self.determined_at: datetime | None = None
        self.pays_at: datetime | None = None
        self.settled_at: datetime | None = None
        self.settlement_value: Price | None = None
        self.charge(listed.fees)

    def relist(self, listed: SimMarket) -> None:
        """Go by these contract terms from now on."""
        self.listed = listed
        self.legal_e4 = frozenset(listed.market.tick_grid.prices_e4)

    def charge(self, terms: FeeTerms) -> None:
        """Charge by these terms from now on."""
        self.terms = terms
        self.maker_rate_e10 = terms.rate_e10(Liquidity.MAKER)
        self.taker_rate_e10 = terms.rate_e10(Liquidity.TAKER)

    def resting(self) -> list[LiveOrder]:
        """Return every order in the book: bids first, each side as it would trade."""
        return [order for side in self.sides for order in side.best_first()]

    def view(self) -> ListingView:
        """Return the market as it stands."""
        yes, no = self.sides
        last = self.trades[-1].yes_price_e4 if self.trades else None
        return ListingView(
            listed=self.listed,
            status=self.status,
            close_at=self.close_at,
            terms=self.terms,
            yes_bid=_best(yes),
            no_bid=_best(no),
            last_price_e4=last,
            volume_e2=self.volume_e2,
            open_interest_e2=self.open_interest_e2,
            determined_at=self.determined_at,
            settled_at=self.settled_at,
            settlement_value=self.settlement_value,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingView:
    """A market as it stands; the best bids are ``(price_e4, size_e2)``, or None for none."""

    listed: SimMarket
    status: MarketStatus
    close_at: datetime
    terms: FeeTerms
    yes_bid: tuple[int, int] | None
    no_bid: tuple[int, int] | None
    last_price_e4: int | None
    volume_e2: int
    open_interest_e2: int
    determined_at: datetime | None
    settled_at: datetime | None
    settlement_value: Price | None


def _best(side: RestingSide) -> tuple[int, int] | None:
    if not side.prices_e4:
        return None
    price_e4 = side.prices_e4[-1]
    return price_e4, side.levels[price_e4].size_e2
