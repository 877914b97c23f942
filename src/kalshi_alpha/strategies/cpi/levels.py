"""From the monthly change to the yearly one: published index levels and the seasonal difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import InputUsed
from kalshi_alpha.strategies.cpi.months import NEVER_PUBLISHED, months_before, require_published
from kalshi_alpha.strategies.cpi.rows import LevelRow

ADJUSTED, ADJUSTED_CORE, UNADJUSTED = "CUSR0000SA0", "CUSR0000SA0L1E", "CUUR0000SA0"
UNADJUSTED_CORE = "CUUR0000SA0L1E"
SEASONAL_YEARS_MAX = 4
"""How many years back a month's seasonal difference may be read from."""
# How far the seasonal difference read from the levels of a year before lies from the month's own,
# in percentage points: root mean square over the months of 2018-2025 of which a vintage with the
# factors in force is at hand. 0.029 in 53 months from February to December; 0.042 in five
# Januaries, whose release brings new factors; 0.040 where the levels are two years old.
SEASONAL_ERROR_SD = 0.03
SEASONAL_ERROR_SD_STALE = 0.04


@dataclass(frozen=True, slots=True)
class YearlyBase:
    """What makes a yearly print of a monthly change.

    Attributes
    ----------
    previous_e3, year_ago_e3
        Unadjusted levels of the month before and of a year before the reference month.
    seasonal_pct, seasonal_error_sd
        What to add to an adjusted monthly change to get the unadjusted one, and how far off it
        may be; percentage points.
    used
        The levels as inputs.
    notes
        What is out of the ordinary.
    """

    previous_e3: int
    year_ago_e3: int
    seasonal_pct: float
    seasonal_error_sd: float
    used: tuple[InputUsed, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def slope(self) -> float:
        """Points of yearly change for each point of monthly change."""
        return self.previous_e3 / self.year_ago_e3

    def yearly_pct(self, adjusted_pct: float) -> float:
        """Return ``100 (I[t-1] (1 + unadjusted/100) / I[t-12] - 1)``."""
        unadjusted = adjusted_pct + self.seasonal_pct
        return 100.0 * (self.slope * (1.0 + unadjusted / 100.0) - 1.0)

    def adjusted_pct(self, yearly_pct: FloatArray) -> FloatArray:
        """Return the adjusted monthly changes that give these yearly ones."""
        return 100.0 * ((1.0 + yearly_pct / 100.0) / self.slope - 1.0) - self.seasonal_pct


def yearly_base(rows: Sequence[LevelRow], month: date) -> YearlyBase:
    """Return the levels and the seasonal difference that a year-on-year print needs.

    The factors in force for a year are those estimated for the year before, so the difference
    between unadjusted and adjusted change is read from the same month of last year; from the
    year before that where a level of last year's does not exist.

    Raises
    ------
    MissingData
        If a level was never published or is not at hand.
    """
    levels = {(row.series_id, row.month): row for row in rows}
    previous = _level(levels, UNADJUSTED, months_before(month, 1))
    year_ago = _level(levels, UNADJUSTED, months_before(month, 12))
    years = 2 if months_before(month, 13) == NEVER_PUBLISHED else 1
    stale = years > 1 or month.month == 1
    same_month = months_before(month, 12 * years)
    seasonal = _change_pct(levels, UNADJUSTED, same_month) - _change_pct(
        levels, ADJUSTED, same_month
    )
    note = f"seasonal difference of {same_month:%Y-%m}: last year's was never published"
    return YearlyBase(
        previous_e3=previous.index_e3,
        year_ago_e3=year_ago.index_e3,
        seasonal_pct=seasonal,
        seasonal_error_sd=SEASONAL_ERROR_SD_STALE if stale else SEASONAL_ERROR_SD,
        used=(
            _as_input("NSA index of the month before", previous),
            _as_input("NSA index of a year before", year_ago),
        ),
        notes=(note,) if years > 1 else (),
    )


def seasonal_difference(rows: Sequence[LevelRow], month: date, *, core: bool) -> float:
    """Return unadjusted less adjusted change of the same month in the newest year that has it.

    Raises
    ------
    MissingData
        If none of the last four years has it.
    """
    levels = {(row.series_id, row.month): row for row in rows}
    adjusted, plain = (ADJUSTED_CORE, UNADJUSTED_CORE) if core else (ADJUSTED, UNADJUSTED)
    for years in range(1, SEASONAL_YEARS_MAX + 1):
        same = months_before(month, 12 * years)
        needed = {(series, months_before(same, n)) for series in (adjusted, plain) for n in (0, 1)}
        if needed <= levels.keys():
            return _change_pct(levels, plain, same) - _change_pct(levels, adjusted, same)
    raise MissingData(f"no levels of {month:%B} in earlier years, {adjusted} and {plain}")


def require_level(rows: Sequence[LevelRow], series: str, month: date) -> None:
    """Check that a month's level was published and is at hand.

    Raises
    ------
    MissingData
        If it was not: a monthly change from it would span two months.
    """
    _level({(row.series_id, row.month): row for row in rows}, series, month)


def _level(levels: dict[tuple[str, date], LevelRow], series: str, month: date) -> LevelRow:
    require_published(month)
    row = levels.get((series, month))
    if row is None:
        raise MissingData(f"the index {series} of {month:%Y-%m} is not at hand")
    return row


def _change_pct(levels: dict[tuple[str, date], LevelRow], series: str, month: date) -> float:
    later = _level(levels, series, month).index_e3
    earlier = _level(levels, series, months_before(month, 1)).index_e3
    return 100.0 * (later / earlier - 1.0)


def _as_input(name: str, row: LevelRow) -> InputUsed:
    return InputUsed(name, row.index_e3 / 1000, "1982-84 = 100", row.available_at)
