"""What a family of one's own is written with: its strategy, rounded forecasts, a fair score."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import (
    Distribution,
    Forecast,
    GridPmf,
    InputUsed,
    grid_support,
    on_grid,
)
from kalshi_alpha.core.forecast.special import student_t_cdf
from kalshi_alpha.core.schedule import Phase, ReleaseCalendar
from kalshi_alpha.core.scoring import score_pmfs, skill
from kalshi_alpha.core.scoring.drift import DriftRule, DriftState, read_drift
from kalshi_alpha.core.scoring.skill import loss_ratio
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.strategies.artifact import ArtifactFormat, Fact, as_text, fact, texts
from kalshi_alpha.strategies.strategy import (
    ForecastSet,
    ModelQuality,
    Outcome,
    Row,
    Strategy,
    TableReader,
)

Rows = Sequence[Row]
Learned = Mapping[str, float]


class Prints(dict[date, Outcome]):
    """First published values by the day or the month that they are of."""

    def __missing__(self, period: date) -> Outcome:
        raise MissingData(f"no print of {period} is known")


@dataclass(frozen=True, slots=True)
class Fit:
    """Numbers that were learned, by name, and how good the forecasts they come from were."""

    values: Learned
    quality: ModelQuality


class _Print(msgspec.Struct, frozen=True):
    period: date
    value: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fit, the hash of the rows it was made from, and when the last of them was known."""

    fit: Fit
    history_sha256: str
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFamily:
    """One quantity, forecast from its own prints.

    Parameters
    ----------
    family, quantity, model
        Names: of the family, of what settles it, and of the model; the model's changes whenever
        an older artifact must not be used.
    step, unit
        Of the settlement values.
    history
        Where the calibration history lies: ``{"history": [rows]}`` as JSON.
    known_at
        ``row -> instant`` from which a row of the history could be known.
    fit
        ``rows -> Fit``, of the rows known at the clock, in the file's order.
    prints
        ``(reader, as_of) -> {period: Outcome}``: the values known at the clock.
    ahead
        ``(prints, learned values) -> (period, latent distribution)`` of the next print, in the
        unit; MissingData, as a print that is not there raises, refuses the forecast.
    phase
        ``(instant, calendar) -> Phase``: when the family may be quoted.
    """

    family: str
    quantity: str
    model: str
    step: str
    unit: str
    history: Path
    known_at: Callable[[Row], datetime]
    fit: Callable[[Rows], Fit]
    prints: Callable[[TableReader, datetime], Prints]
    ahead: Callable[[Prints, Learned], tuple[date, Distribution]]
    phase: Callable[[datetime, ReleaseCalendar], Phase]

    def strategy(self) -> Strategy:
        """Return what the entry point's module offers as ``STRATEGY``."""
        return Strategy(
            family=self.family,
            history=str(self.history),
            calibrate=self._calibrate,
            load=self._format.load,
            forecast=self._forecast,
            quality=lambda calibration: calibration.fit.quality,
            identity=lambda calibration: str(calibration.history_sha256),
            outcomes=lambda read, as_of: {
                (self.quantity, period): each for period, each in self.prints(read, as_of).items()
            },
            phase=self.phase,
        )

    @property
    def grid(self) -> SettlementGrid:
        """The grid of settlement values."""
        return SettlementGrid(Decimal(self.step), self.unit)

    @property
    def _format(self) -> ArtifactFormat[Calibration]:
        return ArtifactFormat(
            self.model,
            lambda found: [fact("calibration", self.family, None, as_text(found))],
            _restored,
        )

    def _calibrate(self, rows: Sequence[Row], as_of: datetime, path: Path) -> Calibration:
        known = [row for row in rows if self.known_at(row) <= as_of]
        if not known:
            raise MissingData(f"no row of {self.history.name} was known at {as_of.isoformat()}")
        digest = hashlib.sha256(msgspec.json.encode(known)).hexdigest()
        found = Calibration(self.fit(known), digest, max(map(self.known_at, known)))
        write_atomic(path, self._format.encode(found))
        return found

    def _forecast(
        self, read: TableReader, calibration: Calibration, as_of: datetime
    ) -> ForecastSet:
        if calibration.known_at > as_of:
            why = (
                "the calibration knows prints that came after the clock: calibrate as of the clock"
            )
            return ForecastSet((), {self.quantity: why})
        found = self.prints(read, as_of)
        prints = Prints({day: each for day, each in found.items() if each.known_at <= as_of})
        if not prints:
            return ForecastSet((), {self.quantity: "no print is known"})
        try:
            period, latent = self.ahead(prints, calibration.fit.values)
        except MissingData as error:
            return ForecastSet((), {self.quantity: str(error)})
        newest = max(prints)
        value = float(self.grid.value(prints[newest].index))
        used = InputUsed(f"print of {newest}", value, self.grid.unit, prints[newest].known_at)
        made = Forecast(
            family=self.family,
            quantity=self.quantity,
            period=period,
            pmf=self._rounded(latent),
            latent_mean=latent.mean,
            latent_sd=latent.sd,
            as_of=as_of,
            inputs=(used,),
            model_id=self.model,
            calibration_hash=calibration.history_sha256,
        )
        learned = {name: f"{each:.4g}" for name, each in calibration.fit.values.items()}
        return ForecastSet((made,), {}, {used.name: f"{value:g} {self.grid.unit}", **learned})

    def _rounded(self, latent: Distribution) -> GridPmf:
        return on_grid(latent, self.grid, *grid_support(latent, self.grid))


