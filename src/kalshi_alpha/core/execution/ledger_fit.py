"""The fill ratio and the slippage curve that a ledger's own orders support.

Only orders whose outcome was seen count: fills of a tape or of the venue, none included. A
forecast of fills was made with the very ratio and curve that are to be fitted, so it shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.execution.expected_fill import IMPACT_CAP, cold_start_curve
from kalshi_alpha.core.execution.fillratio import (
    COLD_START,
    LOOKBACK_DAYS,
    STRATUM_N_EFF_MIN,
    BetaPrior,
    FillAlpha,
    Placement,
    PostedOrder,
    empirical_bayes_prior,
    fill_alpha,
)
from kalshi_alpha.core.execution.slippage import SlippageCurve, SlippageSample, slippage_curve
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.types import Contracts

CURVE_ORDERS_MIN = 10
_SEED = 20_250_611
_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class CurveFit:
    """A depth curve and the orders it rests on.

    Attributes
    ----------
    curve
        The fitted curve, or the cold start's.
    n_orders, n_sizes
        Filled orders with a known touch, and their distinct relative sizes.
    n_untold
        Filled orders whose touch the ledger does not know; they are left out.
    is_cold_start
        Whether there were fewer orders than a curve needs, so that none was fitted.
    """

    curve: SlippageCurve
    n_orders: int
    n_sizes: int
    n_untold: int
    is_cold_start: bool


def order_rows(
    entries: Iterable[LedgerEntry], family: str, at: datetime, lookback_days: float = LOOKBACK_DAYS
) -> list[LedgerEntry]:
    """Return a family's orders with a seen outcome, placed within the look-back before ``at``.

    Orders at the local exchange say nothing: others trade there as they are drawn.

    Raises
    ------
    BadParameter
        If the look-back is not a positive, finite number of days.
    """
    if not 0.0 < lookback_days < float("inf"):
        raise BadParameter(f"the look-back must be days above 0, was {lookback_days}")
    return [
        row
        for row in entries
        if row.kind is EntryKind.FILLED
        and row.mode is not LedgerMode.SIM
        and row.family == family
        and 0.0 <= _age_days(row, at) <= lookback_days
    ]


def tuned_alpha(
    entries: Iterable[LedgerEntry], family: str, at: datetime, lookback_days: float = LOOKBACK_DAYS
) -> FillAlpha:
    """Return the posterior of a family's fill ratio.

    The prior is the cold start's, or that of the other families, of which at least two must
    have 15 effective orders: means of a few orders would make a prior out of noise.

    Parameters
    ----------
    entries
        The ledger, of all families.
    family, at, lookback_days
        Whose orders, the clock that ages are counted from, and the oldest age that counts.

    Raises
    ------
    BadParameter
        If the look-back is not a positive, finite number of days.
    """
    rows = list(entries)
    own = _posted(order_rows(rows, family, at, lookback_days), at)
    return fill_alpha(own, _prior(rows, family, at, lookback_days), lookback_days=lookback_days)


def fitted_curve(
    entries: Iterable[LedgerEntry],
    family: str,
    at: datetime,
    lookback_days: float = LOOKBACK_DAYS,
    impact_cap: float = IMPACT_CAP,
) -> CurveFit:
    """Fit a depth curve to what a family's filled orders paid above the best bid of their side.

    Size is what was posted over the contracts at that bid, slippage is counted in ticks. Fewer
    than ten such orders leave the cold start. The same ledger gives the same curve: the seed of
    the resamples is fixed.

    Parameters
    ----------
    entries, family, at, lookback_days
        As in `tuned_alpha`.
    impact_cap
        Relative size beyond which the curve is flat.

    Raises
    ------
    BadParameter
        If the look-back or the cap is not positive and finite.
    """
    filled = [row for row in order_rows(entries, family, at, lookback_days) if row.filled_e2 > 0]
    seen = [pair for pair in map(_size_and_ticks, filled) if pair is not None]
    n_untold = len(filled) - len(seen)
    if len(seen) < CURVE_ORDERS_MIN:
        n_sizes = len({size for size, _ in seen})
        return CurveFit(cold_start_curve(impact_cap), len(seen), n_sizes, n_untold, True)  # noqa: FBT003
    pairs = np.array(seen, dtype=np.float64)
    sample = SlippageSample.from_orders(pairs[:, 0], pairs[:, 1])
    curve = slippage_curve(sample, impact_cap, np.random.default_rng(_SEED))
    return CurveFit(curve, len(seen), sample.relative_size.size, n_untold, False)  # noqa: FBT003


def _age_days(row: LedgerEntry, at: datetime) -> float:
    return (at - row.placed_at).total_seconds() / _SECONDS_PER_DAY


def _posted(rows: Iterable[LedgerEntry], at: datetime) -> list[PostedOrder]:
    return [
        PostedOrder(
            posted=Contracts(row.posted_e2),
            filled=Contracts(row.filled_e2),
            age_days=_age_days(row, at),
            placement=_placement(row),
        )
        for row in rows
        if row.posted_e2 > 0
    ]


def _placement(row: LedgerEntry) -> Placement | None:
    if row.touch_e4 is None:
        return None
    if row.price_e4 == row.touch_e4:
        return Placement.JOIN
    return Placement.IMPROVE if row.price_e4 > row.touch_e4 else Placement.BEHIND


def _prior(rows: list[LedgerEntry], family: str, at: datetime, lookback_days: float) -> BetaPrior:
    others = sorted({row.family for row in rows} - {family})
    orders = (_posted(order_rows(rows, other, at, lookback_days), at) for other in others)
    enough = [
        each
        for each in orders
        if fill_alpha(each, lookback_days=lookback_days).n_eff >= STRATUM_N_EFF_MIN
    ]
    if len(enough) < 2:
        return COLD_START
    return empirical_bayes_prior(enough, lookback_days=lookback_days)


def _size_and_ticks(row: LedgerEntry) -> tuple[float, float] | None:
    if row.touch_e4 is None or row.touch_depth_e2 is None or row.tick_e4 is None:
        return None
    return row.posted_e2 / row.touch_depth_e2, (row.price_e4 - row.touch_e4) / row.tick_e4
