"""One event's markets, on the grid that its settlement value lives on."""

from __future__ import annotations

from dataclasses import dataclass

from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.types.market import Market
from kalshi_alpha.core.types.settlement_grid import SettlementGrid


@dataclass(frozen=True, slots=True)
class Ladder:
    """The markets of one event, in the order received.

    ``quantity`` names what settles it, such as ``cpi_mom``; ``risk_unit`` names the piece of
    news it settles on, such as ``CPI:2024-12-11``, and is shared by every ladder of that news.

    Raises
    ------
    BadLadder
        If it is empty, a ticker repeats, or a market belongs to another event.
    """

    event_ticker: str
    series_ticker: str
    quantity: str
    risk_unit: str
    grid: SettlementGrid
    markets: tuple[Market, ...]

    def __post_init__(self) -> None:
        if not self.markets:
            raise BadLadder(f"{self.event_ticker} has no markets")
        if len({market.ticker for market in self.markets}) != len(self.markets):
            raise BadLadder(f"{self.event_ticker} lists a ticker twice")
        strays = [m.ticker for m in self.markets if m.event_ticker != self.event_ticker]
        if strays:
            raise BadLadder(f"{strays[0]} is not of event {self.event_ticker}")
