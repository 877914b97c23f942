"""When the gateway must hold its tongue: after a 429, and while the venue does not know us."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.core.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePolicy:
    """How long it holds its tongue.

    Attributes
    ----------
    back_off, back_off_max
        After the first 429 in a row, and at most; each is twice the one before, times a random
        factor between a half and one.
    auth_streak
        How many refusals of our signature in a row are an alarm.
    auth_hold
        How long nothing is asked after such a streak.
    """

    back_off: timedelta = timedelta(milliseconds=500)
    back_off_max: timedelta = timedelta(seconds=8)
    auth_streak: int = 3
    auth_hold: timedelta = timedelta(seconds=30)


class Pauses:
    """Keeps count of 429s and 401s.

    Parameters
    ----------
    clock
        Tells the time.
    policy
        How long each pause is.
    rng
        Where the random factors come from.
    on_streak
        Called once for each streak of refused signatures, with its length.
    """

    def __init__(
        self,
        clock: Clock,
        policy: PausePolicy,
        rng: random.Random,
        on_streak: Callable[[int], None],
    ) -> None:
        self._clock = clock
        self._policy = policy
        self._rng = rng
        self._on_streak = on_streak
        self._too_many = 0
        self._until: datetime | None = None
        self.auth_errors = 0
        """Refusals of our signature since the venue last believed it."""
        self._asks_again_at: datetime | None = None

    @property
    def auth_error_streak(self) -> bool:
        """Whether refusals of our signature are an alarm."""
        return self.auth_errors >= self._policy.auth_streak

    def too_many(self) -> None:
        """Take note of a 429."""
        longest = min(self._policy.back_off * 2.0**self._too_many, self._policy.back_off_max)
        self._too_many = min(self._too_many + 1, 16)
        self._until = self._clock.now() + longest * self._rng.uniform(0.5, 1.0)

    def refused(self) -> None:
        """Take note of a 401."""
        self.auth_errors += 1
        if self.auth_errors == self._policy.auth_streak:
            self._on_streak(self.auth_errors)
        if self.auth_error_streak:
            self._asks_again_at = self._clock.now() + self._policy.auth_hold

    def believed(self) -> None:
        """Take note of an answer to a signed request."""
        self.auth_errors = 0
        self._asks_again_at = None

    def answered(self) -> None:
        """Take note of a write that was neither refused for its rate nor for its signature."""
        self._too_many = 0
        self.believed()

    def may_ask(self) -> bool:
        """Say whether a signed question may be asked, to learn whether we are believed again."""
        return self._asks_again_at is None or self._clock.now() >= self._asks_again_at

    def why(self) -> str | None:
        """Return the word for why no order may be sent, or None."""
        if self.auth_error_streak:
            return "auth_error_streak"
        if self.auth_errors:
            return "auth_error"
        if self._until is not None and self._clock.now() < self._until:
            return "back_off"
        return None
