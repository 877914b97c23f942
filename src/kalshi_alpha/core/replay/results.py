"""When a replay may know what a market paid: once its settlement source has published.

A market closes before its result is out. Where a recording carries no time of settlement, a lag
after the close, of the family, stands for it; it errs on the late side, because a result that is
known too early is a look-ahead and one that is known late is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.core.replay.tape import EventTape


@dataclass(frozen=True, slots=True)
class ResultLag:
    """How long after a market's close its result is taken to be unknown.

    Attributes
    ----------
    source
        What publishes the result.
    after_close
        From the close until it has been published.
    """

    source: str
    after_close: timedelta


RESULT_LAGS = {
    # Final reports are due 8 h after the station's standard midnight: of the stations recorded,
    # 10 h 1 min after the close at most, in Chicago while its markets closed by New York's clock.
    "WEATHER": ResultLag("the final climate report", timedelta(hours=11)),
    # Out at 08:30 in New York, minutes after the close; an hour leaves room for a late one.
    "CPI": ResultLag("the Bureau of Labor Statistics' release", timedelta(hours=1)),
    "CLAIMS": ResultLag("the Department of Labor's release", timedelta(hours=1)),
}
"""Of each family whose source publishes by a known rhythm."""
OTHER_LAG = ResultLag("a source whose hour is not known", timedelta(days=1))
"""Of every other family: a whole day."""


def result_lag(family: str) -> ResultLag:
    """Return a family's lag."""
    return RESULT_LAGS.get(family, OTHER_LAG)


def result_known_at(tape: EventTape, family: str) -> datetime:
    """Return when what an event's markets paid was known: as recorded, or after the lag."""
    return tape.settled_at or tape.closes_at + result_lag(family).after_close
