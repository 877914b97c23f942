"""One seed of a world from the first week to the last, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.guards.detector import Level
from kalshi_alpha.core.guards.e_value import WealthState
from kalshi_alpha.core.guards.sequential import DEFAULT_K, UNION_FACTOR, SequentialGuard
from kalshi_alpha.core.guards.union_threshold import union_threshold
from kalshi_alpha.core.ledger.delta import contracts, series_delta
from kalshi_alpha.core.ledger.entry import PAYOUT_E6_PER_E2, LedgerEntry
from kalshi_alpha.core.ledger.slope_interval import SlopeInterval, slope_interval
from kalshi_alpha.core.types import E4_PER_DOLLAR
from kalshi_alpha.core.worlds.desk import Desk, LivedUnit
from kalshi_alpha.core.worlds.draws import draw
from kalshi_alpha.core.worlds.ladders import settled_at
from kalshi_alpha.core.worlds.looks import Look, Looks, RampRule
from kalshi_alpha.core.worlds.terms import DeskTerms
from kalshi_alpha.core.worlds.world import Venue, World

UNITS_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class GuardRule:
    """Allowance and threshold of the CUSUM, and threshold of the e-detectors."""

    k: float
    h: float
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedResult:
    """What one seed shows.

    Attributes
    ----------
    seed
        Its number.
    orders, fills, units
        Orders rested, orders filled, and units with a fill.
    contracts, net_bps, expected_bps
        Contracts filled; realised profit after fees and the honestly expected one, in basis
        points of payout.
    delta_bps, closing_bps, closing_t, closing_sd_bps
        Realised less expected edge by outcomes and by closing mids; the latter's t-statistic,
        and the spread of its units.
    looks
        Looks that said GO, or would have but for an honesty bin; the first week is 0.
    n_looks
        Looks in all.
    e_value
        Evidence against no edge at the end.
    slope, slope_top, slope_bottom
        Honesty slope over all fills with its 90 % interval, None where too few units expected an
        edge; and the sums whose ratio it is.
    guard_unit
        Week of the guard's first alert, or None.
    breaches
        Caps broken.
    lowest, final
        Lowest and last settled profit, in dollars.
    live_pnl
        Profit of the units that were traded while the last look said GO, in dollars.
    """

    seed: int
    orders: int
    fills: int
    units: int
    contracts: float
    net_bps: float
    expected_bps: float
    delta_bps: float
    closing_bps: float
    closing_t: float
    closing_sd_bps: float
    looks: tuple[Look, ...]
    n_looks: int
    e_value: float
    slope: SlopeInterval | None
    slope_top: float
    slope_bottom: float
    guard_unit: int | None
    breaches: tuple[str, ...]
    lowest: float
    final: float
    live_pnl: float


def live(
    world: World,
    venue: Venue,
    terms: DeskTerms,
    rules: tuple[RampRule, GuardRule],
    seed: int,
    n_units: int,
) -> SeedResult:
    """Live through one seed.

    Parameters
    ----------
    world, venue, terms
        What is true, how the market trades, and what the desk trades under.
    rules
        What GO needs, and when the guard alerts.
    seed
        Of all randomness: the same one gives the same life.
    n_units
        Weeks.
    """
    desk = Desk(draw(world, venue, n_units, np.random.default_rng(seed)), venue, terms)
    looks = Looks(rules[0])
    guard = SequentialGuard.start(rules[1].k, rules[1].h, rules[1].threshold, "world")
    lived: list[LivedUnit] = []
    breaches: list[str] = []
    guard_unit, live_pnl, go = None, 0.0, False
    for unit in range(n_units):
        week = desk.live_through(unit)
        lived.append(week)
        breaches += week.breaches
        if week.result is not None:
            live_pnl += week.result.pnl if go else 0.0
            guard = guard.update(week.result)
            if guard_unit is None and guard.level is Level.ALERT:
                guard_unit = unit
        go = looks.look(week.entries, settled_at(unit), breaches)
    return _summed(seed, lived, looks, guard_unit, tuple(breaches), live_pnl)


def _summed(
    seed: int,
    lived: Sequence[LivedUnit],
    looks: Looks,
    guard_unit: int | None,
    breaches: tuple[str, ...],
    live_pnl: float,
) -> SeedResult:
    pnl = np.cumsum([week.result.pnl if week.result else 0.0 for week in lived])
    closing, fills = looks.closing_mean(), looks.fills
    total = series_delta(fills) if fills else None
    slope, top, bottom = _slope(looks.rows)
    t_stat = closing.t_stat if closing else None
    spread = (closing.se_cluster or 0.0) * closing.n_units**0.5 if closing else 0.0
    return SeedResult(
        seed=seed,
        orders=sum(len(week.entries) for week in lived),
        fills=len(fills),
        units=closing.n_units if closing else 0,
        contracts=float(contracts(fills).sum()) if fills else 0.0,
        net_bps=total.edge_realised_bps if total else 0.0,
        expected_bps=total.edge_expected_bps if total else 0.0,
        delta_bps=total.delta_bps if total else 0.0,
        closing_bps=closing.mean if closing else 0.0,
        closing_t=t_stat or 0.0,
        closing_sd_bps=spread,
        looks=tuple(looks.found),
        n_looks=looks.n_looks,
        e_value=_e_value(lived),
        slope=slope,
        slope_top=top,
        slope_bottom=bottom,
        guard_unit=guard_unit,
        breaches=breaches,
        lowest=min(0.0, float(pnl.min())),
        final=float(pnl[-1]),
        live_pnl=live_pnl,
    )


def _slope(rows: Sequence[LedgerEntry]) -> tuple[SlopeInterval | None, float, float]:
    """Return the slope with its interval, and the sums whose ratio it is; zeros without a fill."""
    price = np.array([row.price_e4 / E4_PER_DOLLAR for row in rows])
    count = np.array([float(row.count_e2) for row in rows])
    paid = np.array([float(row.payout_e6 or 0) for row in rows]) / (count * PAYOUT_E6_PER_E2)
    expected = np.array([row.p for row in rows]) - price
    weights = count / (price * (1.0 - price))
    units = [row.risk_unit for row in rows]
    slope = slope_interval(expected, paid - price, weights, units)
    top = float(np.dot(weights, expected * (paid - price)))
    return slope, top, float(np.dot(weights, expected**2))


def _e_value(lived: Sequence[LivedUnit]) -> float:
    state = WealthState()
    for week in lived:
        if week.result is not None and week.worst > 0.0:
            state = state.update(week.result.unit_id, week.result.pnl, week.worst)
    return state.e_value


def calibrated_guard(
    world: World, venue: Venue, terms: DeskTerms, seed: int, n_units: int, arl0: float
) -> GuardRule:
    """Return the guard whose run length is ``arl0`` on the units of one seed of a world.

    Parameters
    ----------
    world, venue, terms
        As `live`.
    seed
        A seed that is not among those to be judged.
    n_units, arl0
        Weeks to take units from, and the wanted run length in units.
    """
    rng = np.random.default_rng(seed)
    desk = Desk(draw(world, venue, n_units, rng), venue, terms)
    weeks = [desk.live_through(unit) for unit in range(n_units)]
    units = [week.forecast for week in weeks if week.forecast is not None]
    found = union_threshold(units, DEFAULT_K, arl0, rng)
    return GuardRule(DEFAULT_K, found.h, UNION_FACTOR * arl0)
