"""Compare our clock with the exchange's, and sign nothing once they differ.

Every reply carries the exchange's time to the second. A difference of more than five seconds
latches: whatever the clock says later, an operator has to look. Between replies the wall clock is
held against the monotonic one; if it stepped since the last comparison, at once or little by
little, nothing is signed until a new reply was compared.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.errors import KalshiClockSkewError
from kalshi_alpha.core.ports import Clock

SKEW_MAX_S = 5.0
STEP_MAX_S = 0.75
LOOK_EVERY_S = 0.5
ROUND_TRIP_MAX_S = 2.0
_DATE_GRAIN_S = 1.0
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
# The one form in which a date is sent (RFC 9110, 5.6.7); the others are long obsolete.
_DATE = re.compile(
    r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)
_NO_AGE = re.compile(r"\s*0*\s*")
_REMEDY = "synchronise the clock with NTP and start again"


def loop_seconds() -> float:
    """Return monotonic seconds: the running loop's, or the system's where none runs."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()


class ClockGuard:
    """Knows whether our clock may be believed.

    Parameters
    ----------
    clock
        The clock that timestamps are taken from.
    monotonic
        Seconds that no one can set; by default the running loop's.
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = loop_seconds) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._offset_s: float | None = None
        self._skew_s: float | None = None
        self._latched: str | None = None
        self._suspect: str | None = None
        self._doubts = 0
        self._doubt = ""

    @property
    def doubt(self) -> str:
        """The newest reason why nothing was signed, in one sentence; empty if there was none."""
        return self._doubt

    @property
    def skew_s(self) -> float | None:
        """Our clock less the exchange's in seconds, as last compared, or None."""
        return self._skew_s

    @property
    def latched(self) -> bool:
        """Whether nothing will be signed any more."""
        return self._latched is not None

    def checked(
        self, headers: Mapping[str, str], sent_at: datetime, received_at: datetime
    ) -> timedelta | None:
        """Compare a reply's ``Date`` and return our clock less the exchange's.

        Parameters
        ----------
        headers
            Of the reply, names in lower case.
        sent_at, received_at
            When the request began to leave and the reply was whole, by our clock.

        Returns
        -------
        timedelta or None
            None if the reply decides nothing: no readable date, out of a cache, or more than two
            seconds on the way.

        Raises
        ------
        KalshiClockSkewError
            If the clocks differ by more than five seconds, now or ever before.
        """
        skew = self.noted(headers, sent_at, received_at)
        if self._latched is not None:
            raise KalshiClockSkewError(self._latched)
        return skew

    def noted(
        self, headers: Mapping[str, str], sent_at: datetime, received_at: datetime
    ) -> timedelta | None:
        """Compare as `checked` does, but raise nothing: what the reply says of an order counts."""
        if self._stepped():
            return None
        stamp = None if _is_stored(headers) else _stamp(headers.get("date", ""))
        skew_s = None if stamp is None else _skew_s(stamp, sent_at, received_at)
        if skew_s is None:
            return None
        self._skew_s = skew_s
        if abs(skew_s) > SKEW_MAX_S:
            self._latch(skew_s)
        else:
            self._suspect = None
            self._offset_s = self._offset_now_s()
        return timedelta(seconds=skew_s)

    def require_sound(self) -> None:
        """Return if a request may be signed.

        Raises
        ------
        KalshiClockSkewError
            If the clock was found wrong, or stepped since the last comparison.
        """
        self._stepped()
        wrong = self._latched or self._suspect
        if wrong is not None:
            raise KalshiClockSkewError(wrong)

    def require_checked(self) -> None:
        """Return if an order may be signed: the clock is sound and was compared.

        Raises
        ------
        KalshiClockSkewError
            If it is not, or no reply was compared yet.
        """
        self.require_sound()
        if self._skew_s is None:
            raise KalshiClockSkewError(
                "our clock was not compared with the exchange's yet: no reply told its time, or it "
                "came late or out of a cache; ask for its status again"
            )

    def look(self) -> bool:
        """Look whether the clock stepped; say whether requests may still be signed."""
        self._stepped()
        return self._latched is None and self._suspect is None

    async def watch(self, on_doubt: Callable[[], None] | None = None) -> None:
        """Look twice a second until cancelled.

        ``on_doubt`` is called once for every step and when the clocks are found to differ, also
        if a request noticed it first, or if a reply has cleared it since; `doubt` says what it was.
        """
        told = 0
        while True:
            self.look()
            seen, told = told, self._doubts
            if told != seen and on_doubt is not None:
                on_doubt()
            await asyncio.sleep(LOOK_EVERY_S)

    def _offset_now_s(self) -> float:
        return self._clock.now().timestamp() - self._monotonic()

    def _stepped(self) -> bool:
        """Hold the wall clock against the monotonic one; say whether it stepped.

        What it is held against moves only when a reply was compared or a step was noticed, so that
        small steps add up.
        """
        offset_s = self._offset_now_s()
        if self._offset_s is None:
            self._offset_s = offset_s
        step_s = offset_s - self._offset_s
        if abs(step_s) <= STEP_MAX_S:
            return False
        self._offset_s = offset_s
        self._suspect = self._doubted(
            f"our clock stepped by {step_s:+.1f} s; nothing is signed until it was compared with "
            "the exchange's again"
        )
        return True

    def _doubted(self, sentence: str) -> str:
        self._doubts += 1
        self._doubt = sentence
        return sentence

    def _latch(self, skew_s: float) -> None:
        way = "ahead of" if skew_s > 0 else "behind"
        sentence = f"our clock is {abs(skew_s):.1f} s {way} the exchange's; {_REMEDY}"
        # It is said once, however many replies say so.
        self._latched = sentence if self._latched else self._doubted(sentence)


def _is_stored(headers: Mapping[str, str]) -> bool:
    """Say whether a reply came out of a cache: its date says when it was put there, not now."""
    aged = _NO_AGE.fullmatch(headers.get("age", "")) is None
    return aged or "hit" in headers.get("x-cache", "").lower()


def _stamp(date: str) -> datetime | None:
    """Return the instant of a ``Date``, or None if it names none."""
    found = _DATE.fullmatch(date.strip())
    if found is None or found[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(found[part]) for part in (1, 3, 4, 5, 6))
    try:
        return datetime(year, _MONTHS.index(found[2]) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _skew_s(stamp: datetime, sent_at: datetime, received_at: datetime) -> float | None:
    """Return the middle of what a ``Date`` allows, or None if it decides nothing.

    The header is cut to the second, and was written somewhere between sending and receiving.
    """
    ahead_least_s = (sent_at - stamp).total_seconds() - _DATE_GRAIN_S
    ahead_most_s = (received_at - stamp).total_seconds()
    round_trip_s = ahead_most_s - ahead_least_s - _DATE_GRAIN_S
    sure = ahead_least_s > SKEW_MAX_S or ahead_most_s < -SKEW_MAX_S
    if round_trip_s < 0.0 or (round_trip_s > ROUND_TRIP_MAX_S and not sure):
        # A slow reply proves a difference only if every moment on the way would show one.
        return None
    return (ahead_least_s + ahead_most_s) / 2.0
