"""Dated fee terms of one series, and of one event of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from kalshi_alpha.core.errors import UnknownFee
from kalshi_alpha.core.fees.terms import FeeTerms

_CACHE_AGE = timedelta(seconds=15)  # the venue serves a series from a cache for up to this long

_Entry = tuple[datetime, FeeTerms | None]


@dataclass(frozen=True, slots=True)
class FeeChange:
    """A row of the venue's series fee changes, as received."""

    scheduled_at: datetime
    fee_type: str | None
    multiplier: Decimal | float | str | None


@dataclass(frozen=True, slots=True)
class FeeOverride:
    """An event's override from an instant on; None leaves that part to the series."""

    effective_at: datetime
    fee_type: str | None
    multiplier: Decimal | float | str | None


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """Fee terms by the instant they take effect, ascending.

    An entry whose terms are None stands for terms that were announced and cannot be computed:
    from then on nothing may be priced.

    Raises
    ------
    UnknownFee
        If it is empty, an instant carries no zone, or two entries share an instant.
    """

    entries: tuple[_Entry, ...]

    def __post_init__(self) -> None:
        instants = [effective_at for effective_at, _ in self.entries]
        if not instants or any(at.tzinfo is None for at in instants):
            raise UnknownFee("a fee schedule needs entries with aware times")
        if any(later <= earlier for earlier, later in pairwise(instants)):
            raise UnknownFee("fee schedule entries must ascend, one per instant")

    @classmethod
    def from_reading(
        cls,
        read_at: datetime,
        fee_type: str | None,
        multiplier: Decimal | float | str | None,
        changes: Iterable[FeeChange] = (),
    ) -> FeeSchedule:
        """Build a series' schedule from its present terms and its dated changes.

        The reading may come from a cache of 15 seconds, so it speaks for the instant that long
        before it, and a change that fell in between beats it. Earlier changes, if given, tell
        the history before the reading.

        Raises
        ------
        UnknownFee
            If a time carries no zone, or two changes of one instant disagree.
        """
        if read_at.tzinfo is None:
            raise UnknownFee("the fee reading carries no zone")
        known: dict[datetime, FeeTerms | None] = {}
        for change in changes:
            terms = _terms_or_none(change.fee_type, change.multiplier)
            if known.setdefault(change.scheduled_at, terms) != terms:
                raise UnknownFee(f"two fee changes at {change.scheduled_at.isoformat()} disagree")
        known[read_at - _CACHE_AGE] = _terms_or_none(fee_type, multiplier)
        if any(at.tzinfo is None for at in known):
            raise UnknownFee("a fee change carries no zone")
        return cls(tuple(sorted(known.items(), key=lambda entry: entry[0])))

    def at(self, when: datetime) -> FeeTerms:
        """Return the terms in force at an instant.

        Raises
        ------
        UnknownFee
            If ``when`` carries no zone or lies before the first entry, or the terms then in
            force cannot be computed.
        """
        if when.tzinfo is None:
            raise UnknownFee("the instant to price at carries no zone")
        index = bisect_right(self.entries, when, key=lambda entry: entry[0])
        if index == 0:
            raise UnknownFee(f"no fee terms are known before {self.entries[0][0].isoformat()}")
        effective_at, terms = self.entries[index - 1]
        if terms is None:
            raise UnknownFee(f"the fee terms since {effective_at.isoformat()} cannot be computed")
        return terms

    def overridden(self, overrides: Iterable[FeeOverride]) -> FeeSchedule:
        """Return the schedule of an event: from its instant on, an override beats the series.

        An override with both parts None ends the one before it. Overrides that cannot be read
        make the event unpriceable while they last; they do not fall back on the series.

        Raises
        ------
        UnknownFee
            If an override's time carries no zone, or two share an instant.
        """
        rows = list(overrides)
        dated = {row.effective_at: row for row in rows}
        if len(dated) != len(rows) or any(at.tzinfo is None for at in dated):
            raise UnknownFee("fee overrides need aware times, one override per instant")
        first = self.entries[0][0]
        instants = {at for at, _ in self.entries} | {at for at in dated if at > first}
        return FeeSchedule(tuple((at, self._event_terms(at, dated)) for at in sorted(instants)))

    def _event_terms(self, at: datetime, dated: dict[datetime, FeeOverride]) -> FeeTerms | None:
        series = self.entries[bisect_right(self.entries, at, key=lambda entry: entry[0]) - 1][1]
        begun = [instant for instant in dated if instant <= at]
        if series is None or not begun:
            return series
        override = dated[max(begun)]
        try:
            return series.overridden(override.fee_type, override.multiplier)
        except UnknownFee:
            return None


def _terms_or_none(
    fee_type: str | None, multiplier: Decimal | float | str | None
) -> FeeTerms | None:
    try:
        return FeeTerms.parse(fee_type, multiplier)
    except UnknownFee:
        return None
