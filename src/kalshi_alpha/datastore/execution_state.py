"""The state files of execution, ``fill_alpha.json`` and ``slippage.json``, and their refresh.

A family's entry is replaced at each refresh, the others stay. An entry that rests on too few
orders says ``cold_start``, and a reader then uses what is used before any observation.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from kalshi_alpha.config.environment import KalshiEnv, kalshi_env, set_clock
from kalshi_alpha.config.loading import load
from kalshi_alpha.config.series import SeriesBook
from kalshi_alpha.core.errors import BadParameter, MissingData, TornFile
from kalshi_alpha.core.execution.fillratio import FillAlpha
from kalshi_alpha.core.execution.ledger_fit import (
    CURVE_ORDERS_MIN,
    CurveFit,
    fitted_curve,
    order_rows,
    tuned_alpha,
)
from kalshi_alpha.core.execution.power_law import PowerLaw
from kalshi_alpha.core.execution.slippage import CurveForm, SlippageCurve
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerEntry
from kalshi_alpha.datastore.artifacts import read_json
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths

SCHEMA = 1
T = TypeVar("T")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FittedOn:
    """What a fit was made from: its clock, the look-back, and the orders by ledger mode."""

    at: datetime
    lookback_days: float
    modes: Mapping[str, int]

    @classmethod
    def of(
        cls, entries: Iterable[LedgerEntry], family: str, at: datetime, lookback_days: float
    ) -> FittedOn:
        """Count a family's orders by mode."""
        rows = order_rows(entries, family, at, lookback_days)
        return cls(at, lookback_days, dict(Counter(row.mode.value for row in rows)))


def tune_alpha(
    series: str, lookback_days: float, environ: Mapping[str, str] = os.environ
) -> FillAlpha:
    """Tune a family's fill ratio on the ledger below the root, store it and return it.

    Parameters
    ----------
    series
        A family or a ticker.
    lookback_days
        Oldest age of an order that counts.
    environ
        The process environment: root and, if it sets one, clock.

    Raises
    ------
    BadParameter
        If the look-back is not a positive, finite number of days.
    UsageError, ConfigError
        If the series is unknown, or there is no configuration to look it up in.
    MissingData, TornFile, NewerSchema, FutureData
        If there is no ledger, or it or the present state file cannot be trusted.
    """
    desk = _desk(series, lookback_days, environ)
    found = tuned_alpha(desk.entries, desk.family, desk.on.at, lookback_days)
    save_alpha(desk.paths.fill_alpha, desk.family, found, desk.on)
    if found.n_orders == 0:
        _LOG.warning(
            "%s: cold start, fill ratio %.2f: %s has no order of its last %g days",
            *(desk.family, found.alpha, desk.paths.ledger_all, lookback_days),
        )
    return found


def fit_slippage(
    series: str, lookback_days: float, environ: Mapping[str, str] = os.environ
) -> SlippageCurve:
    """Fit a family's depth curve on the ledger below the root, store it and return it.

    Parameters and errors are those of `tune_alpha`.
    """
    desk = _desk(series, lookback_days, environ)
    found = fitted_curve(desk.entries, desk.family, desk.on.at, lookback_days)
    save_curve(desk.paths.slippage, desk.family, found, desk.on)
    if found.is_cold_start:
        _LOG.warning(
            "%s: cold start, one tick per depth shown: %s, filled orders with a known touch in its "
            "last %g days: %d of the %d needed",
            *(desk.family, desk.paths.ledger_all, lookback_days),
            *(found.n_orders, CURVE_ORDERS_MIN),
        )
    return found.curve


def read_alpha(path: Path, family: str, at: datetime) -> FillAlpha | None:
    """Return a family's stored fill ratio, or None if none was ever tuned.

    Raises
    ------
    TornFile, NewerSchema, FutureData
        If the file cannot be trusted.
    """
    entry = _entries(path, at).get(family)
    if entry is None:
        return None
    found = _convert(path, family, entry, FillAlpha)
    if not (0.0 <= found.lo10 <= found.alpha <= found.hi90 <= 1.0 and found.n_orders >= 0):
        raise TornFile(f"{path}: {family} has fill ratio {found.alpha} outside its interval")
    return found


def save_alpha(path: Path, family: str, found: FillAlpha, on: FittedOn) -> None:
    """Replace a family's fill ratio in the state file, and keep the others.

    Raises
    ------
    TornFile, NewerSchema, FutureData
        If the present file cannot be trusted; it is left as it is.
    """
    _save(path, family, {**asdict(found), "cold_start": found.n_orders == 0}, on)


