"""Proof that no decision of a replay sees the future: poison or remove it, and none may change."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from kalshi_alpha.core.replay.chain import ReplayEvent
from kalshi_alpha.core.replay.clocks import from_us, to_us
from kalshi_alpha.core.replay.engine import DayReplay, replay_day
from kalshi_alpha.core.replay.gate import Standing
from kalshi_alpha.core.replay.outcome import DayOutcome, outcome_of
from kalshi_alpha.core.replay.poison import decision_texts, is_same_decision, poisoned_tape
from kalshi_alpha.core.replay.results import result_known_at
from kalshi_alpha.core.replay.tape import EventTape
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.backtest.family_history import FamilyHistory
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.plan import Plan, fault_of, replay_event
from kalshi_alpha.exec.backtest.shelf import store_root
from kalshi_alpha.exec.backtest.standing import Stops, standing_stops
from kalshi_alpha.exec.backtest.variant import Variant
from kalshi_alpha.exec.evaluation.lookahead import BlankedHistory, PoisonedHistory

CUTS = 5
ALTERED = PoisonedHistory, BlankedHistory
"""What is read in the place of the true history: later values absurd, and later values gone."""
_DAYS_BEFORE, _DAYS_AFTER = 6, 1
_NEVER_US = to_us(datetime.max.replace(tzinfo=UTC))

Replayer = Callable[[Sequence[ReplayEvent], Plan, Standing], DayReplay]
Historian = Callable[[History], FamilyHistory]


@dataclass(frozen=True, slots=True)
class DecisionLeak:
    """A decision that changed with a future it could not know, at a cut."""

    cut: datetime
    day: date
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class ChainLookahead:
    """What the check found.

    Attributes
    ----------
    decisions
        Decisions compared over all cuts.
    cuts
        Instants after which everything was absurd.
    changed
        Decisions after a cut that did change, with later values absurd or gone, whichever is
        less: a check in which nothing ever does proves nothing.
    leaks
        Decisions at or before a cut that changed.
    """

    decisions: int
    cuts: tuple[datetime, ...]
    changed: int
    leaks: tuple[DecisionLeak, ...]

    @property
    def clean(self) -> bool:
        """Whether decisions were compared, the poison took effect, and none before it changed."""
        return self.decisions > 0 and self.changed > 0 and not self.leaks


def _replayed(events: Sequence[ReplayEvent], plan: Plan, standing: Standing) -> DayReplay:
    return replay_day(events, plan.chain, standing)


def chain_lookahead(
    read: Materials,
    variant: Variant,
    folders: Sequence[Path],
    historian: Historian,
    cuts: int = CUTS,
    replayer: Replayer = _replayed,
) -> ChainLookahead:
    """Replay the days around some decisions on the truth, a poisoned future, and none.

    A cut is an instant of decision, spread over the days, and as often one at which results of
    filled orders were awaited: a print of the microsecond after it is poisoned, and so is every
    result that was not known at it and every value of the history that came out later, revisions
    included. Then the same with a history in which those values are not there at all: whether a
    report came is of the future too. What was decided at the cut and before must agree
    (`is_same_decision`), what monitors left standing and the gate said of it included, on the day
    cut, on those before and on the next.

    Parameters
    ----------
    read, variant
        What is replayed.
    folders
        Where the history lies.
    historian
        Reads a history: what is forecast from it, and what the gate reads.
    cuts
        How many of each kind.
    replayer
        Replays a day; another one is given to show that the check finds what it should.
    """
    true = _World(read, variant, replayer)
    true.settle(range(len(true.tasks)))
    chosen = _cuts(true, cuts)
    decisions, changed = 0, dict.fromkeys(ALTERED, 0)
    leaks: list[DecisionLeak] = []
    for place, cut_us in chosen:
        near = range(max(0, place - _DAYS_BEFORE), min(len(true.tasks), place + _DAYS_AFTER + 1))
        for altered in ALTERED:
            with TemporaryDirectory() as scratch:
                history = altered(folders, from_us(cut_us), Path(scratch))
                other = _World(
                    read.with_history(historian(history)), variant, replayer, cut_us, true
                )
            other.settle(near)
            for n in near:
                clean, late, found = _compared(true, other, n, cut_us)
                decisions, changed[altered] = decisions + clean, changed[altered] + late
                leaks += [each for each in found if each not in leaks]
    cut_at = tuple(from_us(at) for _, at in chosen)
    return ChainLookahead(decisions, cut_at, min(changed.values()), tuple(leaks))


def _compared(
    true: _World, other: _World, n: int, cut_us: int
) -> tuple[int, int, list[DecisionLeak]]:
    """Compare a day's decisions: how many until the cut, how many later differ, and which leak."""
    clean, altered = true.decided(n), other.decided(n)
    until, day = max(clean, default=0), true.tasks[n].events[0].day
    compared = sorted(set(clean) | set(altered))
    differ = [
        at_us for at_us in compared if not is_same_decision(clean.get(at_us), altered.get(at_us))
    ]
    leaks = [
        DecisionLeak(from_us(cut_us), day, from_us(min(at_us, until)))
        for at_us in differ
        if at_us <= cut_us
    ]
    return sum(at_us <= cut_us for at_us in compared), len(differ) - len(leaks), leaks


