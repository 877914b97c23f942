"""A second mean beside the nowcast: the core's own trend, plus gasoline, seasonally adjusted.

Everything but gasoline follows the core's twelve-month mean; gasoline adds its pass-through.
Prices at the pump are not adjusted, so what the season does to them must come out again: it is
what the published factors do to all items beyond what they do to the core's share of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import InputUsed
from kalshi_alpha.strategies.cpi.gasoline import daily_prices, month_mean
from kalshi_alpha.strategies.cpi.levels import seasonal_difference
from kalshi_alpha.strategies.cpi.months import months_before
from kalshi_alpha.strategies.cpi.rows import GasRow, LevelRow

BRIDGE_WEIGHT = 0.5
"""Weight of this mean against the nowcast's; equal weights need no estimate (Bates & Granger 1969,
Timmermann 2006)."""

CORE_SHARE = 0.79
"""Relative importance of the core in all items; between 0.787 and 0.80 in 2019-2024."""

GAS_DAYS_LEAST = 20
"""Days of the month before with a price of their own, below which it is not compared with."""


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


@dataclass(frozen=True, slots=True)
class Bridge:
    """The bridge's mean in percent m/m, and the change of gasoline that it rests on."""

    pct: float
    used: InputUsed


def bridge_for(
    levels: Sequence[LevelRow],
    prices: Sequence[GasRow],
    month: date,
    core_mean_pct: float,
    gas_beta: float,
    today: date,
) -> Bridge:
    """Return the bridge of a month from the feeds' rows.

    Raises
    ------
    MissingData
        If the seasonal differences are not at hand, or the month before has too few prices of
        its own to be compared with.
    """
    seasonal_all, seasonal_core = (
        seasonal_difference(levels, month, core=core) for core in (False, True)
    )
    daily = daily_prices(prices)
    if not daily:
        raise MissingData("no gasoline price is known")
    before = month_mean(daily, months_before(month, 1), today)
    if before.days_seen < GAS_DAYS_LEAST:
        raise MissingData(
            f"gasoline of {months_before(month, 1):%Y-%m} is known on {before.days_seen} days only"
        )
    change = 100.0 * (month_mean(daily, month, today).mean_usd / before.mean_usd - 1.0)
    known_at = max(row.available_at for row in prices if row.grade == "regular")
    return Bridge(
        bridge_pct(core_mean_pct, change, seasonal_all, seasonal_core, gas_beta),
        InputUsed(f"{prices[0].surveyor} month on the month before", change, "%", known_at),
    )
