"""Trading days of the United States bond market, as SIFMA recommends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from kalshi_alpha.core.errors import BadParameter

_SATURDAY = 5
_LONGEST_CLOSURE_DAYS = 10  # far above the longest recommended closure, a four-day week-end


@dataclass(frozen=True, slots=True)
class BondCalendar:
    """Closures and 14:00 closes, with the days for which they are known.

    Attributes
    ----------
    closures
        Weekdays on which the market is shut.
    early_closes
        Days on which it shuts at 14:00 ET.
    covers_from, covers_until
        First and last day that the lists speak for; outside them nothing is known.
    """

    closures: frozenset[date]
    early_closes: frozenset[date]
    covers_from: date
    covers_until: date

    def __post_init__(self) -> None:
        if not self.covers_from <= self.covers_until:
            raise BadParameter(f"calendar covers {self.covers_from} to {self.covers_until}")

    def covers(self, day: date) -> bool:
        """Say whether the lists speak for this day."""
        return self.covers_from <= day <= self.covers_until

    def trades(self, day: date) -> bool:
        """Say whether the market opens on this day at all."""
        return day.weekday() < _SATURDAY and day not in self.closures

    def neighbours(self, day: date) -> tuple[date, ...]:
        """Return the known trading days around a day: the one before, itself, the one after."""
        before = self._next_trading(day, -1)
        after = self._next_trading(day, 1)
        own = day if self.trades(day) and self.covers(day) else None
        return tuple(d for d in (before, own, after) if d is not None)

    def trading_days_between(self, first: date, last: date) -> int:
        """Count trading days after ``first`` up to and including ``last``."""
        days = (last - first).days
        return sum(self.trades(first + timedelta(days=n)) for n in range(1, days + 1))

    def _next_trading(self, day: date, step: int) -> date | None:
        for distance in range(1, _LONGEST_CLOSURE_DAYS + 1):
            other = day + timedelta(days=step * distance)
            if self.covers(other) and self.trades(other):
                return other
        return None
