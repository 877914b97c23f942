"""A recorded event small enough to be replayed by hand, and what it is replayed with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np

from kalshi_alpha.core.fees import FeeSchedule, FeeTerms, FeeType
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.proposals.policy import ScanPolicy, SizingPolicy, SizingRule
from kalshi_alpha.core.replay.chain import Chain, KnownForecast, ReplayEvent, ReplayRules
from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.fills import MarketPrints
from kalshi_alpha.core.replay.tape import EventTape, TapeMarket, TradeColumns
from kalshi_alpha.core.risk.pal import PalLimits
from kalshi_alpha.core.types import (
    Contracts,
    Ladder,
    Market,
    MarketStatus,
    Money,
    SettlementGrid,
    Strike,
    StrikeType,
    TickGrid,
)

EVENT, PERIOD = "KXHIGHNY-25JAN10", date(2025, 1, 10)
LOW, MIDDLE, HIGH = f"{EVENT}-T40", f"{EVENT}-B40.5", f"{EVENT}-T41"
OPENS, CLOSES = datetime(2025, 1, 9, 15, tzinfo=UTC), datetime(2025, 1, 11, 4, 59, tzinfo=UTC)
DECIDES = datetime(2025, 1, 9, 18, tzinfo=UTC)
DEGREES = SettlementGrid(Decimal(1), "F")
# At most 39 with 0.2, 40 or 41 with 0.5, at least 42 with 0.3.
PMF = GridPmf(DEGREES, 39, np.array([0.2, 0.3, 0.2, 0.3]))
FREE = FeeTerms(FeeType.QUADRATIC, Decimal(1))
CHARGED = FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(1))
RISK = RiskModel(
    betas={"TEMP_NE": (1.0,)},
    vols=np.array([0.45]),
    correlation=np.eye(1),
    idio=0.15,
    level=0.99,
    limit=2000.0,
)
TEN = SizingPolicy(
    rule=SizingRule.FIXED, bankroll=Money.parse("10000"), contracts=Contracts.whole(10)
)
CHAIN = Chain(family="WEATHER", policy=ScanPolicy(at=DECIDES, sizing=TEN), risk=RISK)

Print = tuple[str, int, int, int, str]
"""Time of 9 January, market, YES price in cents, contracts, and what the taker bought."""

BEFORE: tuple[Print, ...] = (
    ("17:50:00", 1, 40, 5, "no"),
    ("17:51:00", 1, 44, 5, "yes"),
    ("17:52:00", 0, 19, 5, "no"),
    ("17:53:00", 0, 21, 5, "yes"),
    ("17:54:00", 2, 38, 5, "no"),
    ("17:55:00", 2, 42, 5, "yes"),
)
"""Touches before the first decision: 19/21, 40/44 and 38/42 cents."""
AFTER: tuple[Print, ...] = (
    ("18:00:01", 1, 30, 100, "no"),  # before our order rests
    ("18:10:00", 1, 39, 4, "no"),  # through 40: fills four
    ("18:20:00", 1, 40, 50, "no"),  # at our price: behind whom, nobody knows
    ("18:22:00", 2, 43, 3, "yes"),  # NO at 57, through 58: fills three
    ("18:30:00", 1, 38, 20, "no"),  # through: fills the six that are left
    ("18:46:00", 2, 60, 100, "yes"),  # the window is over
)
"""What the golden event's prints do to a bid of 40 for the middle and of 58 against the top."""


def at(clock: str, day: int = 9) -> datetime:
    """Return an instant of January 2025, UTC."""
    return datetime.fromisoformat(f"2025-01-{day:02d}T{clock}+00:00")


def trades(prints: Iterable[Print]) -> TradeColumns:
    """Return prints of 9 January as columns."""
    rows = sorted(
        (to_us(at(clock)), market, 100 * cents, 100 * count, int(taker == "yes"))
        for clock, market, cents, count, taker in prints
    )
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 5).T
    return TradeColumns(*(np.ascontiguousarray(column) for column in columns))


def market_prints(prints: Iterable[Print]) -> MarketPrints:
    """Return prints as those of one market."""
    columns = trades(prints)
    return MarketPrints(columns.at_us, columns.yes_price_e4, columns.count_e2, columns.taker_yes)


def tape(prints: Iterable[Print] = (*BEFORE, *AFTER), winner: int = 1) -> EventTape:
    """Return the event with some prints, settled on its market ``winner``."""
    strikes = (
        (LOW, Strike(StrikeType.LESS, cap=Decimal(40))),
        (MIDDLE, Strike(StrikeType.BETWEEN, Decimal(40), Decimal(41))),
        (HIGH, Strike(StrikeType.GREATER, Decimal(41))),
    )
    return EventTape(
        series="KXHIGHNY",
        event_ticker=EVENT,
        opens_at=OPENS,
        closes_at=CLOSES,
        settled_at=at("12:00:00", 11),
        settlement_value="41",
        markets=tuple(
            TapeMarket(ticker, strike, 10_000 * (n == winner))
            for n, (ticker, strike) in enumerate(strikes)
        ),
        trades=trades(prints),
        result_source="kalshi_api",
    )


def known(pmf: GridPmf = PMF, no_skill: str | None = None) -> KnownForecast:
    """Return the forecast of the eve, believed until the afternoon of the day."""
    return KnownForecast(at("12:00:00"), pmf, "guidance", no_skill, at("20:00:00", 10))


def event(
    recorded: EventTape | None = None,
    forecasts: Sequence[KnownForecast] | None = None,
    fees: FeeTerms = FREE,
) -> ReplayEvent:
    """Return the event on this program's terms."""
    held = tape() if recorded is None else recorded
    markets = tuple(
        Market(m.ticker, EVENT, m.strike, TickGrid.linear_cent(), MarketStatus.ACTIVE, CLOSES)
        for m in held.markets
    )
    ladder = Ladder(EVENT, "KXHIGHNY", "temp_max_nyc", "TEMP_NE:NYC:2025-01-10", DEGREES, markets)
    return ReplayEvent(
        tape=held,
        ladder=ladder,
        period=PERIOD,
        city="NYC",
        fees=FeeSchedule(((at("00:00:00", 1), fees),)),
        limits=PalLimits(Money.parse("1000")),
        forecasts=(known(),) if forecasts is None else forecasts,
    )


def ruled(rules: ReplayRules) -> Chain:
    """Return the chain under other rules of travelling and filling."""
    return replace(CHAIN, rules=rules)
