"""Daily summary messages of automatic stations.

``KNYC DS 1500 08/10 731403/ 560600// 73/ 56//…`` is station, time of validity if the day is not
over, day and month, then the day's maximum and minimum with their times, all in local standard
time; the pair behind them is the daytime maximum and the night's minimum, which may belong to the
evening before. Integers are those the climate report will print; they settle nothing.

The message carries no year. It is taken from the time at which its envelope says it was issued or,
for a bare message, from the instant at which it was received.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kalshi_alpha.drivers.nws_observations.errors import (
    BadObservation,
    Contradiction,
    NoYear,
    WrongBody,
)
from kalshi_alpha.drivers.nws_observations.schema import DSM, Observation
from kalshi_alpha.drivers.nws_observations.stations import STANDARD_OFFSETS

_SUMMARY = re.compile(
    r"(?P<station>[A-Z][A-Z0-9]{3}) DS (?P<cor>COR )?(?:(?P<valid>[0-9]{4}) )?"
    r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2}) ?"
    r"(?P<max>[^/=]*)/ ?(?P<min>[^/=]*)// ?(?P<day_max>[^/=]*)/ ?(?P<night_min>[^/=]*)//"
)
_BEGINS = re.compile(r"(?<![A-Z0-9])[A-Z][A-Z0-9]{3} DS ")
_EXTREME = re.compile(r"(-?[0-9]{1,3}?)([0-9]{4})")
_LOWEST_F, _HIGHEST_F = -100, 140
_FARTHEST = timedelta(days=3)
# Of a date longer ago than this the next one is nearer: more likely the message or the clock is
# wrong by a day than that the message is almost a year old.
_HALF_A_YEAR = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class Summary:
    """One station's message.

    ``valid`` is minutes after local standard midnight, None once the day is over; the extremes
    are whole degrees Fahrenheit with minutes after midnight, None if missing.
    """

    station: str
    corrected: bool
    valid: int | None
    day: int
    month: int
    max_f: int | None
    max_at: int | None
    min_f: int | None
    min_at: int | None


def read_summaries(text: str, skipped: Counter[str]) -> list[Summary]:
    """Read every message of a text; one that cannot be read is counted as skipped.

    Raises
    ------
    WrongBody
        If there is no message.
    ObservationsRefused
        If none can be read, with the first reason.
    """
    flat = " ".join(re.sub(r"[^\n\x20-\x7e]", "", text).split())
    starts = [found.start() for found in _BEGINS.finditer(flat)]
    if not starts:
        raise WrongBody("no daily summary message")
    summaries: list[Summary] = []
    refusals: list[BadObservation | Contradiction] = []
    for start, end in zip(starts, [*starts[1:], len(flat)], strict=True):
        try:
            summaries.append(_summary(flat[start:end]))
        except (BadObservation, Contradiction) as error:
            refusals.append(error)
    if not summaries:
        raise refusals[0]
    skipped["unreadable daily summary"] += len(refusals)
    return summaries


def _summary(text: str) -> Summary:
    found = _SUMMARY.match(text)
    if found is None:
        raise BadObservation(f"daily summary {text[:40]!r}")
    valid = None if found["valid"] is None else _minutes(found["valid"])
    max_f, max_at = _extreme(found["max"])
    min_f, min_at = _extreme(found["min"])
    if max_f is not None and min_f is not None and min_f > max_f:
        raise Contradiction(f"{found['station']}: minimum {min_f} above maximum {max_f} F")
    late = [at for at in (max_at, min_at) if at is not None and valid is not None and at > valid]
    if late:
        raise Contradiction(f"{found['station']}: an extreme after the time of validity")
    day, month = int(found["day"]), int(found["month"])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        raise BadObservation(f"{found['station']}: date {day}/{month}")
    corrected = found["cor"] is not None
    return Summary(found["station"], corrected, valid, day, month, max_f, max_at, min_f, min_at)


def _extreme(text: str) -> tuple[int | None, int | None]:
    if text.strip() in ("M", "MM"):
        return None, None
    found = _EXTREME.fullmatch(text.strip())
    if found is None:
        raise BadObservation(f"extreme {text!r}")
    value = int(found[1])
    if not _LOWEST_F <= value <= _HIGHEST_F:
        raise Contradiction(f"an extreme of {value} F")
    return value, _minutes(found[2])


def _minutes(text: str) -> int:
    hour, minute = int(text[:2]), int(text[2:])
    if hour > 23 or minute > 59:
        raise BadObservation(f"time {text!r}")
    return hour * 60 + minute


def observations(
    summaries: list[Summary], came_at: datetime, skipped: Counter[str], *, bare: bool = False
) -> list[Observation]:
    """Place messages in time.

    Parameters
    ----------
    summaries : list of Summary
        What was read.
    came_at : datetime
        When the messages were issued; their dates lie within three days of that.
    skipped : Counter
        Counts the messages of stations whose standard time is not known here.
    bare : bool
        Whether ``came_at`` is when they were received, which may be long after. A date is then
        the nearest one that is not after the station's day at the receipt.

    Raises
    ------
    Contradiction
        If a date lies further off, one station has two messages that differ, or a bare message
        covers a span that was not over when it was received.
    NoYear
        If a bare message's date is not one of the half year before the receipt.
    """
    rows: dict[tuple[object, ...], tuple[bool, Observation]] = {}
    for summary in summaries:
        offset = STANDARD_OFFSETS.get(summary.station)
        if offset is None:
            skipped["station without a known standard time"] += 1
            continue
        if bare:
            row = _received(summary, came_at, offset)
        else:
            row = _row(summary, _date(summary, came_at), offset)
        key = (row.station, row.observed_at)
        known = rows.get(key)
        if known is not None and known[1] != row and known[0] == summary.corrected:
            raise Contradiction(f"{row.station}: two summaries of {row.observed_at}")
        if known is None or summary.corrected:
            rows[key] = (summary.corrected, row)
    return [row for _, row in rows.values()]


def _received(summary: Summary, received_at: datetime, offset: timedelta) -> Observation:
    today = (received_at.astimezone(UTC) + offset).date()
    row = _row(summary, _day_by(summary, today), offset)
    if row.observed_at > received_at:
        raise Contradiction(
            f"{summary.station}: a summary until {row.observed_at:%Y-%m-%d %H:%MZ} "
            f"was received before, {received_at.astimezone(UTC):%Y-%m-%d %H:%MZ}"
        )
    return row


def _day_by(summary: Summary, today: date) -> date:
    """Find the nearest day of a summary's date that is not after ``today``."""
    for year in (today.year, today.year - 1):
        day = _in_year(summary, year)
        if day is not None and timedelta(0) <= today - day <= _HALF_A_YEAR:
            return day
    raise NoYear(
        f"{summary.station}: {summary.day:02d}/{summary.month:02d} names no year, and is no day of "
        f"the half year before its receipt on {today}"
    )


def _in_year(summary: Summary, year: int) -> date | None:
    try:
        return date(year, summary.month, summary.day)
    except ValueError:
        return None


def _date(summary: Summary, came_at: datetime) -> date:
    for year in (came_at.year, came_at.year - 1, came_at.year + 1):
        day = _in_year(summary, year)
        if day is None:
            continue
        if abs(datetime.combine(day, time(), UTC) - came_at) <= _FARTHEST:
            return day
    raise Contradiction(
        f"{summary.station}: {summary.day:02d}/{summary.month:02d} is far from {came_at:%Y-%m-%d}"
    )


def _row(summary: Summary, day: date, offset: timedelta) -> Observation:
    midnight = datetime.combine(day, time(), UTC) - offset
    covers = timedelta(days=1) if summary.valid is None else timedelta(minutes=summary.valid)
    return Observation(
        station=summary.station,
        observed_at=midnight + covers,
        kind=DSM,
        climate_day=day,
        day_max_f=summary.max_f,
        day_min_f=summary.min_f,
    )
