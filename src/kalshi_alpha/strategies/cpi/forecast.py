"""The CPI forecast: a Student t around the nowcast, read on each ladder's own grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import (
    Forecast,
    GridPmf,
    InputUsed,
    StudentT,
    grid_support,
    on_grid,
    on_grid_through,
)
from kalshi_alpha.strategies.cpi.bridge import Bridge, bridge_for, combined_pct
from kalshi_alpha.strategies.cpi.calibrate import MODEL_ID, CpiCalibration
from kalshi_alpha.strategies.cpi.features import (
    Gasoline,
    Nowcast,
    gasoline_for,
    next_release,
    nowcast_for,
    reference_month,
)
from kalshi_alpha.strategies.cpi.levels import (
    ADJUSTED,
    ADJUSTED_CORE,
    require_level,
    yearly_base,
)
from kalshi_alpha.strategies.cpi.months import months_before, require_published
from kalshi_alpha.strategies.cpi.pump_prices import pump_prices
from kalshi_alpha.strategies.cpi.rows import LevelRow, NowcastRow, ReleaseRow, known_rows
from kalshi_alpha.strategies.cpi.skill import TENTHS
from kalshi_alpha.strategies.strategy import ForecastSet, TableReader

FAMILY = "CPI"
_ZONE = ZoneInfo("America/New_York")
MOM, YOY, CORE_MOM = "cpi_mom", "cpi_yoy", "cpi_core_mom"
_CORE = "the core's forecast is its own twelve-month mean, which is the baseline to beat"


@dataclass(frozen=True, slots=True)
class _Eve:
    """One release ahead, and what the forecasts of its prints share."""

    release_at: datetime
    month: date
    as_of: datetime
    calibration: CpiCalibration
    levels: tuple[LevelRow, ...]

    @property
    def previous(self) -> date:
        return months_before(self.month, 1)

    def dated(
        self,
        quantity: str,
        pmf: GridPmf,
        mean_sd: tuple[float, float],
        inputs: tuple[InputUsed, ...],
        notes: tuple[str, ...],
        model_id: str = MODEL_ID,
    ) -> Forecast:
        return Forecast(
            family=FAMILY,
            quantity=quantity,
            period=self.month,
            pmf=pmf,
            latent_mean=mean_sd[0],
            latent_sd=mean_sd[1],
            as_of=self.as_of,
            inputs=inputs,
            model_id=model_id,
            calibration_hash=self.calibration.history_sha256,
            notes=notes,
        )


@dataclass(frozen=True, slots=True)
class _Latent:
    """The adjusted monthly change in percent, before rounding, and what it was made from."""

    dist: StudentT
    nowcast: Nowcast
    gasoline: Gasoline | None
    bridge: Bridge | None
    notes: tuple[str, ...]

    @property
    def inputs(self) -> tuple[InputUsed, ...]:
        gasoline = () if self.gasoline is None else (self.gasoline.used,)
        bridge = () if self.bridge is None else (self.bridge.used,)
        return (self.nowcast.used, *gasoline, *bridge)

    @property
    def model_id(self) -> str:
        return MODEL_ID if self.bridge is None else f"{MODEL_ID}-bridge"


def forecast(read: TableReader, calibration: CpiCalibration, as_of: datetime) -> ForecastSet:
    """Forecast the next print's monthly, yearly and core change.

    Month on month and year on year come from one latent draw: the yearly change is a monotone
    function of the monthly one, given the published levels.

    Parameters
    ----------
    read
        Gives a feed's rows as they were known at ``as_of``; later ones are passed over.
    calibration
        Fitted parameters, of prints before ``as_of`` only.
    as_of
        The decision clock, aware.

    Returns
    -------
    ForecastSet
        A quantity whose inputs are missing is refused by name, and the others are kept.

    Raises
    ------
    ParseRefused
        If a table holds something impossible.
    """
    try:
        eve = _eve(read, calibration, as_of)
    except MissingData as error:
        return ForecastSet((), dict.fromkeys((MOM, YOY, CORE_MOM), str(error)))
    core = {CORE_MOM: partial(_core, eve)}
    try:
        latent = _latent(read, eve)
    except MissingData as error:
        return _gathered(core, dict.fromkeys((MOM, YOY), str(error)), {})
    headline = {MOM: partial(_monthly, eve, latent), YOY: partial(_yearly, eve, latent)}
    return _gathered({**headline, **core}, {}, _metadata(latent))


def _eve(read: TableReader, calibration: CpiCalibration, as_of: datetime) -> _Eve:
    if calibration.known_at > as_of:
        raise MissingData(
            f"the calibration knows the print of {calibration.last_month}, which came after the "
            "clock: calibrate as of the clock"
        )
    release_at = next_release(known_rows(read, "macro_calendar", ReleaseRow, as_of), as_of)
    month = reference_month(release_at)
    require_published(month)
    levels = known_rows(read, "bls_cpi", LevelRow, as_of)
    return _Eve(release_at, month, as_of, calibration, levels)


def _gathered(
    attempts: Mapping[str, Callable[[], Forecast]],
    refused: Mapping[str, str],
    metadata: Mapping[str, str],
) -> ForecastSet:
    made: list[Forecast] = []
    reasons = dict(refused)
    for quantity, attempt in attempts.items():
        try:
            made.append(attempt())
        except MissingData as error:
            reasons[quantity] = str(error)
    idle = {(each.quantity, each.period): _CORE for each in made if each.quantity == CORE_MOM}
    return ForecastSet(tuple(made), reasons, metadata, idle)


def _latent(read: TableReader, eve: _Eve) -> _Latent:
    """Move the nowcast by gasoline news that it cannot contain, and weigh it with the bridge."""
    nowcasts = known_rows(read, "cleveland_nowcast", NowcastRow, eve.as_of)
    nowcast = nowcast_for(nowcasts, eve.release_at, eve.as_of)
    gasoline, notes = _gasoline(read, eve, nowcast)
    if eve.calibration.last_month != f"{eve.previous:%Y-%m}":
        notes = (*notes, f"the scale knows errors up to {eve.calibration.last_month} only")
    model, scale = eve.calibration.mean, eve.calibration.scale
    news = 0.0 if gasoline is None else gasoline.news_pct
    bridge, without = _bridge(read, eve)
    mean = combined_pct(
        nowcast.pct + model.bias_pp + model.gas_beta * news,
        None if bridge is None else bridge.pct,
    )
    dist = StudentT(mean, scale.scale(), scale.dof)
    return _Latent(dist, nowcast, gasoline, bridge, (*notes, *without))


def _bridge(read: TableReader, eve: _Eve) -> tuple[Bridge | None, tuple[str, ...]]:
    calibration, today = eve.calibration, eve.as_of.astimezone(_ZONE).date()
    alone = "the mean is the nowcast alone: "
    if calibration.last_month != f"{eve.previous:%Y-%m}":
        return None, (f"{alone}the core mean ends with {calibration.last_month}",)
    core, beta = calibration.core.mean, calibration.mean.gas_beta
    try:
        prices, _ = pump_prices(read, eve.month, eve.as_of)
        return bridge_for(eve.levels, prices, eve.month, core, beta, today), ()
    except MissingData as error:
        return None, (f"{alone}{error}",)


def _gasoline(
    read: TableReader, eve: _Eve, nowcast: Nowcast
) -> tuple[Gasoline | None, tuple[str, ...]]:
    try:
        prices, notes = pump_prices(read, eve.month, eve.as_of)
        return gasoline_for(prices, eve.month, nowcast.label_on, eve.as_of), notes
    except MissingData as error:
        return None, (f"no gasoline adjustment: {error}",)


def _monthly(eve: _Eve, latent: _Latent) -> Forecast:
    require_level(eve.levels, ADJUSTED, eve.previous)
    dist = latent.dist
    pmf = on_grid(dist, TENTHS, *grid_support(dist, TENTHS))
    moments = dist.mean, dist.sd
    return eve.dated(MOM, pmf, moments, latent.inputs, latent.notes, latent.model_id)


def _yearly(eve: _Eve, latent: _Latent) -> Forecast:
    base = yearly_base(eve.levels, eve.month)
    dist, error_sd = latent.dist, base.seasonal_error_sd
    mean = base.yearly_pct(dist.mean)
    lo, hi = grid_support(StudentT(mean, base.slope * dist.scale, dist.dof), TENTHS)
    pmf = on_grid_through(dist, base.adjusted_pct, TENTHS, lo, hi, error_sd=error_sd)
    sd = base.slope * math.hypot(dist.sd, error_sd)
    inputs, notes = (*latent.inputs, *base.used), (*latent.notes, *base.notes)
    return eve.dated(YOY, pmf, (mean, sd), inputs, notes, latent.model_id)


def _core(eve: _Eve) -> Forecast:
    previous, last = f"{eve.previous:%Y-%m}", eve.calibration.last_month
    if last != previous:
        raise MissingData(f"the core mean ends with {last}, not {previous}")
    require_level(eve.levels, ADJUSTED_CORE, eve.previous)
    dist = eve.calibration.core
    pmf = on_grid(dist, TENTHS, *grid_support(dist, TENTHS))
    notes = ("core is its own twelve-month mean: no core nowcast is read",)
    moments = dist.mean, dist.sd
    return eve.dated(CORE_MOM, pmf, moments, (), notes, f"{MODEL_ID}-core-mean")


def _metadata(latent: _Latent) -> dict[str, str]:
    nowcast, dist = latent.nowcast, latent.dist
    spread = f"t scale {dist.scale:.4f}, {dist.dof} degrees of freedom"
    facts = {
        "Cleveland Fed nowcast": f"{nowcast.pct:+.4f} % m/m, label {nowcast.label_on}",
        "latent mean": f"{dist.mean:+.4f} % m/m",
        "latent sd": f"{dist.sd:.4f} pp ({spread})",
    }
    if latent.bridge is not None:
        facts["core trend and gasoline"] = f"{latent.bridge.pct:+.4f} % m/m"
    if latent.gasoline is not None:
        now, surveyor = latent.gasoline.now, latent.gasoline.surveyor
        days = f"{now.days_seen} of {now.days} days"
        facts[f"{surveyor} month mean"] = f"${now.mean_usd:.4f} ({days})"
        facts[f"{surveyor} news since nowcast"] = f"{latent.gasoline.news_pct:+.3f} %"
    return facts
