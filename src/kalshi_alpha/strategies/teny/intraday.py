"""How much of a day's variance is still to come at a moment of the day.

The curves are placeholders: nobody has measured them here on minute data yet. They put three
quarters of a quiet day between 08:30 and 15:30, evenly; and half of a day with a decision of the
Fed between the statement at 14:00 and the close, evenly.
"""

from __future__ import annotations

from datetime import datetime, time
from itertools import pairwise

from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.strategies.teny.spread import SpreadState

Knots = tuple[tuple[time, float], ...]

QUIET: Knots = ((time(8, 30), 0.75), (time(15, 30), 0.0))
DECISION: Knots = ((time(8, 30), 0.80), (time(14, 0), 0.50), (time(15, 30), 0.0))
"""Share of the day's variance left at each New York time; straight lines between them."""

MORNING_NEWS = time(8, 30)
_MORNING = frozenset({"cpi", "jobs"})
_AFTERNOON = frozenset({"fomc"})


def share_left(knots: Knots, at: time) -> float:
    """Return the share of the day's variance that is still to come.

    All of it before the first knot, though some of the night is over then: too wide rather than
    too narrow.
    """
    if at < knots[0][0]:
        return 1.0
    for (start, before), (end, after) in pairwise(knots):
        if at <= end:
            return before + (after - before) * _seconds(start, at) / _seconds(start, end)
    return 0.0


def remaining_variance(state: SpreadState, scheduled: frozenset[str], at: datetime) -> float:
    """Return the variance between a moment and the same day's close, in squared basis points.

    News of 08:30 is in the quote once it is out; a decision of the Fed is spread over the
    afternoon.
    """
    clock = new_york(at).time()
    knots = DECISION if scheduled & _AFTERNOON else QUIET
    load = max(1.0 + state.excess(sorted(scheduled & _AFTERNOON)), 1.0) * share_left(knots, clock)
    if clock < MORNING_NEWS:
        load += max(state.excess(sorted(scheduled & _MORNING)), 0.0)
    return state.quiet_variance_bp2 * load


def _seconds(start: time, end: time) -> int:
    def since_midnight(at: time) -> int:
        return at.hour * 3600 + at.minute * 60 + at.second

    return since_midnight(end) - since_midnight(start)
