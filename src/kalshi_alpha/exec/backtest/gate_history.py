"""What the gate could have read of feeds and of the model's record, at each window of the past."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import compress

import numpy as np

from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.gates import (
    AgeUnit,
    FeedReading,
    FeedRule,
    FeedVerdict,
    Reading,
    Skill,
    feeds_reading,
    judge_feed,
)
from kalshi_alpha.core.replay.clocks import decision_clocks
from kalshi_alpha.core.replay.gate import GateHistory, ModelRecord
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.core.scoring.batch import score_pmfs
from kalshi_alpha.core.scoring.diebold_mariano import average_by_unit
from kalshi_alpha.core.scoring.drift import DRIFT_RULES, DriftState, read_drift
from kalshi_alpha.core.scoring.skill import loss_ratio
from kalshi_alpha.exec.backtest.family_history import FamilyHistory
from kalshi_alpha.strategies.replay import Replay

_NEWEST = 60
"""Values of a feed that are looked at: those before them have no say."""
_PRINTED = timedelta(days=2)
"""How long after it was made a forecast is scored: its print must have come. A day's maximum is
reported 49 hours after the eve's noon; other families forecast minutes before their print."""
_MODEL = "model"
_AROUND, _FARTHEST = {"WEATHER": 3}, 62
"""How many days from the day or month that an event is about it may be traded."""


def required_feeds(family: str, settings: Settings, known: Iterable[str]) -> tuple[str, ...]:
    """Return the feeds that the family's series need and that the history knows."""
    enabled = settings.series.enabled
    needed = {feed for each in enabled if each.family == family for feed in each.required_feeds}
    return tuple(sorted(needed & set(known)))


def gate_history(
    family: str, found: FamilyHistory, settings: Settings, days: Iterable[date]
) -> GateHistory:
    """Read feeds and the model's record at the opening of every window around some days.

    Feeds that the history does not hold, and those of other families, are not judged. The model
    is scored again on the first of every month, on the days printed until then.

    Parameters
    ----------
    family, settings
        Whose windows, series and thresholds.
    found
        Its history.
    days
        Days or months that events are about.
    """
    instants = _windows(family, found, days)
    known = found.readings or {}
    required = required_feeds(family, settings, known)
    rules = [rule for rule in settings.freshness.rules() if rule.feed in required]
    judges = [_Judge(rule, known[rule.feed], found, settings) for rule in rules]
    feeds = tuple(_reading([judge.at(at) for judge in judges], required) for at in instants)
    models: dict[date, ModelRecord | None] = {}
    for at in instants:
        month = new_york(at).date().replace(day=1)
        if month not in models:
            models[month] = model_record(family, found.replays, month)
    return GateHistory(
        instants,
        _shared(feeds),
        tuple(models[new_york(at).date().replace(day=1)] for at in instants),
    )


def _windows(family: str, found: FamilyHistory, days: Iterable[date]) -> tuple[datetime, ...]:
    """Return when the windows around some days open."""
    around = timedelta(days=_AROUND.get(family, _FARTHEST))
    instants: set[datetime] = set()
    until: datetime | None = None
    for day in sorted(days):
        midnight = datetime.combine(day, time(0), UTC)
        opens, closes = midnight - around, midnight + around
        begins = opens if until is None else max(opens, until)
        clocks = decision_clocks(family, begins, closes, found.calendar, None, found.bond_days)
        instants.update(clock.at for clock in clocks)
        until = closes
    return tuple(sorted(instants))


def _reading(verdicts: Sequence[FeedVerdict], required: Sequence[str]) -> Reading:
    return feeds_reading(verdicts, required)


