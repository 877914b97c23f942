"""The CPI forecast: a Student t around the nowcast, read on each ladder's own grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import (
    Distribution,
    Forecast,
    GridPmf,
    InputUsed,
    StudentT,
    grid_support,
    on_grid,
    on_grid_through,
)
from kalshi_alpha.strategies.cpi.calibrate import MODEL_ID, CpiCalibration
from kalshi_alpha.strategies.cpi.features import (
    Gasoline,
    IndexBase,
    Nowcast,
    gasoline_for,
    index_base,
    months_before,
    next_release,
    nowcast_for,
    reference_month,
    require_previous_month,
)
from kalshi_alpha.strategies.cpi.skill import TENTHS
from kalshi_alpha.strategies.strategy import ForecastSet, Row, TableReader

FAMILY = "CPI"
MOM, YOY, CORE_MOM = "cpi_mom", "cpi_yoy", "cpi_core_mom"
PASS_THROUGH = (
    0.035  # pp of headline per 1 % of retail gasoline; regressions 2000-2025 give .034-.037
)
SEASONAL_ERROR_SD = 0.02  # pp by which last year's seasonal difference misses this year's


@dataclass(frozen=True, slots=True)
class Latent:
    """One draw's distribution (adjusted m/m, percent) and what it was made from."""

    dist: StudentT
    nowcast: Nowcast
    gasoline: Gasoline | None
    inputs: tuple[InputUsed, ...]
    notes: tuple[str, ...]


def forecast(read: TableReader, calibration: CpiCalibration, as_of: datetime) -> ForecastSet:
    """Forecast the next print's monthly, yearly and core change.

    Month on month and year on year come from one latent draw: the yearly change is a monotone
    function of the monthly one, given the published levels.

    Parameters
    ----------
    read
        Gives a feed's rows as they were known at ``as_of``.
    calibration
        Fitted parameters.
    as_of
        The decision clock.

    Returns
    -------
    ForecastSet
        A quantity whose inputs are missing is refused by name, and the others are kept.
    """
    try:
        month = reference_month(next_release(read("macro_calendar"), as_of))
    except MissingData as error:
        return ForecastSet((), dict.fromkeys((MOM, YOY, CORE_MOM), str(error)))
    levels = read("bls_cpi")
    made: list[Forecast] = []
    refused: dict[str, str] = {}
    latent: Latent | None = None
    try:
        latent = latent_monthly(read, calibration, month, as_of)
    except MissingData as error:
        refused |= dict.fromkeys((MOM, YOY), str(error))
    attempts: list[tuple[str, Callable[[], Forecast]]] = [
        (CORE_MOM, lambda: _core(levels, calibration, month, as_of)),
    ]
    if latent is not None:
        draw = latent
        attempts = [
            (MOM, lambda: _monthly(draw, levels, calibration, month, as_of)),
            (YOY, lambda: _yearly(draw, levels, calibration, month, as_of)),
            *attempts,
        ]
    for quantity, attempt in attempts:
        try:
            made.append(attempt())
        except MissingData as error:
            refused[quantity] = str(error)
    return ForecastSet(tuple(made), refused, {} if latent is None else _metadata(latent))


def latent_monthly(
    read: TableReader, calibration: CpiCalibration, month: date, as_of: datetime
) -> Latent:
    """Return the latent monthly change: the nowcast, moved by gasoline news it cannot contain.

    No bias term is added. Without gasoline prices the nowcast stands alone and a note says so.

    Raises
    ------
    MissingData
        If there is no usable nowcast.
    """
    nowcast = nowcast_for(read("cleveland_nowcast"), month, as_of)
    gasoline: Gasoline | None = None
    notes: tuple[str, ...] = ()
    inputs: tuple[InputUsed, ...] = (nowcast.used,)
    try:
        gasoline = gasoline_for(read("aaa_gas"), month, nowcast.label_on, as_of)
        used = InputUsed("AAA news since nowcast", gasoline.news_pct, "%", gasoline.available_at)
        inputs = (*inputs, used)
    except MissingData as error:
        notes = (f"no gasoline adjustment: {error}",)
    news = 0.0 if gasoline is None else gasoline.news_pct
    scale = calibration.scale
    dist = StudentT(nowcast.pct + PASS_THROUGH * news, scale.scale(), scale.dof)
    return Latent(dist, nowcast, gasoline, inputs, notes)


