"""Small ladders that a scan can be worked out for by hand, and random ones for properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import strategies as st

from generators import TAPERED
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.policy import ScanPolicy, SizingPolicy, SizingRule
from kalshi_alpha.core.proposals.priced import PricedMarkets, price_markets
from kalshi_alpha.core.proposals.proposal import ScanResult
from kalshi_alpha.core.proposals.scan import scan
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.risk.pal import Commitment, Exposure, PalLimits
from kalshi_alpha.core.types import (
    Contracts,
    Ladder,
    Market,
    MarketStatus,
    Money,
    Price,
    SettlementGrid,
    Side,
    Strike,
    StrikeType,
    TickGrid,
)

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
PERIOD = date(2024, 11, 1)
GRID = SettlementGrid(Decimal("0.1"), "pp")
CENT = TickGrid.linear_cent()
EVENT = "KXCPI-24NOV"
KELLY = SizingPolicy(rule=SizingRule.KELLY, bankroll=Money.parse("10000"))
POLICY = ScanPolicy(at=AT, sizing=KELLY)
LIMITS = PalLimits(Money.parse("3000"), Money.parse("2500"))
MAKER_FEES = FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(1))
RISK = RiskModel(
    betas={"CPI": (1.0, 0.1)},
    vols=np.array([0.35, 0.4]),
    correlation=np.eye(2),
    idio=0.15,
    level=0.99,
    limit=1000.0,
)
# Values 0.0 to 0.5: P(> 0.2) = 0.32 + 0.18 + 0.07 = 0.57 and P(> 0.3) = 0.25.
PMF = GridPmf(GRID, 0, np.array([0.03, 0.12, 0.28, 0.32, 0.18, 0.07]))


def strike_above(index: int) -> Strike:
    """Return "above" the settlement value at an index of the grid."""
    return Strike(StrikeType.GREATER, floor=GRID.value(index))


def market(
    index: int, event: str = EVENT, *, strike: Strike | None = None, ticks: TickGrid = CENT
) -> Market:
    """Return an open market that closes in two hours."""
    return Market(
        ticker=f"{event}-T{index}",
        event_ticker=event,
        strike=strike_above(index) if strike is None else strike,
        tick_grid=ticks,
        status=MarketStatus.ACTIVE,
        close_at=AT + timedelta(hours=2),
    )


def book(ticker: str, yes_cents: float, no_cents: float, *, age_s: float = 5.0) -> OrderBook:
    """Return a book of one level a side; 0 cents for an empty side."""
    sides = [[(round(c * 100), 20_000)] if c else [] for c in (yes_cents, no_cents)]
    return OrderBook.of(ticker, AT - timedelta(seconds=age_s), *sides)


def snapshot(
    quotes: Mapping[int, tuple[float, float] | None],
    event: str = EVENT,
    *,
    unit: str = "CPI:2024-12-11",
    markets: Sequence[Market] = (),
    unreadable: Mapping[str, str] | None = None,
) -> LadderSnapshot:
    """Return a ladder "above" each key, bid for YES and NO at the given cents; None: no book."""
    listed = tuple(markets) or tuple(market(index, event) for index in quotes)
    books = {
        each.ticker: book(each.ticker, *quoted)
        for each, quoted in zip(listed, quotes.values(), strict=True)
        if quoted is not None
    }
    ladder = Ladder(event, event.split("-", maxsplit=1)[0], f"of_{event}", unit, GRID, listed)
    return LadderSnapshot(ladder, PERIOD, books, MAKER_FEES, unreadable or {})


@dataclass(frozen=True)
class Scene:
    """Everything that a scan is given."""

    snapshots: tuple[LadderSnapshot, ...]
    forecasts: Mapping[tuple[str, date], GridPmf]
    exposures: Mapping[str, Sequence[Exposure]] = field(default_factory=dict)
    limits: Mapping[str, PalLimits] = field(default_factory=lambda: {EVENT: LIMITS})
    policy: ScanPolicy = POLICY
    risk: RiskModel = RISK

    def run(self) -> ScanResult:
        """Scan it."""
        holdings = Holdings(self.exposures, self.limits)
        return scan(self.snapshots, self.forecasts, holdings, self.policy, self.risk)

    def table(self) -> MarketTable:
        """Lay its markets out."""
        return MarketTable.build(self.snapshots, self.policy.at)

    def priced(self) -> PricedMarkets:
        """Price its markets."""
        return price_markets(self.table(), self.forecasts, self.policy)

    def sized(self, **change: object) -> Scene:
        """Return the scene with another sizing policy."""
        sizing = replace(self.policy.sizing, **change)  # type: ignore[arg-type]
        return replace(self, policy=replace(self.policy, sizing=sizing))


def scene(*snapshots: LadderSnapshot, pmf: GridPmf | None = PMF) -> Scene:
    """Return a scene in which every ladder has the same forecast and limits."""
    forecasts = {} if pmf is None else {(s.ladder.quantity, PERIOD): pmf for s in snapshots}
    return Scene(snapshots, forecasts, limits={s.ladder.event_ticker: LIMITS for s in snapshots})


# YES above 0.2 is bid at 50 c and offered at 54 c; above 0.3 at 24 c and 26 c.
GOLDEN = scene(snapshot({2: (50, 46), 3: (24, 74)}))


def held(
    index: int,
    count: int,
    cents: int,
    *,
    side: Side = Side.YES,
    commitment: Commitment = Commitment.FILLED,
    event: str = EVENT,
) -> Exposure:
    """Return a holding without a fee."""
    price, contracts = Price(cents * 100), Contracts.whole(count)
    return Exposure(f"{event}-T{index}", side, commitment, price, contracts)


def _cents(chance: float, half_spread: int) -> tuple[float, float]:
    mid = min(max(round(100 * chance), 1 + half_spread), 99 - half_spread)
    return mid - half_spread, 100 - mid - half_spread


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Build one to three ladders whose quotes agree with themselves but not with the forecast."""
    snapshots, forecasts, exposures, limits = [], {}, {}, {}
    for number in range(draw(st.integers(1, 3))):
        event = f"KXCPI{number}-24NOV"
        ours, theirs = (
            np.array(draw(st.lists(st.integers(1, 20), min_size=8, max_size=8))) for _ in range(2)
        )
        tail = np.cumsum(theirs[::-1])[::-1] / theirs.sum()
        indices = sorted(draw(st.sets(st.integers(0, 6), min_size=1, max_size=4)))
        half = draw(st.integers(1, 4))
        ticks = draw(st.sampled_from([CENT, TAPERED]))
        quotes = {index: _cents(float(tail[index + 1]), half) for index in indices}
        markets = [market(index, event, ticks=ticks) for index in indices]
        unit = f"CPI:{draw(st.integers(0, 1))}"
        snapshots.append(snapshot(quotes, event, unit=unit, markets=markets))
        forecasts[(f"of_{event}", PERIOD)] = GridPmf(GRID, 0, ours / ours.sum())
        exposures[event] = draw(
            st.lists(
                st.builds(
                    held,
                    st.sampled_from(indices),
                    st.integers(1, 400),
                    st.integers(1, 99),
                    side=st.sampled_from(Side),
                    commitment=st.sampled_from(Commitment),
                    event=st.just(event),
                ),
                max_size=2,
            )
        )
        caps = draw(st.tuples(st.integers(0, 900), st.integers(0, 900)))
        limits[event] = PalLimits(Money(caps[0] * 10**6), Money(caps[1] * 10**6))
    sizing = replace(
        KELLY,
        bankroll=Money(draw(st.integers(100, 20_000)) * 10**6),
        kelly_cap=draw(st.sampled_from([0.02, 0.1, 0.25])),
    )
    policy = replace(POLICY, sizing=sizing, balance_step_e6=draw(st.sampled_from([100, 10_000])))
    risk = replace(RISK, limit=float(draw(st.sampled_from([50, 300, 10_000]))))
    return Scene(tuple(snapshots), forecasts, exposures, limits, policy, risk)
