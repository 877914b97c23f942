"""How far settled and marked profit stands below its best, over a day and over seven."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from kalshi_alpha.core.ledger.entry import PAYOUT_E6_PER_E2, LedgerEntry
from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.core.types import Money, Side

WEEK_DAYS = 7


class Span(StrEnum):
    """What a limit is for: New York's day, or that day and the six before it."""

    DAY = "day"
    WEEK = "week"

    @property
    def days(self) -> int:
        """How many days it covers."""
        return 1 if self is Span.DAY else WEEK_DAYS


@dataclass(frozen=True, slots=True)
class DayEquity:
    """Profit over one New York day as it was looked at: the highest, and the last."""

    high: Money
    last: Money


@dataclass(frozen=True, slots=True)
class Limits:
    """Losses that stop trading, in dollars above zero."""

    day: Money
    week: Money

    def of(self, span: Span) -> Money:
        """Return the limit of a span."""
        return self.day if span is Span.DAY else self.week


@dataclass(frozen=True, slots=True)
class Fall:
    """How far profit fell within a span, of one ledger mode, against its limit."""

    mode: str
    span: Span
    fallen: Money
    limit: Money

    @property
    def share(self) -> float:
        """Part of the limit that is used up."""
        return self.fallen.e6 / self.limit.e6

    @property
    def reached(self) -> bool:
        """Whether the limit is reached."""
        return self.fallen >= self.limit

    def to_text(self) -> str:
        """Return the fall in one line."""
        down, limit = f"${self.fallen.dollars:,.2f}", f"${self.limit.dollars:,.2f}"
        return f"{self.mode} down {down} in a {self.span}, limit {limit}"


_TOLD = re.compile(r"(\S+) down \$([\d,.]+) in a (day|week), limit \$([\d,.]+)")


def falls_told(text: str) -> tuple[Fall, ...]:
    """Return the falls of a line of `Fall.to_text`, to the cent; what is none is skipped."""
    found = filter(None, map(_TOLD.fullmatch, text.split("; ")))
    return tuple(Fall(m[1], Span(m[3]), _dollars(m[2]), _dollars(m[4])) for m in found)


def _dollars(text: str) -> Money:
    return Money.parse(text.replace(",", ""))


@dataclass(frozen=True, slots=True)
class KeptFall:
    """A fall that reached its limit, known from the alert log alone, and when it was last seen."""

    fall: Fall
    seen_at: datetime

    def holds(self, at: datetime) -> bool:
        """Say whether its span is not over: New York's day, or seven days."""
        days = (new_york(at).date() - new_york(self.seen_at).date()).days
        return 0 <= days < self.fall.span.days

    def to_text(self) -> str:
        """Return one line, which `falls_told` does not take for a fall that was measured."""
        fall, seen_at = self.fall, new_york(self.seen_at)
        return (
            f"{fall.mode} was down ${fall.fallen.dollars:,.2f} in a {fall.span} at "
            f"{seen_at:%Y-%m-%d %H:%M} ET and drawdown.json was lost since: that holds until the "
            f"{fall.span} is over, or the file is back from the newest backup"
        )


def marked_profit(entries: Iterable[LedgerEntry], yes_marks: Mapping[str, float]) -> Money:
    """Return profit of settled rows, and of open ones at the market's price.

    An open row is worth the newest mid that is known of its market, else its mid before the close,
    else the market's price when it filled, else what was paid. What we believe never counts.

    Parameters
    ----------
    entries
        Rows of fills of one mode.
    yes_marks
        Newest mid of YES by market, in dollars.
    """
    total = 0
    for entry in entries:
        if entry.realised is not None:
            total += entry.realised.e6
            continue
        total += _worth_e6(entry, yes_marks) - entry.cost.e6 - entry.fee_e6
    return Money(total)


def _worth_e6(entry: LedgerEntry, yes_marks: Mapping[str, float]) -> int:
    mark = yes_marks.get(entry.market_ticker)
    if mark is not None:
        ours: float | None = mark if entry.side is Side.YES else 1.0 - mark
    else:
        ours = entry.m_at_fill if entry.close_mid is None else entry.close_mid
    if ours is None:
        return entry.cost.e6
    return round(ours * entry.count_e2 * PAYOUT_E6_PER_E2)


