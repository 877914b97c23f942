"""What the ramp says of a session: whether it may be held, how large, and in which bins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from kalshi_alpha.config.ramp import BASELINE_POLICY, Ramp
from kalshi_alpha.core.errors import DataError
from kalshi_alpha.core.gates import Action, Finding, Reading, Reason
from kalshi_alpha.core.gates.requirements import needs_evidence
from kalshi_alpha.core.proposals.bins import BinTable
from kalshi_alpha.exec.ramp.agreement import disagreements
from kalshi_alpha.exec.ramp.decision import readiness_reading
from kalshi_alpha.exec.ramp.readiness import (
    MAX_AGE,
    MonitorRow,
    SeriesReadiness,
    read_readiness,
)
from kalshi_alpha.exec.ramp.readings import read_ledger
from kalshi_alpha.exec.ramp.under_way import is_under_way
from kalshi_alpha.exec.wiring import Run

_Sign = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class PilotTerms:
    """What a session may do by the ramp's word.

    Attributes
    ----------
    size
        Share of the pilot's caps, in [0, 1].
    bins
        Weights and caps by honesty bin; None where no decision is needed.
    cusum_state, fill_realism_gap
        What the decision said of the guard and of the fills; None where it says nothing.
    """

    size: float = 1.0
    bins: BinTable | None = None
    cusum_state: MonitorRow | None = None
    fill_realism_gap: float | None = None


def practised(run: Run, ramp: Ramp) -> Run:
    """Return a rehearsal as what it is below a root that was made to practise the ramp too.

    There it waits for a decision, as a session with money does; elsewhere it proves the path of an
    order, and needs no evidence.
    """
    if run.action is Action.SIM and ramp.evidence.practice:
        return replace(run, action=Action.PRACTICE)
    return run


def pilot_terms(run: Run, at: datetime | None = None) -> PilotTerms:
    """Return what the decision on the run's family allows; nothing if it cannot be relied on.

    Parameters
    ----------
    run
        The session's run.
    at
        When it is asked; None asks at the run's clock.
    """
    if not needs_evidence(run.action):
        return PilotTerms()
    try:
        found = read_readiness(run.paths.pilot_ready, at or run.clock.at)
    except DataError:
        found = None
    own = found.of(run.family) if found else None
    if found is None or own is None or disagreements(found):
        return PilotTerms(size=0.0, bins=BinTable.of({}, run.family))
    return _terms(own, run.family)


def _terms(own: SeriesReadiness, family: str) -> PilotTerms:
    return PilotTerms(
        size=own.size_multiplier,
        bins=BinTable.of(own.terms(), family),
        cusum_state=own.cusum_state,
        fill_realism_gap=own.fill_realism_gap,
    )


@dataclass(slots=True)
class _Watched:
    """The reading of a file, taken anew whenever the file has been replaced for good."""

    path: Path
    read: Callable[[datetime], Reading]
    sign: _Sign = None
    reading: Reading | None = None

    def at(self, at: datetime) -> Reading:
        sign = _sign(self.path)
        waits = self.reading is not None and is_under_way(self.path)
        if self.reading is None or (sign != self.sign and not waits):
            self.reading, self.sign = _settled(self.read(at), at), sign
        return self.reading


class ReadinessFiles:
    """Ledger and readiness as the gate of a session reads them.

    Each must be fresh when the session begins, and does not grow old under it, because nothing in a
    window makes it anew; but a decision that is replaced counts from then on. One that allows less
    than the session began with, in size or in one honesty bin, closes the gate: caps and weights of
    a session are those of its beginning.

    Parameters
    ----------
    run
        The session's run.
    ramp
        The policy.
    terms
        What the session began with; None where none has begun.
    """

    def __init__(self, run: Run, ramp: Ramp, terms: PilotTerms | None = None) -> None:
        self._run, self._ramp, self._terms = run, ramp, terms
        self._ledger = _Watched(run.paths.ledger_all, self._read_ledger)
        self._decision = _Watched(run.paths.pilot_ready, self._read_decision)

    def readings(self, at: datetime) -> tuple[Reading, ...]:
        """Return the readings at the clock; none where no decision is waited for."""
        if not needs_evidence(self._run.action):
            return ()
        return self._ledger.at(at), self._decision.at(at)

    def _read_ledger(self, _at: datetime) -> Reading:
        # A file that is looser is refused by name; its age is not lent to anything before that.
        minutes = min(
            self._ramp.policy.max_ledger_age_minutes, BASELINE_POLICY.max_ledger_age_minutes
        )
        return read_ledger(self._run.paths, timedelta(minutes=minutes)).reading

    def _read_decision(self, at: datetime) -> Reading:
        run, path = self._run, self._run.paths.pilot_ready
        real_money = run.action is Action.LIVE
        found = readiness_reading(path, run.family, at, real_money=real_money, max_age=MAX_AGE)
        less = tuple(self._allows_less(at))
        return replace(found, findings=(*found.findings, *less)) if less else found

    def _allows_less(self, at: datetime) -> Iterator[Finding]:
        if self._terms is None:
            return
        begun, now = self._terms, pilot_terms(self._run, at)
        # Stated as what must hold, so that a NaN fails too.
        if not now.size >= begun.size:
            said = f"the session began with {begun.size} of the caps, and {now.size} is allowed now"
            yield Finding(Reason.RAMP_STALE, f"{said}; hold another one")
        elif begun.bins is None or now.bins is None:
            return
        elif lower := now.bins.lower_than(begun.bins):
            said = f"honesty bins that allow less than the session began with: {lower}"
            yield Finding(Reason.RAMP_STALE, f"{said}; hold another one")


def _settled(reading: Reading, at: datetime) -> Reading:
    """Return a reading that says at any later clock what it says now."""
    return replace(reading, fault=reading.fault_at(at), at=None, max_age=None)


def _sign(path: Path) -> _Sign:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
