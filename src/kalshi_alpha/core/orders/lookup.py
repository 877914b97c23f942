"""When the venue's silence about an order may be believed.

Readings lag what the venue has done, so one that does not hold an order proves nothing. Two
things end the doubt. A signed request is refused once its timestamp is some seconds old, so an
order that has not arrived by then never will. And a reading whose data is newer than that, or
several readings in a row after it, would show the order if it had.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.core.errors import BadParameter


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPolicy:
    """How unknown orders are looked up, and when the doubt has lasted too long.

    Attributes
    ----------
    poll_every
        Time between two readings of orders and fills.
    absent_after
        Age of an order from which a reading that does not hold it counts. The venue has been
        seen to accept timestamps 10 seconds old and to refuse those 30 and 60 seconds old.
    absent_reads
        How many such readings in a row prove it; one more if the venue does not say how new its
        data is.
    reads_apart
        Least time between two readings that both count.
    stop_after
        Age of the doubt at which the order's series is stopped.

    Raises
    ------
    BadParameter
        If a time is not positive, or the doubt would always last too long.
    """

    poll_every: timedelta = timedelta(seconds=1)
    absent_after: timedelta = timedelta(seconds=30)
    absent_reads: int = 2
    reads_apart: timedelta = timedelta(seconds=1.5)
    stop_after: timedelta = timedelta(seconds=60)

    def __post_init__(self) -> None:
        spans = (self.poll_every, self.absent_after, self.reads_apart, self.stop_after)
        if min(spans) <= timedelta(0) or self.absent_reads < 1:
            raise BadParameter("the times and readings of a lookup must be positive")
        needed = self.absent_after + (self.absent_reads + 1) * (self.reads_apart + self.poll_every)
        if needed > self.stop_after:
            raise BadParameter("stop_after leaves no time to prove that an order is absent")


@dataclass(frozen=True, slots=True)
class Silence:
    """A reading of orders and fills that did not hold the order.

    ``read_at`` is when it began; ``data_as_of`` how new its data was, or None if unsaid.
    """

    read_at: datetime
    data_as_of: datetime | None


def proves_absence(intended_at: datetime, heard: Iterable[Silence], policy: UnknownPolicy) -> bool:
    """Say whether readings without an order prove that it never arrived.

    Parameters
    ----------
    intended_at
        When the order became durable; it was sent at once.
    heard
        The readings that were answered, oldest first.
    policy
        What is asked of them.
    """
    counted: list[Silence] = []
    earliest = intended_at + policy.absent_after
    for silence in heard:
        late_enough = silence.read_at >= earliest and (
            silence.data_as_of is None or silence.data_as_of >= earliest
        )
        apart = not counted or silence.read_at - counted[-1].read_at >= policy.reads_apart
        if late_enough and apart:
            counted.append(silence)
    dated = all(silence.data_as_of is not None for silence in counted)
    return len(counted) >= policy.absent_reads + (0 if dated else 1)