def prints_of(
    feed: str, period: str, value: str, units: int, /, **wanted: object
) -> Callable[[TableReader, datetime], Prints]:
    """Return the reader of prints that lie one a row in a feed's table.

    Parameters
    ----------
    feed
        The feed.
    period, value
        Columns: the day or month, and the value as an integer.
    units
        How many units of the column make one step of the settlement grid.
    wanted
        Values that other columns must have; rows with others are passed over.
    """

    def read_prints(read: TableReader, as_of: datetime) -> Prints:
        found = Prints()
        for row in read(feed):
            if all(row[name] == each for name, each in wanted.items()):
                one = msgspec.convert(
                    {"period": row[period], "value": row[value], "at": row["available_at"]}, _Print
                )
                if one.at <= as_of:
                    found[one.period] = Outcome(one.value // units, one.at)
        return found

    return read_prints


def rolling_sd(misses: FloatArray, window: int) -> FloatArray:
    """Return the root mean square of every run of ``window`` misses.

    Parameters
    ----------
    misses : ndarray of shape (n,)
        Oldest first.

    Returns
    -------
    ndarray of shape (n - window + 1,)
        The last one is of the newest misses.

    Raises
    ------
    MissingData
        If there are fewer misses than a window.
    """
    if misses.size < window:
        raise MissingData(f"{window} values are needed, there were {misses.size}")
    runs = np.lib.stride_tricks.sliding_window_view(np.square(misses), window)
    spread: FloatArray = np.sqrt(runs.mean(axis=1))
    return spread


def rounded_t(means: FloatArray, sds: FloatArray, dof: int, widest: int) -> FloatArray:
    """Round Student t distributions of a change to whole steps of the settlement grid.

    Parameters
    ----------
    means, sds : ndarray of shape (n,)
        Means and standard deviations of the change, in steps.
    dof : int
        Degrees of freedom, at least 3.
    widest : int
        Largest change that is listed, in steps; what lies beyond is in the end outcomes.

    Returns
    -------
    ndarray of shape (n, 2 * widest + 1)
        One PMF a row, over the changes -widest .. widest.
    """
    edges = np.arange(-widest, widest, dtype=np.float64) + 0.5
    scales = sds * math.sqrt((dof - 2) / dof)
    inner = student_t_cdf((edges - means[:, np.newaxis]) / scales[:, np.newaxis], dof)
    rows = means.size
    whole = np.concatenate((np.zeros((rows, 1)), inner, np.ones((rows, 1))), axis=1)
    return np.maximum(np.diff(whole, axis=1), 0.0)


def judged(
    own: FloatArray,
    baseline: FloatArray,
    outcomes: IntArray,
    rungs: Sequence[int],
    *,
    window: int,
    name: str,
) -> ModelQuality:
    """Score walk-forward forecasts against a baseline's on the same outcomes.

    Parameters
    ----------
    own, baseline : ndarray of shape (n, n_outcomes)
        PMFs, each made from what was known before its outcome; oldest first.
    outcomes : ndarray of int, shape (n,)
        Position of what came true.
    rungs : sequence of int
        Positions of the strikes that the Brier score is taken over.
    window : int
        How many of the last outcomes are looked at for drift, against those before them.
    name : str
        What the baseline is called in reports. The harder it is to beat, the better: the gate
        asks for an advantage over it.

    Raises
    ------
    MissingData
        If there are fewer outcomes than two windows.
    InvalidPmf, BadParameter
        If a row is no PMF or an outcome lies outside it.
    """
    if outcomes.size < 2 * window:
        raise MissingData(f"{2 * window} outcomes must be scored, there were {outcomes.size}")
    ours, theirs = (score_pmfs(pmfs, outcomes, rungs) for pmfs in (own, baseline))
    crps = skill(ours.rps, theirs.rps)
    brier = skill(ours.brier.mean(axis=1), theirs.brier.mean(axis=1))
    before = loss_ratio(ours.rps[:-window], theirs.rps[:-window])
    drift = read_drift(ours.rps, theirs.rps, before, DriftRule(window)).state
    return ModelQuality(
        crps_advantage=crps,
        brier_advantage=brier,
        drifted=drift is DriftState.ALERT,
        months=int(outcomes.size),
        baseline=name,
        detail=(
            f"{outcomes.size} outcomes, walk-forward: CRPS {100 * crps:.1f} % and Brier score "
            f"{100 * brier:.1f} % below those of {name}; drift: {drift.value.replace('_', ' ')}"
        ),
    )


def _restored(rows: Sequence[Fact]) -> Calibration:
    [found] = texts(rows, "calibration", Calibration)
    return found
