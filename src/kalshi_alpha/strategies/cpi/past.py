"""Walk-forward forecasts of the months that a calibration was fitted on."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from kalshi_alpha.core.forecast import on_grid
from kalshi_alpha.strategies.cpi.calibrate import CpiCalibration
from kalshi_alpha.strategies.cpi.scale import MONTHS_LEAST
from kalshi_alpha.strategies.cpi.skill import NOWCAST, TENTHS, walk_forward_dists
from kalshi_alpha.strategies.replay import Replay

QUANTITY = "cpi_mom"
LO, HI = -60, 60
"""Bins in tenths of a percent: wider than any print."""
_BEFORE = timedelta(hours=2)


def past(calibration: CpiCalibration) -> tuple[Replay, ...]:
    """Forecast each month after the first 18 from the months before it, two hours ahead.

    Empty where there are no more than 18 months.
    """
    months = calibration.months
    scored = months[MONTHS_LEAST:]
    if not scored:
        return ()
    dists = walk_forward_dists(months)
    pmfs = {
        name: np.stack([on_grid(dist, TENTHS, LO, HI).probs for dist in found])
        for name, found in dists.items()
    }
    return (
        Replay(
            key=QUANTITY,
            days=tuple(date.fromisoformat(f"{each.month}-01") for each in scored),
            known_at=tuple(each.released_at - _BEFORE for each in scored),
            grid=TENTHS,
            lo=LO,
            pmfs=pmfs.pop(NOWCAST),
            means=np.array([dist.mean for dist in dists[NOWCAST]]),
            outcomes=np.rint([10.0 * each.first_print_pct for each in scored]).astype(np.int64),
            baselines=pmfs,
            units=tuple(f"CPI-{each.month}" for each in scored),
        ),
    )
