"""What a family offers to the rest of the program, a user's own family included."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.core.schedule import Phase, ReleaseCalendar
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.replay import Replay

Row = Mapping[str, object]
TableReader = Callable[[str], Sequence[Row]]
"""Rows of a feed's table by the feed's name, as they were known at the decision clock."""


@dataclass(frozen=True, slots=True)
class ForecastSet:
    """What a family could forecast, what it refused and why, and facts for the report.

    Parameters
    ----------
    forecasts
        One per quantity and period.
    refused
        By quantity: why there is no forecast.
    metadata
        Facts that an operator wants to see beside the forecasts, in reading order.
    no_skill
        By quantity and period: why that forecast, though made, is no reason to trade.
    """

    forecasts: tuple[Forecast, ...]
    refused: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    no_skill: Mapping[tuple[str, date], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelQuality:
    """How good a family's forecasts were on its own history, walk-forward.

    Parameters
    ----------
    crps_advantage, brier_advantage
        Skill, 1 - score / baseline score, against the better baseline; None if not measured.
    drifted
        Whether recent scores have worsened beyond the limit.
    months
        How many outcomes were scored.
    baseline
        Name of the baseline.
    detail
        One line for reports.
    """

    crps_advantage: float | None
    brier_advantage: float | None
    drifted: bool
    months: int
    baseline: str
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A printed value: its index on the settlement grid, and when it was first known."""

    index: int
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Strategy:
    """One family.

    Parameters
    ----------
    family
        Its name, such as ``CPI``.
    history
        Where its calibration history lies below a folder of feed fixtures; an absolute path, as
        a package of a user's own brings it, is taken as it is.
    calibrate
        ``(history rows, as_of, artifact path) -> calibration``: fits on what was known at
        ``as_of`` and writes the artifact.
    load
        Reads a calibration back from its artifact.
    forecast
        ``(reader, calibration, as_of) -> ForecastSet``; pure.
    quality
        ``calibration -> ModelQuality``.
    identity
        ``calibration -> hash`` of what it was fitted on.
    outcomes
        ``(reader, as_of) -> {(quantity, period): Outcome}``: first prints known at ``as_of``.
    replay
        ``(history, first, last) -> replays``: walk-forward forecasts of the past over history
        files; None bounds mean the family's default span. None where a family has no replay.
    variants
        Every model that was tried for the replay, with what it scored, the chosen one among them.
    phase
        ``(instant, calendar) -> Phase``: when it may be quoted, for a family whose schedule the
        program does not know.
    past
        ``calibration -> replays``: walk-forward forecasts of the newest part of the history that
        the calibration itself holds, for whoever shows how honest they were. None where a family
        cannot tell.
    """

    family: str
    history: str
    calibrate: Callable[[Sequence[Row], datetime, Path], Any]
    load: Callable[[Path], Any]
    forecast: Callable[[TableReader, Any, datetime], ForecastSet]
    quality: Callable[[Any], ModelQuality]
    identity: Callable[[Any], str]
    outcomes: Callable[[TableReader, datetime], Mapping[tuple[str, date], Outcome]]
    replay: Callable[[History, date | None, date | None], tuple[Replay, ...]] | None = None
    variants: tuple[tuple[str, str], ...] = ()
    phase: Callable[[datetime, ReleaseCalendar], Phase] | None = None
    past: Callable[[Any], tuple[Replay, ...]] | None = None