class _Curve(msgspec.Struct, frozen=True, kw_only=True):
    cold_start: bool
    form: CurveForm
    impact_cap: float
    relative_size: list[float]
    fitted_ticks: list[float]
    upper_ticks: list[float]
    power: PowerLaw | None = None


def read_curve(path: Path, family: str, at: datetime) -> SlippageCurve | None:
    """Return a family's fitted depth curve, or None where there is only the cold start.

    Raises
    ------
    TornFile, NewerSchema, FutureData
        If the file cannot be trusted.
    """
    entry = _entries(path, at).get(family)
    if entry is None:
        return None
    found = _convert(path, family, entry, _Curve)
    try:
        curve = SlippageCurve(
            form=found.form,
            relative_size=np.array(found.relative_size, dtype=np.float64),
            fitted_ticks=np.array(found.fitted_ticks, dtype=np.float64),
            upper_ticks=np.array(found.upper_ticks, dtype=np.float64),
            impact_cap=found.impact_cap,
            power=found.power,
        )
    except BadParameter as error:
        raise TornFile(f"{path}: {family}: {error}") from error
    return None if found.cold_start else curve


def save_curve(path: Path, family: str, found: CurveFit, on: FittedOn) -> None:
    """Replace a family's depth curve in the state file, and keep the others.

    Raises
    ------
    TornFile, NewerSchema, FutureData
        If the present file cannot be trusted; it is left as it is.
    """
    curve = found.curve
    entry = {
        "cold_start": found.is_cold_start,
        "n_orders": found.n_orders,
        "n_sizes": found.n_sizes,
        "n_untold": found.n_untold,
        "form": curve.form.value,
        "impact_cap": curve.impact_cap,
        "relative_size": curve.relative_size.tolist(),
        "fitted_ticks": curve.fitted_ticks.tolist(),
        "upper_ticks": curve.upper_ticks.tolist(),
        "power": None if curve.power is None else asdict(curve.power),
        "lookback_days": on.lookback_days,
    }
    _save(path, family, entry, on)


@dataclass(frozen=True, slots=True)
class _Desk:
    """The ledger below a root, and the family and clock that it is read for."""

    paths: Paths
    family: str
    entries: list[LedgerEntry]
    on: FittedOn


def _desk(series: str, lookback_days: float, environ: Mapping[str, str]) -> _Desk:
    paths = Paths.from_environ(environ)
    family = load(paths.config("series"), SeriesBook).value.family_of(series)
    store = LedgerStore(paths)
    refreshed_at = store.generated_at()
    if refreshed_at is None:
        raise MissingData(f"{paths.ledger_all} is not there: run a scan with --paper-ledger first")
    entries = store.entries()
    at = _clock(environ, entries, refreshed_at)
    return _Desk(paths, family, entries, FittedOn.of(entries, family, at, lookback_days))


def _clock(
    environ: Mapping[str, str], entries: Iterable[LedgerEntry], refreshed_at: datetime
) -> datetime:
    """Return the clock that ages are counted from: a set one, else the present.

    A ledger that only runs under set clocks wrote is read at its own: its scenario lies years
    back, and a state file dated today would be refused there as of the future.
    """
    chosen = set_clock(None, environ)
    if chosen is not None:
        return chosen
    is_real = kalshi_env(environ) in {KalshiEnv.PROD, KalshiEnv.DEMO}
    if is_real or any(row.clock_source is ClockSource.SYSTEM for row in entries):
        return datetime.now(UTC)
    return refreshed_at


def _entries(path: Path, at: datetime) -> dict[str, Any]:
    try:
        found = read_json(path, SCHEMA, at).get("series")
    except MissingData:
        return {}
    if not isinstance(found, dict):
        raise TornFile(f"{path}: has no series")
    return found


def _convert(path: Path, family: str, entry: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(entry, kind)
    except msgspec.ValidationError as error:
        raise TornFile(f"{path}: {family}: {error}") from error


def _save(path: Path, family: str, entry: Mapping[str, Any], on: FittedOn) -> None:
    at = on.at.astimezone(UTC)
    made = {**entry, "fitted_at": at, "modes": on.modes}
    series = {**_entries(path, at), family: made}
    write_json(path, {"schema": SCHEMA, "generated_at": at, "series": series})
