"""Whether our clock was the exchange's in the latest session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.core.gates.preconditions import CLOCK_SKEW_LIMIT_S
from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor


@dataclass(frozen=True, slots=True)
class SkewSeen:
    """What the latest session says of its clock.

    Attributes
    ----------
    at
        When it said so.
    skew_s
        Our clock less the exchange's, or None if no number was kept.
    sound
        Whether its gate found the clocks alike.
    doubts
        What was said when the clock was doubted.
    """

    at: datetime
    skew_s: float | None
    sound: bool
    doubts: Sequence[str] = ()


def clock_skew(
    seen: SkewSeen | None,
    at: datetime,
    *,
    max_age: timedelta,
    limit_s: float = CLOCK_SKEW_LIMIT_S,
) -> MonitorOutcome:
    """Judge the clock by the latest session.

    Parameters
    ----------
    seen
        What it says; None if no session ever compared clocks.
    at
        The clock.
    max_age
        How old a comparison may be that still counts.
    limit_s
        Seconds that the clocks may differ.
    """
    if seen is None:
        said = "no session has compared clocks yet"
        return ended(Monitor.CLOCK_SKEW, MonitorStatus.NO_DATA, None, limit_s, said)
    figure = None if seen.skew_s is None else abs(seen.skew_s)
    if seen.doubts:
        return ended(Monitor.CLOCK_SKEW, MonitorStatus.ALERT, figure, limit_s, seen.doubts[-1])
    if figure is None and seen.sound:
        said = "the latest session kept no measurement of the clock"
        return ended(Monitor.CLOCK_SKEW, MonitorStatus.NO_DATA, None, limit_s, said)
    # Stated as what must hold, so that a NaN fails too.
    if not (seen.sound and (figure is None or figure <= limit_s)):
        said = "it was not measured" if figure is None else f"they differ by {figure:.3f} s"
        return ended(Monitor.CLOCK_SKEW, MonitorStatus.ALERT, figure, limit_s, f"clocks: {said}")
    if at - seen.at > max_age:
        hours = (at - seen.at) / timedelta(hours=1)
        said = f"clocks were last compared {hours:.0f} h ago"
        return ended(Monitor.CLOCK_SKEW, MonitorStatus.STALE, figure, limit_s, said)
    return ended(Monitor.CLOCK_SKEW, MonitorStatus.OK, figure, limit_s)
