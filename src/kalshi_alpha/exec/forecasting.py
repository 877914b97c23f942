"""Calibration and forecast of a family, whichever family it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from kalshi_alpha.core.errors import (
    InvalidPmf,
    MissingData,
    NotBuilt,
    ParseRefused,
)
from kalshi_alpha.exec.feed_verdicts import known_rows
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import ForecastSet, Row, Strategy

GROUP = "kalshi_alpha.strategies"


@dataclass(frozen=True, slots=True)
class FamilyForecast:
    """What a family said: its forecasts, or that its own probabilities do not hold together.

    ``faulty_models`` counts forecasts that were no probability distribution.
    """

    made: ForecastSet
    faulty_models: int = 0


def installed_strategy(family: str) -> Strategy:
    """Find a family's strategy by its entry point.

    Raises
    ------
    NotBuilt
        If none is installed.
    """
    for point in entry_points(group=GROUP):
        if point.name == family.lower():
            strategy: Strategy = point.load().STRATEGY
            return strategy
    raise NotBuilt(f"{family}: no strategy is installed under the entry point {GROUP}")


def calibrate(run: Run, strategy: Strategy) -> Any:
    """Fit the family on what was known at the clock, and write its artifact.

    Raises
    ------
    MissingData, ParseRefused
        If the history is not there, cannot be read or is too short.
    """
    return strategy.calibrate(
        _history(run, strategy), run.clock.at, run.paths.calibration(strategy.family.lower())
    )


def stored_calibration(run: Run, strategy: Strategy) -> Any:
    """Read the family's artifact, or fit it if there is none yet.

    Raises
    ------
    TornFile, NewerSchema
        If there is one that cannot be trusted.
    """
    try:
        return strategy.load(run.paths.calibration(strategy.family.lower()))
    except MissingData:
        return calibrate(run, strategy)


def forecast(run: Run, strategy: Strategy, calibration: Any) -> FamilyForecast:
    """Forecast as of the run's clock from what the tables knew then."""
    try:
        made = strategy.forecast(
            lambda source: known_rows(run.store, source, run.clock.at), calibration, run.clock.at
        )
    except InvalidPmf as error:
        return FamilyForecast(ForecastSet((), {strategy.family: str(error)}), faulty_models=1)
    return FamilyForecast(made)


def _history(run: Run, strategy: Strategy) -> list[Row]:
    path = run.driver_fixtures / strategy.history
    try:
        body = json.loads(path.read_bytes())
        rows: list[Row] = body["history"]
    except FileNotFoundError as error:
        raise MissingData(f"{path} is not there: it holds the calibration history") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ParseRefused(strategy.history, f"no history can be read: {error}") from error
    return rows
