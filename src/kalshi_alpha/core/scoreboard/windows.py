"""Windows of days, and what a ledger knew at a clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerEntry


@dataclass(frozen=True, slots=True)
class Window:
    """The last ``days`` days before ``ends_at``: its end belongs to it, its beginning does not.

    Raises
    ------
    BadParameter
        If there is no day, or the end carries no zone.
    """

    ends_at: datetime
    days: int

    def __post_init__(self) -> None:
        if self.ends_at.tzinfo is None or not 1 <= self.days <= 36_500:
            raise BadParameter(f"a window has 1 to 36500 days and a zone, was {self}")

    @property
    def begins_at(self) -> datetime:
        """The instant after which the window begins."""
        return self.ends_at - timedelta(days=self.days)

    @property
    def previous(self) -> Window:
        """The window of as many days that ends where this one begins."""
        return Window(self.begins_at, self.days)

    def holds(self, at: datetime | None) -> bool:
        """Say whether an instant lies in the window; None lies nowhere."""
        return at is not None and self.begins_at < at <= self.ends_at


def as_known(entries: Iterable[LedgerEntry], at: datetime) -> Iterator[LedgerEntry]:
    """Yield the entries as a ledger of the clock ``at`` would have had them.

    Orders placed later are left out; a later fill has not happened, and a later settlement is
    not known yet.
    """
    for entry in entries:
        if entry.placed_at > at:
            continue
        known = entry
        if known.settled_at is not None and known.settled_at > at:
            known = replace(known, settled_at=None, outcome=None, payout_e6=None)
        if known.filled_at is not None and known.filled_at > at:
            known = replace(known, filled_at=None, filled_e2=0, fee_e6=0)
        yield known


def end_of_windows(
    entries: Iterable[LedgerEntry], run_at: datetime, refreshed_at: datetime, *, is_set: bool
) -> datetime:
    """Return the clock that windows end at: the run's, or the ledger's own where that is older.

    A ledger that only runs under set clocks wrote tells of a scenario that may lie years back, so
    that every window counted from the system's clock would be empty. It is read at the clock of
    the run that refreshed it last, unless the clock was set by hand.

    Parameters
    ----------
    entries
        The ledger.
    run_at, is_set
        The run's clock, and whether somebody set it.
    refreshed_at
        When the ledger was refreshed, by the clock of the run that did it.
    """
    if is_set or any(entry.clock_source is ClockSource.SYSTEM for entry in entries):
        return run_at
    return min(run_at, refreshed_at.astimezone(UTC))
