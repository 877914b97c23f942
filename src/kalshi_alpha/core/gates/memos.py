"""Memos: how an operator lifts a reason before it ends by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.gates.reasons import Reason

# Judgements that a person may overrule. Facts (a kill switch, a stale feed) are not among them.
LIFTABLE = frozenset({Reason.PANIC_BACKOFF, Reason.FREEZE_WINDOW, Reason.SEQUENTIAL_ALERT})


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

    Raises
    ------
    BadParameter
        If the reason cannot be lifted, nobody signed, no grounds are given, or it ends before
        it begins.
    """

    reason: Reason
    made_at: datetime
    until: datetime
    who: str
    why: str

    def __post_init__(self) -> None:
        if self.reason not in LIFTABLE:
            raise BadParameter(f"no memo lifts {self.reason}")
        if not (self.who.strip() and self.why.strip()):
            raise BadParameter("a memo needs who signed it and why")
        if self.made_at.tzinfo is None or self.until.tzinfo is None:
            raise BadParameter("a memo's times need their zone")
        if self.until < self.made_at:
            raise BadParameter("a memo cannot end before it was made")

    def lifts(self, reason: Reason, at: datetime) -> bool:
        """Say whether it lifts a reason at an instant."""
        return reason is self.reason and self.made_at <= at <= self.until


def memo_for(reason: Reason, memos: Iterable[Memo], at: datetime) -> Memo | None:
    """Return the memo that lifts a reason at an instant, the last to end, or None."""
    holding = [memo for memo in memos if memo.lifts(reason, at)]
    return max(
        holding, key=lambda memo: (memo.until, memo.made_at, memo.who, memo.why), default=None
    )