class _World:
    """All days as they were, or with an absurd future after an instant.

    Parameters
    ----------
    read, variant, replayer
        What is replayed, and by whom.
    cut_us
        After when everything is absurd; None for the truth.
    true
        Where outcomes and standing of days that are not replayed anew are taken from.
    """

    def __init__(
        self,
        read: Materials,
        variant: Variant,
        replayer: Replayer,
        cut_us: int | None = None,
        true: _World | None = None,
    ) -> None:
        self.plan, self.tasks = read.plan(variant), read.tasks(variant)
        self._watch = read.watch(self.plan) if variant.action is not None else None
        self._replayer, self._cut_us = replayer, cut_us
        self.outcomes: list[DayOutcome | None] = [None for _ in self.tasks]
        self.standing: list[Stops] = [{} for _ in self.tasks]
        if true is not None:
            self.outcomes, self.standing = true.outcomes[:], true.standing[:]

    def settle(self, moving: Sequence[int]) -> None:
        """Replay some days, and again where monitors stop a decision, until nothing changes."""
        changed = list(moving)
        for n in changed:
            self.standing[n] = {}
        while changed:
            for n in changed:
                self.outcomes[n] = self._outcome(n)
            if self._watch is None:
                return
            wanted = standing_stops(self.outcomes, self._watch)
            changed = [n for n in moving if wanted[n] != self.standing[n]]
            for n in changed:
                self.standing[n] = wanted[n]

    def day(self, n: int) -> DayReplay | None:
        """Replay a day with what stands; None if no event of it can be judged."""
        events = self._events(n)
        return self._replayer(events, self.plan, self.standing[n]) if events else None

    def decided(self, n: int) -> dict[int, str]:
        """Return the text of every decision of a day."""
        day = self.day(n)
        return {} if day is None else decision_texts(day, _NEVER_US)

    def _outcome(self, n: int) -> DayOutcome | None:
        day, plan = self.day(n), self.plan
        return None if day is None else outcome_of(day, plan.chain, plan.baseline_rules)

    def tapes(self, n: int) -> list[EventTape]:
        """Return what was truly recorded of a day."""
        return [MarketStore(store_root(e.root)).load(e.ref) for e in self.tasks[n].events]

    def _events(self, n: int) -> list[ReplayEvent]:
        """Return a day's events that can be judged by what was truly recorded."""
        found = []
        for tape, forecasts in zip(self.tapes(n), self.tasks[n].forecasts, strict=True):
            if fault_of(tape, self.plan) is None:
                known = sorted(forecasts, key=lambda each: each.known_at)
                found.append(replay_event(self.plan, self._as_told(tape), known))
        return found

    def _as_told(self, tape: EventTape) -> EventTape:
        if self._cut_us is None:
            return tape
        return poisoned_tape(tape, self._cut_us, self.plan.chain.family)


def _cuts(true: _World, cuts: int) -> list[tuple[int, int]]:
    """Return days and an instant of decision of each to cut at, spread over the replay."""
    found = []
    days = [(n, each) for n, each in enumerate(true.outcomes) if each is not None and each.clocks]
    for k in range(cuts if days else 0):
        place, day = days[(k + 1) * len(days) // (cuts + 1)]
        # Another decision each time, never the last: something must come after it.
        found.append((place, to_us(day.clocks[k % max(1, len(day.clocks) - 1)])))
    awaited = _awaited(true, days)
    found += [awaited[(k + 1) * len(awaited) // (cuts + 1)] for k in range(cuts if awaited else 0)]
    return list(dict.fromkeys(found))


def _awaited(true: _World, days: Sequence[tuple[int, DayOutcome]]) -> list[tuple[int, int]]:
    """Return the last decision before each result of filled orders was known, in order."""
    clocks = sorted({at for _, day in days for at in day.clocks})
    found = set()
    for n, day in days:
        filled = {row.event_ticker for row in day.rows if row.count_e2}
        for tape in true.tapes(n) if filled else ():
            # By the tape itself, not by the rows: what they say is what is being checked.
            known_at = result_known_at(tape, true.plan.chain.family)
            place = bisect_left(clocks, known_at) - 1
            if tape.event_ticker in filled and place >= 0:
                found.add((n, to_us(clocks[place])))
    return sorted(found)
