"""What is known of claims on the eve of a release, and when it became known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import InputUsed
from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.rows import ClaimsRow, ReleaseRow
from kalshi_alpha.strategies.claims.weeks import ONE_WEEK

READJUSTED_FROM = 0.01
"""Log difference from which newer factors replace the adjusted level that was shown."""

_ZONE = ZoneInfo("America/New_York")
_RELEASE_LAG = timedelta(days=5)  # from Saturday to Thursday
_NEXT_RELEASE = timedelta(days=10)  # to the earliest day of the next release


@dataclass(frozen=True, slots=True)
class Factor:
    """A week's newest seasonal factor, in tenths of a percent, and when it became known."""

    tenths: int
    available_at: datetime


def next_release(rows: Sequence[ReleaseRow], as_of: datetime) -> datetime:
    """Return the next scheduled release of claims.

    Raises
    ------
    MissingData
        If the calendar knows of none after the clock, or gives the next one a day but no hour.
    """
    today = as_of.astimezone(_ZONE).date()
    ahead = [
        row
        for row in rows
        if row.event == "claims"
        and (row.release_on >= today if row.release_at is None else row.release_at > as_of)
    ]
    if not ahead:
        raise MissingData("the calendar holds no release of claims after the clock")
    first = min(ahead, key=lambda row: row.release_on)
    if first.release_at is None:
        raise MissingData(f"the calendar gives no hour for the claims of {first.release_on}")
    return first.release_at


def initial_rows(rows: Iterable[ClaimsRow]) -> list[ClaimsRow]:
    """Return the rows on initial claims, in the order in which they became known."""
    found = [row for row in rows if row.measure == "initial"]
    return sorted(found, key=lambda row: (row.available_at, row.week_ending, row.kind))


def is_first_print(row: ClaimsRow) -> bool:
    """Tell whether a row shows a first print: by name, or in a table seen before the next release.

    FRED carries the advance figure under no name of its own until the next release revises it.
    """
    if row.sa is None:
        return False
    next_release_at = datetime.combine(row.week_ending + _NEXT_RELEASE, time(8, 30), _ZONE)
    return row.kind == "advance" or (row.kind == "history" and row.available_at < next_release_at)


def first_prints(rows: Sequence[ClaimsRow]) -> dict[date, FirstPrint]:
    """Return first prints by week, each with the week before as its release showed it."""
    tables = {row.week_ending: row.sa for row in rows if row.kind == "history"}
    shown = tables | {row.week_ending: row.sa for row in rows if row.kind == "revised"}
    found: dict[date, FirstPrint] = {}
    for row in sorted(rows, key=lambda each: each.kind):
        if is_first_print(row) and row.sa is not None and row.week_ending not in found:
            at = row.published_at
            on = row.week_ending + _RELEASE_LAG if at is None else at.astimezone(_ZONE).date()
            before = shown.get(row.week_ending - ONE_WEEK)
            found[row.week_ending] = FirstPrint(row.week_ending, on, row.sa, before)
    return found


def later_figures(rows: Sequence[ClaimsRow]) -> dict[date, FirstPrint]:
    """Return levels of later tables by week: what stands in for a release that was missed."""
    return {
        row.week_ending: FirstPrint(row.week_ending, row.week_ending + _RELEASE_LAG, row.sa)
        for row in rows
        if row.kind == "history" and row.sa is not None
    }


def factors_from(rows: Sequence[ClaimsRow]) -> dict[date, Factor]:
    """Return the newest seasonal factor of each week."""
    return {
        row.week_ending: Factor(row.sf_tenths, row.available_at)
        for row in rows
        if row.sf_tenths is not None
    }


def readjusted(
    prints: Sequence[FirstPrint], rows: Sequence[ClaimsRow], factors: dict[date, Factor]
) -> tuple[FirstPrint, ...]:
    """Put levels on the footing of newer factors, where the actual count is known.

    The target week will be adjusted by the factors in force then, and so its past must be.
    """
    counts = {row.week_ending: row.nsa for row in rows if row.nsa is not None}
    newer: dict[date, int] = {}
    for each in prints:
        count, factor = counts.get(each.week), factors.get(each.week)
        if count is None or factor is None or factor.available_at <= each.released_at:
            continue
        persons = round(count / factor.tenths) * 1000
        if abs(math.log(persons / each.persons)) > READJUSTED_FROM:
            newer[each.week] = persons
    return tuple(
        replace(
            each,
            persons=newer.get(each.week, each.persons),
            previous_shown=newer.get(each.week - ONE_WEEK, each.previous_shown),
        )
        for each in prints
    )


def inputs_of(
    rows: Sequence[ClaimsRow], week: date, factor: Factor | None
) -> tuple[InputUsed, ...]:
    """Name the figures of the table that a forecast of a week rests on."""
    used = [
        InputUsed(
            f"initial claims {row.week_ending} ({row.kind})", row.sa, "claims", row.available_at
        )
        for row in rows
        if row.sa is not None and week - 5 * ONE_WEEK <= row.week_ending < week
    ]
    if factor is not None:
        name = f"seasonal factor {week}"
        used.append(InputUsed(name, factor.tenths / 10, "%", factor.available_at))
    return tuple(used)
