"""The gate of a session: asked in every round, and once more for every order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from kalshi_alpha.core.gates import (
    Action,
    Reading,
    Verdict,
    clock_skew_reading,
    exchange_reading,
    schedule_reading,
    verdict,
)
from kalshi_alpha.core.gates.readings import ReadingName
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.schedule import Phase
from kalshi_alpha.datastore.state import kill_switch_state
from kalshi_alpha.exec.monitors.standing import StandingFiles
from kalshi_alpha.exec.wiring import Run

_READ_ANEW = frozenset(
    {
        ReadingName.KILL_SWITCH,
        ReadingName.SCHEDULE,
        ReadingName.CLOCK,
        ReadingName.RECONCILIATION,
        ReadingName.EXCHANGE,
        ReadingName.PANIC,
        ReadingName.DRAWDOWN,
        ReadingName.MONITORS,
        ReadingName.LEDGER,
        ReadingName.RAMP,
    }
)


class SessionGate:
    """Judges what was read at the start, and reads anew whatever may change within a session.

    Parameters
    ----------
    run
        The session's run.
    standing
        Readings of the start: configuration, zone, feeds, quality.
    clock
        Tells the time.
    phase_of
        Returns the schedule's phase at an instant.
    skew_s
        Returns the difference of the clocks, or None if it was not measured.
    reconciliation
        Returns the reading of the last comparison with the venue.
    ramp
        Returns the readings of ledger and readiness at the clock, where the session needs them.
    """

    def __init__(
        self,
        run: Run,
        standing: Iterable[Reading],
        clock: Clock,
        *,
        phase_of: Callable[[datetime], Phase],
        skew_s: Callable[[], float | None],
        reconciliation: Callable[[], Reading],
        ramp: Callable[[datetime], tuple[Reading, ...]] = lambda _: (),
    ) -> None:
        self._run, self._clock = run, clock
        self._standing = tuple(each for each in standing if each.name not in _READ_ANEW)
        self._phase_of, self._skew_s, self._reconciliation = phase_of, skew_s, reconciliation
        self._ramp = ramp
        self._trading: bool | None = None
        self._files = StandingFiles(run.paths, run.family, run.clock.source)

    def exchange_said(self, *, trading_active: bool | None) -> None:
        """Take note of what the exchange reports of itself; None if it did not answer."""
        self._trading = trading_active

    def quote_said(self, readings: tuple[Reading, ...]) -> None:
        """Take note of a newer live quote: it stands in the place of the one before."""
        others = (each for each in self._standing if each.name is not ReadingName.LIVE_QUOTE)
        self._standing = (*others, *readings)

    def readings(self) -> tuple[Reading, ...]:
        """Return everything that is judged now."""
        now = self._clock.now()
        schedule = schedule_reading(self._run.family, self._phase_of(now), window_only=True)
        return (
            *self._standing,
            kill_switch_state(self._run.paths.kill_switch),
            schedule,
            clock_skew_reading(self._skew_s()),
            self._reconciliation(),
            exchange_reading(trading_active=self._trading, at=now),
            *self._files.readings(now),
            *self._ramp(now),
        )

    def judge(self, action: Action | None = None) -> Verdict:
        """Return the verdict of now."""
        readings, action = self.readings(), action or self._run.action
        # A reading may be dated within this very second, and the clock counts microseconds.
        now = self._clock.now()
        return verdict(action, readings, now, self._files.memos(now))

    def reasons(self) -> tuple[str, ...]:
        """Return the words that close the gate now; empty if it is open."""
        return self.judge().words