def yearly_inverse(base: IndexBase) -> Callable[[FloatArray], FloatArray]:
    """Return the function from a yearly change to the adjusted monthly one, both in percent.

    ``yearly = 100 (I_{t-1} (1 + nsa/100) / I_{t-12} - 1)`` with ``nsa = adjusted + seasonal``.
    """
    ratio = base.year_ago_e3 / base.previous_e3

    def inverse(yearly_pct: FloatArray) -> FloatArray:
        unadjusted = 100.0 * (ratio * (1.0 + yearly_pct / 100.0) - 1.0)
        return unadjusted - base.seasonal_pct

    return inverse


def _monthly(
    latent: Latent,
    levels: Sequence[Row],
    calibration: CpiCalibration,
    month: date,
    as_of: datetime,
) -> Forecast:
    require_previous_month(levels, month)
    pmf = on_grid(latent.dist, TENTHS, *grid_support(latent.dist, TENTHS))
    return _dated(MOM, latent, pmf, latent.dist, latent.inputs, calibration, month, as_of)


def _yearly(
    latent: Latent,
    levels: Sequence[Row],
    calibration: CpiCalibration,
    month: date,
    as_of: datetime,
) -> Forecast:
    base = index_base(levels, month)
    slope = base.previous_e3 / base.year_ago_e3
    centre = 100.0 * (slope * (1.0 + (latent.dist.mean + base.seasonal_pct) / 100.0) - 1.0)
    yearly = StudentT(centre, latent.dist.scale * slope, latent.dist.dof)
    lo, hi = grid_support(yearly, TENTHS)
    pmf = on_grid_through(
        latent.dist, yearly_inverse(base), TENTHS, lo, hi, error_sd=SEASONAL_ERROR_SD
    )
    inputs = (*latent.inputs, *base.used)
    return _dated(YOY, latent, pmf, yearly, inputs, calibration, month, as_of)


def _core(
    levels: Sequence[Row], calibration: CpiCalibration, month: date, as_of: datetime
) -> Forecast:
    core = calibration.core
    previous = months_before(month, 1).strftime("%Y-%m")
    if calibration.last_month != previous:
        raise MissingData(f"the core mean ends with {calibration.last_month}, not {previous}")
    require_previous_month(levels, month)
    dist = StudentT(core.mean, core.scale, core.dof)
    return Forecast(
        family=FAMILY,
        quantity=CORE_MOM,
        period=month,
        pmf=on_grid(dist, TENTHS, *grid_support(dist, TENTHS)),
        latent_mean=dist.mean,
        latent_sd=dist.sd,
        as_of=as_of,
        inputs=(),
        model_id=f"{MODEL_ID}-core-mean",
        calibration_hash=calibration.history_sha256,
        notes=("core is its own twelve-month mean: no core nowcast is read",),
    )


def _dated(
    quantity: str,
    latent: Latent,
    pmf: GridPmf,
    dist: Distribution,
    inputs: tuple[InputUsed, ...],
    calibration: CpiCalibration,
    month: date,
    as_of: datetime,
) -> Forecast:
    return Forecast(
        family=FAMILY,
        quantity=quantity,
        period=month,
        pmf=pmf,
        latent_mean=dist.mean,
        latent_sd=dist.sd,
        as_of=as_of,
        inputs=inputs,
        model_id=MODEL_ID,
        calibration_hash=calibration.history_sha256,
        notes=latent.notes,
    )


def _metadata(latent: Latent) -> dict[str, str]:
    nowcast, dist = latent.nowcast, latent.dist
    spread = f"t scale {dist.scale:.4f}, {dist.dof} degrees of freedom"
    facts = {
        "Cleveland Fed nowcast": f"{nowcast.pct:+.4f} % m/m, label {nowcast.label_on}",
        "latent mean": f"{dist.mean:+.4f} % m/m",
        "latent sd": f"{dist.sd:.4f} pp ({spread})",
    }
    if latent.gasoline is not None:
        now = latent.gasoline.now
        facts["AAA month mean"] = f"${now.mean_usd:.4f} ({now.days_seen} of {now.days} days)"
        facts["AAA news since nowcast"] = f"{latent.gasoline.news_pct:+.3f} %"
    return facts
