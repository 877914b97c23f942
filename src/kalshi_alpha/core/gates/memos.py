"""Memos: how an operator lifts a reason before it ends by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.schedule.wall_clock import new_york

# Judgements that a person may overrule. Facts (a kill switch, a stale feed) are not among them.
LIFTABLE = frozenset({Reason.PANIC_BACKOFF, Reason.FREEZE_WINDOW, Reason.SEQUENTIAL_ALERT})
OF_A_SERIES = frozenset({Reason.FREEZE_WINDOW, Reason.SEQUENTIAL_ALERT})
FREEZE_MEMO_MAX = timedelta(hours=36)
"""Longer than any freeze, so that a memo for one cannot reach the next."""


@dataclass(frozen=True, slots=True, order=True)
class Memo:
    """One signed exception.

    Attributes
    ----------
    reason
        What it lifts: panic, freeze or the sequential guard.
    made_at, until
        First and last instant at which it holds.
    who, why
        Who signed it, and the grounds.
    series
        The family whose freeze or guard it is about; empty for panic, which is everybody's.

    Raises
    ------
    BadParameter
        If the reason cannot be lifted, nobody signed, no grounds are given, it ends before it
        begins, or later than its reason allows: a memo for panic with New York's day on which it
        was made, one for a freeze after 36 hours. Also if a series is missing, or named for panic.
    """

    reason: Reason
    made_at: datetime
    until: datetime
    who: str
    why: str
    series: str = ""

    def __post_init__(self) -> None:
        if self.reason not in LIFTABLE:
            raise BadParameter(f"no memo lifts {self.reason}")
        if not (self.who.strip() and self.why.strip()):
            raise BadParameter("a memo needs who signed it and why")
        if self.made_at.tzinfo is None or self.until.tzinfo is None:
            raise BadParameter("a memo's times need their zone")
        if self.until < self.made_at:
            raise BadParameter("a memo cannot end before it was made")
        if bool(self.series.strip()) is not (self.reason in OF_A_SERIES):
            needed = "needs the series" if self.reason in OF_A_SERIES else "names no series"
            raise BadParameter(f"a memo for {self.reason} {needed}")
        self._require_short()

    def _require_short(self) -> None:
        if self.reason is Reason.PANIC_BACKOFF:
            if new_york(self.until).date() != new_york(self.made_at).date():
                raise BadParameter("a memo for panic ends with the New York day it was made on")
        elif self.reason is Reason.FREEZE_WINDOW and self.until - self.made_at > FREEZE_MEMO_MAX:
            raise BadParameter("a memo for a freeze ends within 36 hours of when it was made")

    def holds(self, reason: Reason, at: datetime, series: str = "") -> bool:
        """Say whether it is about a reason, of this series where it names one, and holds."""
        about = reason is self.reason and self.series in ("", series)
        return about and self.made_at <= at <= self.until

    def lifts(
        self, reason: Reason, at: datetime, *, began_at: datetime | None, series: str = ""
    ) -> bool:
        """Say whether it lifts what began at an instant: never what began after it was made.

        Parameters
        ----------
        reason, series
            What stands against going on, and whose it is; empty if everybody's.
        at
            The clock.
        began_at
            When it began; a memo lifts nothing of which that is not known. The sequential guard
            is reset by its own log, and nothing is lifted at the gate.
        """
        if began_at is None or reason is Reason.SEQUENTIAL_ALERT:
            return False
        return self.holds(reason, at, series) and began_at <= self.made_at


def memo_for(
    reason: Reason,
    memos: Iterable[Memo],
    at: datetime,
    *,
    began_at: datetime | None,
    series: str = "",
) -> Memo | None:
    """Return the memo that lifts a reason at an instant, the last to end, or None.

    The parameters are those of `Memo.lifts`.
    """
    lifting = [m for m in memos if m.lifts(reason, at, began_at=began_at, series=series)]
    return max(
        lifting, key=lambda memo: (memo.until, memo.made_at, memo.who, memo.why), default=None
    )
