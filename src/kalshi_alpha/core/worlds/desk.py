"""A desk that lives through one seed of a world: scan, rest, fill, settle, learn, unit by unit."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.forecast.pooling import learn_weight, prior_weight
from kalshi_alpha.core.guards.calibration import UnitForecast
from kalshi_alpha.core.guards.sequential import UnitResult
from kalshi_alpha.core.guards.standardise import unit_risk
from kalshi_alpha.core.ladder import AtomGrid, interval
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.settle import Settlement, settle
from kalshi_alpha.core.ledger.units import atom_pnl, settled_units
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.policy import Pooling, ScanPolicy
from kalshi_alpha.core.proposals.proposal import Proposal
from kalshi_alpha.core.proposals.scan import scan
from kalshi_alpha.core.risk.pal import Commitment, Exposure, broken_caps
from kalshi_alpha.core.types import Contracts, Ladder, Money, Price
from kalshi_alpha.core.worlds.draws import N_STAGES, Draws
from kalshi_alpha.core.worlds.fills import Placed, rest
from kalshi_alpha.core.worlds.ladders import (
    forecast_of,
    ladder_of,
    period_of,
    scan_at,
    settled_at,
    snapshot_of,
)
from kalshi_alpha.core.worlds.terms import FAMILY, LEARNS_EVERY, QUANTITY, SHRINK, DeskTerms
from kalshi_alpha.core.worlds.world import Venue

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LivedUnit:
    """What one unit left behind.

    Attributes
    ----------
    entries
        Settled ledger rows of its orders, those without a fill included.
    result
        What the sequential guard is fed; None if nothing was filled.
    forecast
        The last forecast's atoms with the profit on each, from which the guard is calibrated;
        None if nothing was filled.
    worst
        The most that its positions could have lost, markets taken one by one, in dollars.
    breaches
        Caps that were broken, by name.
    """

    entries: tuple[LedgerEntry, ...]
    result: UnitResult | None
    forecast: UnitForecast | None
    worst: float
    breaches: tuple[str, ...]


@dataclass(slots=True)
class Desk:
    """The desk and what it remembers from unit to unit.

    Parameters
    ----------
    draws, venue, terms
        The span, how its market trades, and what the desk trades under.
    """

    draws: Draws
    venue: Venue
    terms: DeskTerms
    _pool_weight: float = 0.0
    _settled: list[LedgerEntry] = field(default_factory=list)

    def live_through(self, unit: int) -> LivedUnit:
        """Scan a unit at each of its clocks, rest what is proposed, and settle it."""
        if unit % LEARNS_EVERY == 0:
            self._learn(unit)
        ladder = ladder_of(self.draws, self.venue, unit)
        entries: list[LedgerEntry] = []
        breaches: list[str] = []
        pmf: GridPmf | None = None
        for stage in range(N_STAGES):
            pmf = forecast_of(self.draws, unit, stage)
            rows, broken = self._quote(ladder, pmf, unit, stage, entries)
            entries += rows
            breaches += broken
        value = int(self.draws.printed[unit])
        outcomes = {
            market.ticker: Settlement.on_value(value, *_bounds(ladder, place), settled_at(unit))
            for place, market in enumerate(ladder.markets)
        }
        settled, breaks = settle(entries, outcomes)
        self._settled += [row for row in settled if row.count_e2]
        return _lived(ladder, pmf, settled, (*breaches, *(each.reason for each in breaks)))

    def _quote(
        self,
        ladder: Ladder,
        pmf: GridPmf,
        unit: int,
        stage: int,
        entries: Sequence[LedgerEntry],
    ) -> tuple[list[LedgerEntry], list[str]]:
        """Scan at one clock and rest what is proposed; orders of the scan before are off."""
        terms, event = self.terms, ladder.event_ticker
        snapshot = snapshot_of(self.draws, ladder, terms.fees, unit, stage)
        held = _held(entries)
        policy = ScanPolicy(
            at=scan_at(unit, stage),
            sizing=terms.sizing,
            shrink=SHRINK,
            balance_step_e6=terms.balance_step_e6,
            pooling=Pooling(weights={event: self._pool_weight}),
        )
        found = scan(
            (snapshot,),
            {(QUANTITY, period_of(unit)): pmf},
            Holdings({event: held}, {event: terms.limits}),
            policy,
            terms.risk,
        )
        sha256 = hashlib.sha256(pmf.probs.tobytes()).hexdigest()
        place = {market.ticker: at for at, market in enumerate(ladder.markets)}
        strikes = self.draws.lowest_strike[unit] + self.venue.strike_step * np.arange(len(place))
        pays = (self.draws.printed[unit] >= strikes).tolist()
        rows = []
        for proposal in found.proposals:
            market = place[proposal.market_ticker]
            put = Placed(unit, stage, market, policy.at, sha256, pays[market])
            rows.append(rest(proposal, snapshot, self.draws, put, terms))
        return rows, _breaches(found.proposals, found.var, held, terms)

    def _learn(self, unit: int) -> None:
        """Weigh our forecast against the market's by what has settled."""
        rows = self._settled
        fills_of = Counter(row.risk_unit for row in rows)
        lead_days = (settled_at(unit) - scan_at(unit, 0)).total_seconds() / _DAY_S
        ours, theirs = [row.p_model or 0.0 for row in rows], [row.m_at_fill or 0.0 for row in rows]
        self._pool_weight = learn_weight(
            [np.array([1.0 - prob, prob]) for prob in ours],
            [np.array([1.0 - prob, prob]) for prob in theirs],
            [row.outcome or 0 for row in rows],
            prior_weight(FAMILY, lead_days),
            [1.0 / fills_of[row.risk_unit] for row in rows],
        ).weight


