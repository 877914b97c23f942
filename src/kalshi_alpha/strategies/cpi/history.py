"""The months that a calibration learns from: what was predicted and what was first printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from kalshi_alpha.core.errors import ParseRefused

RELEASE_TIME = time(8, 30)
_ZONE = ZoneInfo("America/New_York")
_SOURCE = "cpi history"


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
        Mean retail price of regular gasoline in the month and the month before.
    """

    month: str
    release_on: date
    nowcast_pct: float
    nowcast_on: date
    first_print_pct: float
    core_first_print_pct: float
    gas_mean_usd: float
    gas_prev_mean_usd: float

    @property
    def released_at(self) -> datetime:
        """Instant of the first print."""
        return datetime.combine(self.release_on, RELEASE_TIME, _ZONE)

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

    Raises
    ------
    ParseRefused
        If a row lacks a number, a month repeats, or a nowcast is not older than its release.
    """
    try:
        months = [msgspec.convert(dict(row), HistoryMonth) for row in rows]
    except msgspec.ValidationError as error:
        raise ParseRefused(_SOURCE, str(error)) from error
    if len({each.month for each in months}) != len(months):
        raise ParseRefused(_SOURCE, "a month occurs twice")
    late = [each.month for each in months if each.nowcast_on >= each.release_on]
    if late:
        raise ParseRefused(_SOURCE, f"nowcast of {late[0]} is not older than its release")
    known = [each for each in months if as_of is None or each.released_at <= as_of]
    return tuple(sorted(known, key=lambda each: each.release_on))
