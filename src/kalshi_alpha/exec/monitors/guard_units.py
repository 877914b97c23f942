"""From the ledger to what the sequential guard is fed: settled units with what they promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kalshi_alpha.config.series import Series
from kalshi_alpha.core.errors import BadParameter, BadStrike
from kalshi_alpha.core.guards.calibration import UnitForecast
from kalshi_alpha.core.guards.sequential import UnitResult
from kalshi_alpha.core.guards.standardise import unit_risk
from kalshi_alpha.core.ladder import interval
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ledger.beliefs import LadderBelief, joint_belief, ladder_belief
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.units import SettledUnit, settled_units
from kalshi_alpha.exec.settlement import written_strike

_WHOLE = GridInterval(1, None)
"""Stands for a market whose strike cannot be read: it pays or it does not."""


@dataclass(frozen=True, slots=True)
class FedUnit:
    """One settled unit: its result, and the forecast stored with its orders."""

    result: UnitResult
    forecast: UnitForecast


def fed_units(entries: Iterable[LedgerEntry], series: Mapping[str, Series]) -> tuple[FedUnit, ...]:
    """Return the wholly settled units of some rows, in settlement order.

    Parameters
    ----------
    entries
        Rows of one family that count as evidence.
    series
        Terms by series ticker, which say where a market's strike lies.
    """
    rows = [entry for entry in entries if entry.count_e2]
    by_unit: dict[str, list[LedgerEntry]] = defaultdict(list)
    for row in rows:
        by_unit[row.risk_unit].append(row)
    return tuple(_fed(unit, by_unit[unit.risk_unit], series) for unit in settled_units(rows))


def _fed(unit: SettledUnit, rows: Sequence[LedgerEntry], series: Mapping[str, Series]) -> FedUnit:
    belief = joint_belief(_ladders(rows, series))
    risk = unit_risk(belief.probs, belief.pnl, unit.expected_usd)
    profit = unit.realised.dollars
    # A market paid in part settles between its atoms, and money is rounded: within the bounds.
    pnl = min(max(profit, risk.worst), risk.best)
    return FedUnit(
        UnitResult(unit.risk_unit, unit.settled_at, pnl, risk),
        UnitForecast(tuple(belief.probs.tolist()), tuple(belief.pnl.tolist())),
    )


def _ladders(rows: Sequence[LedgerEntry], series: Mapping[str, Series]) -> list[LadderBelief]:
    """Return a belief for each ladder of a unit; a market that cannot be read is one by itself."""
    read: dict[str, GridInterval] = {}
    groups: dict[str, list[LedgerEntry]] = defaultdict(list)
    for row in rows:
        pays = _pays(row, series)
        key = row.event_ticker if pays is not None else row.market_ticker
        read[row.market_ticker] = pays or _WHOLE
        groups[key].append(row)
    return [ladder_belief(group, read) for group in groups.values()]


def _pays(row: LedgerEntry, series: Mapping[str, Series]) -> GridInterval | None:
    terms = series.get(row.series)
    if terms is None:
        return None
    try:
        return interval(written_strike(row.strike), terms.grid)
    except (BadStrike, BadParameter):
        return None
