"""The months that a calibration learns from: what was predicted and what was first printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.cpi.months import NEVER_PUBLISHED, months_before

Percent = Annotated[float, msgspec.Meta(ge=-5, le=5)]
Dollars = Annotated[float, msgspec.Meta(gt=0, le=20)]

_RELEASE_TIME = time(8, 30)
_ZONE = ZoneInfo("America/New_York")
_SOURCE = "cpi history"
# Neither month has a monthly change: the one was never published, the other starts from it.
_WITHOUT_CHANGE = frozenset(
    {f"{NEVER_PUBLISHED:%Y-%m}", f"{months_before(NEVER_PUBLISHED, -1):%Y-%m}"}
)


class HistoryMonth(msgspec.Struct, frozen=True):
    """One reference month.

    Attributes
    ----------
    month
        ``YYYY-MM``.
    release_on
        Day of the first print.
    nowcast_pct, nowcast_on
        Last Cleveland Fed nowcast labelled strictly before the release, in percent m/m.
    first_print_pct, core_first_print_pct
        Seasonally adjusted changes as first printed, in percent m/m.
    gas_mean_usd, gas_prev_mean_usd
        Mean retail price of regular gasoline in the month and the month before, from one source.
    """

    month: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
    release_on: date
    nowcast_pct: Percent
    nowcast_on: date
    first_print_pct: Percent
    core_first_print_pct: Percent
    gas_mean_usd: Dollars
    gas_prev_mean_usd: Dollars

    @property
    def released_at(self) -> datetime:
        """Instant of the first print."""
        return datetime.combine(self.release_on, _RELEASE_TIME, _ZONE)

    @property
    def error(self) -> float:
        """First print less nowcast, in percentage points."""
        return self.first_print_pct - self.nowcast_pct

    @property
    def gas_change_pct(self) -> float:
        """Change of the mean gasoline price on the month before, in percent."""
        return 100.0 * (self.gas_mean_usd / self.gas_prev_mean_usd - 1.0)


def read_history(
    rows: Sequence[Mapping[str, object]], as_of: datetime | None = None
) -> tuple[HistoryMonth, ...]:
    """Read history rows, oldest first, keeping those printed by ``as_of``.

    Rows of October and November 2025 are left out whatever they hold: neither month has a
    monthly change.

    Raises
    ------
    ParseRefused
        If a row lacks a number or holds an impossible one, a month repeats or was released
        before the one before it, or a nowcast is not older than its release.
    """
    with_change = [row for row in rows if row.get("month") not in _WITHOUT_CHANGE]
    try:
        months = [msgspec.convert(row, HistoryMonth) for row in with_change]
    except msgspec.ValidationError as error:
        raise ParseRefused(_SOURCE, str(error)) from error
    months.sort(key=lambda each: each.month)
    for before, after in pairwise(months):
        if before.month == after.month:
            raise ParseRefused(_SOURCE, f"{after.month} occurs twice")
        if not before.release_on < after.release_on:
            raise ParseRefused(_SOURCE, f"{after.month} was released before {before.month}")
    for each in months:
        if not each.nowcast_on < each.release_on:
            raise ParseRefused(_SOURCE, f"nowcast of {each.month} is not older than its release")
    return tuple(each for each in months if as_of is None or each.released_at <= as_of)


def errors_of(months: Sequence[HistoryMonth]) -> FloatArray:
    """Return first print less nowcast in percentage points, in the months' order."""
    return np.array([each.error for each in months])


def gas_changes_of(months: Sequence[HistoryMonth]) -> FloatArray:
    """Return the monthly changes of gasoline in percent, in the months' order."""
    return np.array([each.gas_change_pct for each in months])