def _shared(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Keep one of those that are alike: most say that all is well."""
    seen: dict[Reading, Reading] = {}
    return tuple(seen.setdefault(each, each) for each in readings)


class _Judge:
    """One feed's rule over its values, as of one clock after another."""

    def __init__(
        self,
        rule: FeedRule,
        readings: Sequence[FeedReading],
        found: FamilyHistory,
        settings: Settings,
    ) -> None:
        self._rule, self._found, self._freshness = rule, found, settings.freshness
        self._readings = sorted(readings, key=lambda each: each.available_at)
        self._available = [each.available_at for each in self._readings]
        self._bond_days = found.bond_days if rule.unit is AgeUnit.BUSINESS_DAYS else None

    def at(self, at: datetime) -> FeedVerdict:
        place = bisect_right(self._available, at)
        newest = self._readings[max(0, place - _NEWEST) : place]
        dues = self._freshness.dues(
            self._rule.feed, at, calendar=self._found.calendar, bond_days=self._bond_days
        )
        count = None if self._bond_days is None else self._bond_days.trading_days_between
        return judge_feed(self._rule, newest, dues, at, business_days=count)


def model_record(family: str, replays: Iterable[Replay], before: date) -> ModelRecord | None:
    """Score walk-forward forecasts of the days printed before one; None if there are none.

    Advantages are over the best baseline that is scored wherever the model is, score by score;
    the drift monitor compares the newest days with those before them.
    """
    past = [cut for each in replays if (cut := _printed(each, before)) is not None]
    if not past:
        return None
    losses = [_losses(each) for each in past]
    n = sum(len(each.days) for each in past)
    sums: dict[str, tuple[float, float]] = {
        name: tuple(sum(each[name][k] for each in losses) / n for k in (0, 1))  # type: ignore[misc]
        for name in losses[0]
        if all(name in each for each in losses)
    }
    own = sums.pop(_MODEL)
    if not sums:
        return None
    crps, brier = (min(each[k] for each in sums.values()) for k in (0, 1))
    skill = Skill(family, 1.0 - own[0] / crps, 1.0 - own[1] / brier)
    return ModelRecord(skill, drifted=_drift(family, past) is DriftState.ALERT)


def _printed(replay: Replay, before: date) -> Replay | None:
    until = datetime.combine(before, time(0), UTC) - _PRINTED
    kept = np.array([known_at < until for known_at in replay.known_at], dtype=np.bool_)
    if not kept.any():
        return None
    pick = kept.tolist()
    return replace(
        replay,
        days=tuple(compress(replay.days, pick)),
        known_at=tuple(compress(replay.known_at, pick)),
        pmfs=replay.pmfs[kept],
        means=replay.means[kept],
        outcomes=replay.outcomes[kept],
        baselines={name: pmfs[kept] for name, pmfs in replay.baselines.items()},
        units=tuple(compress(replay.units, pick)),
        weights=tuple(compress(replay.weights, pick)) if replay.weights else (),
    )


def _losses(replay: Replay) -> dict[str, tuple[float, float]]:
    """Return sums of CRPS and Brier score by model, over the rungs of what was printed."""
    at = replay.outcomes - replay.lo
    strikes = range(int(at.min()), int(at.max()) + 1)
    found = {}
    for name, pmfs in _models(replay):
        scores = score_pmfs(pmfs, at, strikes)
        found[name] = float(scores.rps.sum()), float(scores.brier.mean(axis=1).sum())
    return found


def _models(replay: Replay) -> Iterator[tuple[str, np.ndarray]]:
    yield _MODEL, replay.pmfs
    yield from replay.baselines.items()


def _drift(family: str, past: Sequence[Replay]) -> DriftState:
    """Compare the last window with the days before it, by the reference that live compares with."""
    rule, name = DRIFT_RULES.get(family.lower().replace("tney", "teny")), "guidance"
    compared = [each for each in past if name in each.baselines] or list(past)
    if name not in compared[0].baselines:
        name = min(compared[0].baselines)
    if rule is None or any(name not in each.baselines for each in compared):
        return DriftState.TOO_SHORT
    units = [unit for each in compared for unit in each.units]
    own, theirs = (
        average_by_unit(np.concatenate([_rps(each, of) for each in compared]), units)
        for of in (None, name)
    )
    if own.size < 2 * rule.window:
        return DriftState.TOO_SHORT
    before = loss_ratio(own[: -rule.window], theirs[: -rule.window])
    return read_drift(own, theirs, before, rule).state


def _rps(replay: Replay, name: str | None) -> np.ndarray:
    pmfs = replay.pmfs if name is None else replay.baselines[name]
    return score_pmfs(pmfs, replay.outcomes - replay.lo).rps


def judged_feeds(family: str, settings: Settings, found: FamilyHistory) -> Mapping[str, bool]:
    """Say of each feed that the family's series need whether the history tells of it."""
    enabled = settings.series.enabled
    needed = {feed for each in enabled if each.family == family for feed in each.required_feeds}
    return {feed: feed in (found.readings or {}) for feed in sorted(needed)}
