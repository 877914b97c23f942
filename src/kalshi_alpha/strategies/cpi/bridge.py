"""A second mean beside the nowcast: the core's own trend, plus gasoline, seasonally adjusted.

Everything but gasoline follows the core's twelve-month mean; gasoline adds its pass-through.
Prices at the pump are not adjusted, so what the season does to them must come out again: it is
what the published factors do to all items beyond what they do to the core's share of them.
"""

from __future__ import annotations

BRIDGE_WEIGHT = 0.5
"""Weight of this mean against the nowcast's; equal weights need no estimate (Bates & Granger 1969,
Timmermann 2006)."""

CORE_SHARE = 0.79
"""Relative importance of the core in all items; between 0.787 and 0.80 in 2019-2024."""


def bridge_pct(
    core_mean_pct: float,
    gas_change_pct: float,
    seasonal_all_pct: float,
    seasonal_core_pct: float,
    gas_beta: float,
) -> float:
    """Return the adjusted monthly change of all items, in percent.

    Parameters
    ----------
    core_mean_pct
        Mean of the last twelve core prints, seasonally adjusted.
    gas_change_pct
        Change of the month's mean pump price on the month before, not adjusted.
    seasonal_all_pct, seasonal_core_pct
        Unadjusted less adjusted monthly change of the same month a year before: all items, core.
    gas_beta
        Points of all items for each percent of gasoline.
    """
    season = seasonal_all_pct - CORE_SHARE * seasonal_core_pct
    return (1.0 - gas_beta) * core_mean_pct + gas_beta * gas_change_pct - season


def combined_pct(nowcast_pct: float, bridge: float | None) -> float:
    """Return the mean of nowcast and bridge; the nowcast alone where there is no bridge."""
    if bridge is None:
        return nowcast_pct
    return (1.0 - BRIDGE_WEIGHT) * nowcast_pct + BRIDGE_WEIGHT * bridge
