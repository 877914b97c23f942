"""Calibration and forecast of a family, whichever family it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import InvalidPmf, MissingData, NotBuilt
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.plug_ins import STRATEGIES, plug_ins
from kalshi_alpha.exec.feed_verdicts import known_rows
from kalshi_alpha.exec.inputs import read_history
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import ForecastSet, Row, Strategy


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
    ConfigError
        If two packages offer it.
    """
    point = plug_ins(STRATEGIES).get(family.lower())
    if point is None:
        raise NotBuilt(f"{family}: no strategy is installed under the entry point {STRATEGIES}")
    strategy: Strategy = point.load().STRATEGY
    return strategy


def calibrate(run: Run, strategy: Strategy, history: Sequence[Row]) -> Any:
    """Fit the family on what was known at the clock, and write its artifact.

    Raises
    ------
    MissingData, ParseRefused
        If the history cannot be read or is too short.
    """
    return strategy.calibrate(history, run.clock.at, run.paths.calibration(strategy.family.lower()))


def stored_calibration(run: Run, strategy: Strategy, history: Sequence[Row]) -> Any:
    """Read the family's artifact, or fit it if there is none yet.

    Under a set clock it is fitted anew: the artifact may know prints that came after the clock.

    Raises
    ------
    TornFile, NewerSchema, StaleData
        If there is one that cannot be trusted.
    """
    if run.clock.source is ClockSource.SET:
        return calibrate(run, strategy, history)
    try:
        return strategy.load(run.paths.calibration(strategy.family.lower()))
    except MissingData:
        return calibrate(run, strategy, history)


def venue_calibration(run: Run, strategy: Strategy) -> Any:
    """Return what a run with a venue forecasts by: what was fitted on real data before.

    At the local exchange it is fitted for practice on what was known on its day, below the
    practice folder.

    Raises
    ------
    MissingData
        If the family was never calibrated, or the local exchange's history is not there.
    TornFile, NewerSchema, StaleData
        If what was fitted cannot be trusted.
    """
    if run.venue is KalshiEnv.SIM:
        apart = replace(run, paths=run.store.paths)
        return calibrate(apart, strategy, read_history(run, strategy))
    return strategy.load(run.paths.calibration(strategy.family.lower()))


def forecast(run: Run, strategy: Strategy, calibration: Any) -> FamilyForecast:
    """Forecast as of the run's clock from what the tables knew then."""
    try:
        made = strategy.forecast(
            lambda source: known_rows(run.store, source, run.clock.at), calibration, run.clock.at
        )
    except InvalidPmf as error:
        return FamilyForecast(ForecastSet((), {strategy.family: str(error)}), faulty_models=1)
    faults = {f.quantity: why for f in made.forecasts if (why := _fault(f.pmf)) is not None}
    sound = tuple(f for f in made.forecasts if f.quantity not in faults)
    refused = {**made.refused, **faults}
    return FamilyForecast(replace(made, forecasts=sound, refused=refused), len(faults))


def _fault(pmf: GridPmf) -> str | None:
    """Say what is wrong with a distribution; a family of a user's own may hand over anything."""
    try:
        GridPmf(pmf.grid, pmf.lo, pmf.probs)
    except InvalidPmf as error:
        return str(error)
    return None