def _bounds(ladder: Ladder, place: int) -> tuple[int | None, int | None]:
    found = interval(ladder.markets[place].strike, ladder.grid)
    return found.lo, found.hi


def _held(entries: Sequence[LedgerEntry]) -> tuple[Exposure, ...]:
    return tuple(
        Exposure(
            row.market_ticker,
            row.side,
            Commitment.FILLED,
            Price(row.price_e4),
            Contracts(row.filled_e2),
            Money(max(row.fee_e6, 0)),
        )
        for row in entries
        if row.filled_e2
    )


def _breaches(
    proposals: Sequence[Proposal], var: float, held: Sequence[Exposure], terms: DeskTerms
) -> list[str]:
    """Name the caps that holdings and new orders break together, all orders taken as filled."""
    resting = [
        Exposure(p.market_ticker, p.side, Commitment.RESTING, p.price, p.contracts, p.fee)
        for p in proposals
    ]
    everything = (*held, *resting)
    broken = list(broken_caps(terms.limits, everything))
    at_risk = sum(each.at_risk.dollars for each in everything)
    if not at_risk <= terms.sizing.kelly_cap * terms.sizing.bankroll.dollars:
        broken.append("risk unit")
    if not var <= terms.risk.limit:
        broken.append("value at risk")
    if any(proposal.ev_honest <= 0.0 for proposal in proposals):
        broken.append("negative edge")
    return broken


def _lived(
    ladder: Ladder,
    pmf: GridPmf | None,
    rows: Sequence[LedgerEntry],
    breaches: tuple[str, ...],
) -> LivedUnit:
    filled = [row for row in rows if row.count_e2]
    if not filled or pmf is None:
        return LivedUnit(
            entries=tuple(rows), result=None, forecast=None, worst=0.0, breaches=breaches
        )
    intervals = [interval(market.strike, ladder.grid) for market in ladder.markets]
    atoms = AtomGrid.from_intervals(intervals)
    pays = atoms.payoff(intervals)
    tickers = [market.ticker for market in ladder.markets]
    pnl = atom_pnl(filled, {ticker: pays[:, at] for at, ticker in enumerate(tickers)})
    (unit,) = settled_units(filled)
    probs = pmf.atom_probs(atoms.edges)
    risk = unit_risk(probs, pnl, unit.expected_usd)
    result = UnitResult(unit.risk_unit, unit.settled_at, unit.realised.dollars, risk)
    return LivedUnit(
        entries=tuple(rows),
        result=result,
        forecast=UnitForecast(tuple(probs.tolist()), tuple(pnl.tolist())),
        worst=-unit.worst.dollars,
        breaches=breaches,
    )
