"""What past errors say: how wide the next one is, and what a holiday did to first prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kalshi_alpha.strategies.claims.long_run import SHRINK
from kalshi_alpha.strategies.claims.weeks import WIDE, holidays_of

DECAY = 0.9  # weight of the past in the mean absolute error, about ten weeks of memory
SCALE_FLOOR = 0.035  # of the level; below it a calm spell would be taken for a new world
HOLIDAY_WIDENING = 1.5
DOF = 6
_LARGEST_LESSON = 0.15  # a strike or storm in a holiday week is not the holiday's doing


@dataclass(frozen=True, slots=True)
class HolidayErrors:
    """Summed errors of one holiday's weeks, and how many there were."""

    name: str
    total: float
    n: int

    @property
    def effect(self) -> float:
        """The mean error, shrunk towards zero."""
        return self.total / (self.n + SHRINK)


@dataclass(frozen=True, slots=True)
class ErrorsSeen:
    """A running record of one forecaster's errors, all as fractions of the level.

    Attributes
    ----------
    level
        Weighted mean absolute error; to begin with, what is taken for it before any is seen.
    n
        Errors seen.
    holidays
        Errors of first prints in holiday weeks beyond what the long run says of them.
    """

    level: float
    n: int = 0
    holidays: tuple[HolidayErrors, ...] = ()

    def learned(self, error: float, width: float) -> ErrorsSeen:
        """Take in an error of a week whose scale was widened by a factor."""
        level = DECAY * self.level + (1.0 - DECAY) * abs(error) / width
        return ErrorsSeen(level, self.n + 1, self.holidays)

    def taught(self, week: date, error: float) -> ErrorsSeen:
        """Take in what a week's error, before any such effect, says of its holidays."""
        kept = min(max(error, -_LARGEST_LESSON), _LARGEST_LESSON)
        found = {each.name: each for each in self.holidays}
        for name in holidays_of(week):
            before = found.get(name, HolidayErrors(name, 0.0, 0))
            found[name] = HolidayErrors(name, before.total + kept, before.n + 1)
        return ErrorsSeen(self.level, self.n, tuple(found[name] for name in sorted(found)))

    def scale(self, width: float) -> float:
        """Return the t scale of a week of some widening."""
        return max(SCALE_FLOOR, self.level) * width

    def holiday_effect(self, week: date) -> float:
        """Return what first prints of a week's holidays did beyond the long run."""
        names = holidays_of(week)
        return sum(each.effect for each in self.holidays if each.name in names)


def holiday_width(week: date) -> float:
    """Return how much wider a week's error is for its holidays."""
    return HOLIDAY_WIDENING if WIDE.intersection(holidays_of(week)) else 1.0
