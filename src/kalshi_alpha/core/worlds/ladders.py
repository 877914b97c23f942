"""One unit of a world as the scanner gets it: a ladder with books, and a forecast."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from kalshi_alpha.core.book.order_book import Level, OrderBook
from kalshi_alpha.core.fees import FeeTerms
from kalshi_alpha.core.forecast import GridPmf, Normal, on_grid
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.types import (
    E2_PER_CONTRACT,
    Ladder,
    Market,
    MarketStatus,
    SettlementGrid,
    Strike,
    StrikeType,
    TickGrid,
)
from kalshi_alpha.core.worlds.draws import Draws
from kalshi_alpha.core.worlds.terms import QUANTITY, SERIES
from kalshi_alpha.core.worlds.world import Venue

GRID = SettlementGrid(Decimal(1000), "claims")
RESTS = timedelta(hours=8)
"""How long an order rests before it is taken off."""

_FIRST_CLOSE = datetime(2024, 1, 4, 13, 25, tzinfo=UTC)
_LEADS = tuple(timedelta(hours=hours, minutes=25) for hours in (70, 46, 22))
_PUBLISHED = timedelta(minutes=5)
_TICKS = TickGrid.linear_cent()
_THOUSAND = 1000
_CENT_E4 = 100
_REACH = 70  # grid steps on each side of the forecast's mean: more than seven of its spreads


def close_of(unit: int) -> datetime:
    """Return when a unit's markets close: Thursday morning, week after week."""
    return _FIRST_CLOSE + timedelta(weeks=unit)


def scan_at(unit: int, stage: int) -> datetime:
    """Return the decision clock of a scan: Monday, Tuesday, Wednesday."""
    return close_of(unit) - _LEADS[stage]


def settled_at(unit: int) -> datetime:
    """Return when a unit is published and settles."""
    return close_of(unit) + _PUBLISHED


def ladder_of(draws: Draws, venue: Venue, unit: int) -> Ladder:
    """Return a unit's ladder: YES pays if the print is at least the strike."""
    closes = close_of(unit)
    event = f"{SERIES}-{closes:%y%b%d}".upper()
    lowest = int(draws.lowest_strike[unit])
    markets = tuple(
        Market(
            ticker=f"{event}-{strike * _THOUSAND}",
            event_ticker=event,
            strike=Strike(StrikeType.GREATER_OR_EQUAL, Decimal(strike * _THOUSAND)),
            tick_grid=_TICKS,
            status=MarketStatus.ACTIVE,
            close_at=closes,
        )
        for strike in range(lowest, lowest + venue.n_strikes * venue.strike_step, venue.strike_step)
    )
    return Ladder(event, SERIES, QUANTITY, f"CLAIMS:{closes:%Y-%m-%d}", GRID, markets)


def snapshot_of(
    draws: Draws, ladder: Ladder, fees: FeeTerms, unit: int, stage: int
) -> LadderSnapshot:
    """Return the ladder as the venue shows it at a scan."""
    at = scan_at(unit, stage)
    yes, no = draws.yes_bid[unit, stage, 0].tolist(), draws.no_bid[unit, stage, 0].tolist()
    depth_yes, depth_no = draws.depth[unit, stage].tolist()
    books = {
        market.ticker: OrderBook(market.ticker, at, _side(*bid), _side(*ask))
        for market, bid, ask in zip(
            ladder.markets,
            zip(yes, depth_yes, strict=True),
            zip(no, depth_no, strict=True),
            strict=True,
        )
    }
    return LadderSnapshot(ladder, period_of(unit), books, fees)


def period_of(unit: int) -> date:
    """Return the day that a unit is about: the Saturday that ends the week before."""
    return close_of(unit).date() - timedelta(days=5)


def forecast_of(draws: Draws, unit: int, stage: int) -> GridPmf:
    """Return our model's distribution of the print at a scan."""
    mean = float(draws.model_mean[unit, stage])
    latent = Normal(mean * _THOUSAND, float(draws.model_sd[stage]) * _THOUSAND)
    return on_grid(latent, GRID, round(mean) - _REACH, round(mean) + _REACH)


def _side(cents: int, contracts: int) -> tuple[Level, ...]:
    return (Level(cents * _CENT_E4, contracts * E2_PER_CONTRACT),) if cents else ()
