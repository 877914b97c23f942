"""What the seeds of one world show together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.e_value import REJECT_AT
from kalshi_alpha.core.worlds.life import SeedResult
from kalshi_alpha.core.worlds.looks import Look


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the seeds, with its Wilson interval at 95 %."""

    share: float
    low: float
    high: float

    @classmethod
    def of(cls, count: int, total: int) -> Share:
        """Return the share and its interval.

        Raises
        ------
        BadParameter
            If there is nothing to take a share of.
        """
        if not 0 <= count <= total or total == 0:
            raise BadParameter(f"no share of {count} in {total}")
        z = 1.96
        middle = (count + z * z / 2.0) / (total + z * z)
        spread = count * (total - count) / total + z * z / 4.0
        half = z * float(np.sqrt(spread)) / (total + z * z)
        return cls(count / total, max(middle - half, 0.0), min(middle + half, 1.0))


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over seeds, and its standard error."""

    mean: float
    se: float

    @classmethod
    def of(cls, values: FloatArray) -> Mean:
        """Return mean and error; the error of a single value is infinite."""
        n = values.size
        return cls(float(values.mean()), float(values.std(ddof=1)) / n**0.5 if n > 1 else np.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldVerdict:
    """What a world shows over its seeds.

    Attributes
    ----------
    n_seeds
        Seeds lived through.
    orders, fills, units
        Means per seed.
    net_bps, expected_bps, delta_bps, closing_bps
        Over all contracts of all seeds, in basis points of payout: realised after fees,
        honestly expected after fees, and their difference by outcomes and by closing mids.
    closing_sd_bps
        Mean spread of a unit's difference by closing mids.
    go_ever, go_last
        Seeds with GO at some weekly look, and at the last one.
    go_ever_bar_bins, go_last_bar_bins
        The same if honesty bins changed sizes alone and vetoed nothing.
    go_ever_own_spread
        Seeds with GO at some look if bins vetoed by the spread of their own units.
    go_ever_by_closing
        Seeds with GO at some look that was judged by closing mids.
    go_ever_e_value
        Seeds with GO at some look at which the e-value stood at 20 besides.
    first_go
        Mean week of the first GO; None if there was none.
    slope_true, slope, slope_cover
        Honesty slope over all fills of all seeds; mean of the seeds' own; and share of seeds
        whose 90 % interval holds the first.
    guard_alert, guard_week
        Seeds with an alert of the guard, and the mean week of the first; None if none.
    caps_broken
        Caps broken in all seeds.
    ruined
        Seeds whose settled profit ever stood at minus the bankroll.
    lowest, final
        Lowest that settled profit ever stood in any seed, and the mean profit at the end.
    live_pnl
        Mean profit of the weeks after a look that said GO.
    """

    n_seeds: int
    orders: float
    fills: float
    units: float
    net_bps: Mean
    expected_bps: float
    delta_bps: Mean
    closing_bps: Mean
    closing_sd_bps: float
    go_ever: Share
    go_last: Share
    go_ever_bar_bins: Share
    go_last_bar_bins: Share
    go_ever_own_spread: Share
    go_ever_by_closing: Share
    go_ever_e_value: Share
    first_go: float | None
    slope_true: float
    slope: Mean
    slope_cover: Share
    guard_alert: Share
    guard_week: float | None
    caps_broken: int
    ruined: int
    lowest: float
    final: float
    live_pnl: float


def verdict_of(results: Sequence[SeedResult], bankroll: float) -> WorldVerdict:
    """Put the seeds of a world together.

    Parameters
    ----------
    results
        One per seed.
    bankroll
        Dollars whose loss is ruin.

    Raises
    ------
    BadParameter
        If there is no seed.
    """
    if not results:
        raise BadParameter("a world without a seed shows nothing")
    slope_true = _ratio(results, lambda r: r.slope_top, lambda r: r.slope_bottom)
    sloped = [r.slope for r in results if r.slope is not None]
    covered = sum(slope.holds(slope_true) for slope in sloped)
    firsts = [min(go) for go in (_go(r) for r in results) if go]
    alerts = [r.guard_unit for r in results if r.guard_unit is not None]
    return WorldVerdict(
        n_seeds=len(results),
        orders=_mean(results, lambda r: r.orders),
        fills=_mean(results, lambda r: r.fills),
        units=_mean(results, lambda r: r.units),
        net_bps=_weighted(results, lambda r: r.net_bps),
        expected_bps=_weighted(results, lambda r: r.expected_bps).mean,
        delta_bps=_weighted(results, lambda r: r.delta_bps),
        closing_bps=_weighted(results, lambda r: r.closing_bps),
        closing_sd_bps=_mean(results, lambda r: r.closing_sd_bps),
        go_ever=_share(results, lambda r: bool(_go(r))),
        go_last=_share(results, lambda r: r.n_looks - 1 in _go(r)),
        go_ever_bar_bins=_share(results, lambda r: bool(r.looks)),
        go_last_bar_bins=_share(results, lambda r: r.n_looks - 1 in {x.number for x in r.looks}),
        go_ever_own_spread=_share(results, lambda r: any(x.by_own_spread for x in r.looks)),
        go_ever_by_closing=_share(
            results, lambda r: any(x.honest and x.by_closing for x in r.looks)
        ),
        go_ever_e_value=_share(results, lambda r: any(map(_proven, r.looks))),
        first_go=float(np.mean(firsts)) + 1.0 if firsts else None,
        slope_true=slope_true,
        slope=Mean.of(np.array([slope.slope for slope in sloped] or [0.0])),
        slope_cover=Share.of(covered, max(len(sloped), 1)),
        guard_alert=_share(results, lambda r: r.guard_unit is not None),
        guard_week=float(np.mean(alerts)) + 1.0 if alerts else None,
        caps_broken=sum(len(r.breaches) for r in results),
        ruined=sum(r.lowest <= -bankroll for r in results),
        lowest=min(r.lowest for r in results),
        final=_mean(results, lambda r: r.final),
        live_pnl=_mean(results, lambda r: r.live_pnl),
    )


def _go(result: SeedResult) -> set[int]:
    return {look.number for look in result.looks if look.honest}


def _proven(look: Look) -> bool:
    return look.honest and look.e_value >= REJECT_AT


def _share(results: Sequence[SeedResult], holds: Callable[[SeedResult], bool]) -> Share:
    return Share.of(sum(map(holds, results)), len(results))


def _mean(results: Sequence[SeedResult], of: Callable[[SeedResult], float]) -> float:
    return float(np.mean([of(result) for result in results]))


def _weighted(results: Sequence[SeedResult], of: Callable[[SeedResult], float]) -> Mean:
    """Return the mean weighted by contracts, with the error of seeds as the independent draws."""
    weights = np.array([result.contracts for result in results])
    values = np.array([of(result) for result in results])
    total = float(weights.sum())
    if total == 0.0:
        return Mean(0.0, 0.0)
    mean = float(np.dot(weights, values)) / total
    n = len(results)
    spread = float(np.sum((weights * (values - mean)) ** 2))
    return Mean(mean, (spread * n / (n - 1)) ** 0.5 / total if n > 1 else np.inf)


def _ratio(
    results: Sequence[SeedResult],
    top: Callable[[SeedResult], float],
    bottom: Callable[[SeedResult], float],
) -> float:
    below = sum(bottom(result) for result in results)
    return sum(top(result) for result in results) / below if below else 0.0