def with_look(days: Mapping[date, DayEquity], profit: Money, at: datetime) -> dict[date, DayEquity]:
    """Return what is kept of each day, after a look at the clock's day.

    Days that no limit looks back to are dropped.
    """
    today = new_york(at).date()
    before = days.get(today)
    high = profit if before is None else max(before.high, profit)
    first = today - timedelta(days=WEEK_DAYS)
    past = {day: each for day, each in days.items() if day < today}
    # The newest day before the week says where the week began.
    began = max((day for day in past if day < first), default=None)
    kept = {day: each for day, each in past.items() if day >= first or day == began}
    return {**kept, today: DayEquity(high, profit)}


def falls(
    mode: str,
    entries: Sequence[LedgerEntry],
    days: Mapping[date, DayEquity],
    at: datetime,
    limits: Limits,
) -> tuple[Fall, ...]:
    """Return how far profit fell within the day and within the week.

    Two measures are taken and the deeper counts: settled profit by itself, exact at every
    settlement, and settled and marked profit as it was looked at.

    Parameters
    ----------
    mode
        Of the rows, for the texts.
    entries
        Rows of fills of one mode, none of them later than the clock.
    days
        What was looked at, today included.
    at
        The clock.
    limits
        What stops trading.
    """
    today = new_york(at).date()
    found = []
    for span in Span:
        first = today - timedelta(days=span.days - 1)
        fallen = max(_settled_fall(entries, first), _looked_at_fall(entries, days, first))
        found.append(Fall(mode, span, fallen, limits.of(span)))
    return tuple(found)


def _settled_fall(entries: Iterable[LedgerEntry], first: date) -> Money:
    settled = sorted(
        (entry.settled_at, entry.realised.e6)
        for entry in entries
        if entry.settled_at is not None and entry.realised is not None
    )
    total = peak = 0
    for settled_at, profit in settled:
        if new_york(settled_at).date() >= first:
            total += profit
            peak = max(peak, total)
    return Money(peak - total)


def _looked_at_fall(
    entries: Iterable[LedgerEntry], days: Mapping[date, DayEquity], first: date
) -> Money:
    inside = {day: each for day, each in days.items() if day >= first}
    if not inside:
        return Money(0)
    earlier = [day for day in days if day < first]
    began = days[max(earlier)].last if earlier else _settled_before(entries, first)
    peak = max(began, *(each.high for each in inside.values()))
    return Money(max(peak.e6 - inside[max(inside)].last.e6, 0))


def _settled_before(entries: Iterable[LedgerEntry], first: date) -> Money:
    return Money(
        sum(
            entry.realised.e6
            for entry in entries
            if entry.settled_at is not None
            and entry.realised is not None
            and new_york(entry.settled_at).date() < first
        )
    )


def drawdown(
    found: Sequence[Fall], limits: Limits, *, has_fills: bool, kept: Sequence[KeptFall] = ()
) -> MonitorOutcome:
    """Judge the falls: one that has reached its limit alerts.

    Figure and threshold are those of the fall that is nearest to its limit, in dollars.

    Parameters
    ----------
    found
        Of every mode and span.
    limits
        What stops trading.
    has_fills
        Whether there is any fill; a desk without has nothing to lose.
    kept
        Falls that the alert log remembers and the lost looks do not; each alerts.
    """
    every = (*found, *(each.fall for each in kept))
    nearest = max(every, key=lambda fall: fall.share, default=None)
    if nearest is None or not (has_fills or kept):
        said = "no fill counts yet, neither live nor on paper with online books"
        return ended(Monitor.DRAWDOWN, MonitorStatus.NO_DATA, None, limits.day.dollars, said)
    figure, threshold = nearest.fallen.dollars, nearest.limit.dollars
    reached = [fall.to_text() for fall in found if fall.reached]
    reached += [each.to_text() for each in kept]
    if reached:
        said = "; ".join(reached)
        return ended(Monitor.DRAWDOWN, MonitorStatus.ALERT, figure, threshold, said)
    return ended(Monitor.DRAWDOWN, MonitorStatus.OK, figure, threshold)
