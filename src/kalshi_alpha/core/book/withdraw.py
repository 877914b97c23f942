"""When a resting quote must go: the signal turned against it, or nobody knows the book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import Side

SNAPSHOT_AGE_S_MAX = 120.0
_ROUNDING = 1e-9  # dollars; a move of exactly one tick stays


class WithdrawReason(StrEnum):
    """Why a quote is withdrawn."""

    SIGNAL_AGAINST = "signal_against"
    SIGNAL_MISSING = "signal_missing"
    SNAPSHOT_STALE = "snapshot_stale"
    SNAPSHOT_FUTURE = "snapshot_future"


@dataclass(frozen=True, slots=True)
class Signal:
    """A fair price read off the book (the microprice), in dollars of YES, and when."""

    price: float | None
    as_of: datetime


def withdraw_reason(
    side: Side,
    placed: Signal,
    latest: Signal,
    *,
    now: datetime,
    tick_e4: int,
    age_s_max: float = SNAPSHOT_AGE_S_MAX,
) -> WithdrawReason | None:
    """Say why a quote must be withdrawn, or None if it may rest.

    We bid for ``side``, so a falling value of that side is against us: someone who knows more
    would sell to us first.

    Parameters
    ----------
    side
        The side that our quote buys.
    placed
        The signal when the quote was placed.
    latest
        The signal of the newest snapshot.
    now
        The present instant.
    tick_e4
        The market's tick at our price, in 1e-4 dollars; more than one against us is too much.
    age_s_max
        Seconds after which a snapshot no longer tells anything.

    Raises
    ------
    BadParameter
        If the tick or the age is not positive.
    """
    if not (tick_e4 > 0 and age_s_max > 0.0):
        raise BadParameter(f"tick {tick_e4} and age {age_s_max} must be positive")
    age_s = (now - latest.as_of).total_seconds()
    if age_s < 0.0:
        return WithdrawReason.SNAPSHOT_FUTURE
    if age_s > age_s_max:
        return WithdrawReason.SNAPSHOT_STALE
    if placed.price is None or latest.price is None:
        return WithdrawReason.SIGNAL_MISSING
    fall = placed.price - latest.price if side is Side.YES else latest.price - placed.price
    # Stated as what must hold, so that a NaN withdraws too.
    if not fall <= tick_e4 / 10_000 + _ROUNDING:
        return WithdrawReason.SIGNAL_AGAINST
    return None
