"""Fitting: the long run on final values, and what first prints taught walk-forward."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.claims.history import (
    FirstPrint,
    HistoryWeek,
    finals_of,
    prints_of,
    read_history,
)
from kalshi_alpha.strategies.claims.long_run import LongRun, LongRuns
from kalshi_alpha.strategies.claims.skill import ERRORS_LEAST, Skill, walk_forward_skill
from kalshi_alpha.strategies.claims.walk import Learnt, learnt_from, walk

MODEL_ID = "claims-ar4-t-1"


@dataclass(frozen=True, slots=True)
class ClaimsCalibration:
    """Everything a forecast of claims needs besides the day's data.

    ``history_sha256`` is the hash of the weeks it was fitted on, and names the calibration.
    """

    model: LongRun
    learnt: Learnt
    weeks: tuple[HistoryWeek, ...]
    skill: Skill
    history_sha256: str

    @property
    def prints(self) -> tuple[FirstPrint, ...]:
        """First prints fitted on, oldest first."""
        return prints_of(self.weeks)

    @property
    def known_at(self) -> datetime:
        """Instant of the last print fitted on: no earlier forecast may use this calibration."""
        return max(each.released_at for each in self.prints)


def fit(
    history: Sequence[Mapping[str, object]], as_of: datetime | None = None
) -> ClaimsCalibration:
    """Fit on what was known at ``as_of``; pure, and the same for the same weeks.

    Raises
    ------
    ParseRefused
        If the history cannot be read.
    MissingData
        If there are too few final weeks or first prints.
    """
    weeks = read_history(history, as_of)
    prints = prints_of(weeks)
    if not prints:
        raise MissingData("claims calibration needs first prints, had none")
    last = max(each.released_on for each in prints)
    runs = LongRuns(finals_of(weeks))
    model = runs.seen_from(last.year)
    steps = list(walk(prints, runs.seen_from))
    if len(steps) < ERRORS_LEAST:
        raise MissingData(f"claims calibration needs {ERRORS_LEAST} errors, had {len(steps)}")
    return ClaimsCalibration(
        model=model,
        learnt=learnt_from(steps, Learnt.nothing(model)),
        weeks=weeks,
        skill=walk_forward_skill(steps, prints),
        history_sha256=sha256_of(weeks),
    )


def sha256_of(weeks: Sequence[HistoryWeek]) -> str:
    """Return the hash that names a calibration on these weeks."""
    return hashlib.sha256(msgspec.json.encode(weeks)).hexdigest()
