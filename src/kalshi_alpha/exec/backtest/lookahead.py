"""Proof that no decision of a replay sees the future: poison it, and nothing before may change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from kalshi_alpha.core.replay.chain import KnownForecast, ReplayEvent
from kalshi_alpha.core.replay.clocks import from_us, to_us
from kalshi_alpha.core.replay.engine import DayReplay, replay_day
from kalshi_alpha.core.replay.poison import decision_digests, poisoned_tape
from kalshi_alpha.core.replay.tape import EventTape
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.exec.backtest.family_history import FamilyHistory
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.plan import DayTask, Plan, fault_of, replay_event
from kalshi_alpha.exec.backtest.shelf import store_root
from kalshi_alpha.exec.backtest.variant import Variant
from kalshi_alpha.exec.evaluation.lookahead import PoisonedHistory

CUTS = 5
_DAYS_AROUND = 6

Replayer = Callable[[Sequence[ReplayEvent], Plan], DayReplay]
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
        Decisions after a cut that did change: a check in which nothing ever does proves nothing.
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


def chain_lookahead(
    read: Materials,
    variant: Variant,
    folders: Sequence[Path],
    historian: Historian,
    cuts: int = CUTS,
    replayer: Replayer = lambda events, plan: replay_day(events, plan.chain),
) -> ChainLookahead:
    """Replay the days around some decisions twice, on the truth and on a poisoned future.

    A cut is an instant of decision, spread over the days: a print of the microsecond after it is
    poisoned, and so is every value of the history that came out later, revisions included. What
    was decided at the cut and before must agree to the byte, on the day cut and on those before.

    Parameters
    ----------
    read, variant
        What is replayed.
    folders
        Where the history lies.
    historian
        Reads a history: what is forecast from it, and what the gate reads.
    cuts
        How many.
    replayer
        Replays a day; another one is given to show that the check finds what it should.
    """
    plan, tasks = read.plan(variant), read.tasks(variant)
    chosen = _cuts(plan, tasks, cuts, replayer)
    decisions = changed = 0
    leaks: list[DecisionLeak] = []
    for place, cut_us in chosen:
        near = tasks[max(0, place - _DAYS_AROUND) : place + 1]
        with TemporaryDirectory() as scratch:
            history = PoisonedHistory(folders, from_us(cut_us), Path(scratch))
            poisoned_read = read.with_history(historian(history))
            absurd, absurd_plan = poisoned_read.tasks(variant), poisoned_read.plan(variant)
        for offset, task in enumerate(near, start=max(0, place - _DAYS_AROUND)):
            clean, poisoned = _both((plan, absurd_plan), task, absurd[offset], cut_us, replayer)
            until = max(clean, default=0)
            for at_us in sorted(set(clean) | set(poisoned)):
                differs = clean.get(at_us) != poisoned.get(at_us)
                if at_us > cut_us:
                    changed += differs
                    continue
                decisions += 1
                if differs:
                    day = task.events[0].day
                    leaks.append(DecisionLeak(from_us(cut_us), day, from_us(min(at_us, until))))
    return ChainLookahead(decisions, tuple(from_us(at) for _, at in chosen), changed, tuple(leaks))


def _cuts(
    plan: Plan, tasks: Sequence[DayTask], cuts: int, replayer: Replayer
) -> list[tuple[int, int]]:
    """Return days spread over the replay, and an early decision of each to cut at."""
    found = []
    for n in range(cuts):
        first = (n + 1) * len(tasks) // (cuts + 1)
        for place in range(first, len(tasks)):
            events = _events(plan, tasks[place], tasks[place], None)
            clocks = [to_us(r.at) for r in replayer(events, plan).results] if events else []
            if clocks:
                # Another decision each time, never the last: something must come after it.
                found.append((place, clocks[n % max(1, len(clocks) - 1)]))
                break
    return found


def _both(
    plans: tuple[Plan, Plan], task: DayTask, absurd: DayTask, cut_us: int, replayer: Replayer
) -> tuple[dict[int, str], dict[int, str]]:
    end = to_us(from_us(cut_us) + timedelta(days=400))
    plan, poisoned_plan = plans
    clean = _events(plan, task, task, None)
    poisoned = _events(poisoned_plan, task, absurd, cut_us)
    if not clean:
        return {}, {}
    return (
        decision_digests(replayer(clean, plan), end),
        decision_digests(replayer(poisoned, poisoned_plan), end),
    )


def _events(plan: Plan, task: DayTask, known: DayTask, cut_us: int | None) -> list[ReplayEvent]:
    """Return a day's events that can be judged, poisoned after an instant if one is given."""
    found = []
    for shelved, forecasts in zip(task.events, known.forecasts, strict=True):
        tape = MarketStore(store_root(shelved.root)).load(shelved.ref)
        if fault_of(tape, plan) is None:
            found.append(
                replay_event(plan, _poisoned(tape, plan.chain.family, cut_us), _ordered(forecasts))
            )
    return found


def _poisoned(tape: EventTape, family: str, cut_us: int | None) -> EventTape:
    return tape if cut_us is None else poisoned_tape(tape, cut_us, family)


def _ordered(forecasts: Sequence[KnownForecast]) -> list[KnownForecast]:
    return sorted(forecasts, key=lambda each: each.known_at)
