"""The forecast of the next ten-year close, with a live quote or from the last close alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import (
    Distribution,
    Forecast,
    InputUsed,
    grid_support,
    on_grid,
)
from kalshi_alpha.strategies.strategy import ForecastSet, TableReader
from kalshi_alpha.strategies.teny.basis import Basis
from kalshi_alpha.strategies.teny.calibrate import MODEL_ID, TenyCalibration
from kalshi_alpha.strategies.teny.change import latent
from kalshi_alpha.strategies.teny.closes import SeriesMismatch, ten_year_closes
from kalshi_alpha.strategies.teny.features import (
    Target,
    calendar_around,
    known_basis,
    live_quote,
    scheduled_between,
    target_day,
)
from kalshi_alpha.strategies.teny.history import EVENTS, changes_between
from kalshi_alpha.strategies.teny.intraday import remaining_variance
from kalshi_alpha.strategies.teny.rows import QuoteRow, ReleaseRow, YieldRow, known_rows
from kalshi_alpha.strategies.teny.skill import GRID
from kalshi_alpha.strategies.teny.spread import SpreadState, walk

FAMILY = "TNEY"
QUANTITY = "par_yield_10y"
NO_LIVE_QUOTE = "no_live_quote"
"""First word of the note of a forecast that must not be traded on, only looked at."""

STEPS_MAX = 5
"""Trading days beyond which the last close says too little of the next."""

_BP_PER_PP = 100.0


@dataclass(frozen=True, slots=True)
class _Known:
    """What the tables say at the clock."""

    closes: Mapping[date, YieldRow]
    quotes: Sequence[QuoteRow]
    releases: Sequence[ReleaseRow]
    last: YieldRow
    target: Target
    state: SpreadState
    notes: tuple[str, ...]

    @property
    def scheduled(self) -> list[str]:
        return scheduled_between(self.releases, self.last.curve_on, self.target.day)


@dataclass(frozen=True, slots=True)
class _Latent:
    """The close before rounding, in percentage points, and what it was made from."""

    dist: Distribution
    inputs: tuple[InputUsed, ...]
    notes: tuple[str, ...]
    facts: Mapping[str, str]


def forecast(read: TableReader, calibration: TenyCalibration, as_of: datetime) -> ForecastSet:
    """Forecast the next ten-year par yield that is not known yet.

    Parameters
    ----------
    read
        Gives a feed's rows as they were known at ``as_of``; later ones are passed over.
    calibration
        Fitted parameters, of closes before ``as_of`` only.
    as_of
        The decision clock, aware.

    Returns
    -------
    ForecastSet
        One forecast. Without a quote younger than a minute its first note begins with
        ``no_live_quote``: such a forecast may be shown and not be traded on. Where the closes
        are missing, too old or contradict each other, the quantity is refused by name.

    Raises
    ------
    ParseRefused
        If a table holds something impossible.
    """
    try:
        known = _known(read, calibration, as_of)
    except (MissingData, SeriesMismatch) as error:
        return ForecastSet((), {QUANTITY: str(error)})
    made = _latent(known, calibration.basis, as_of)
    pmf = on_grid(made.dist, GRID, *grid_support(made.dist, GRID))
    result = Forecast(
        family=FAMILY,
        quantity=QUANTITY,
        period=known.target.day,
        pmf=pmf,
        latent_mean=made.dist.mean,
        latent_sd=made.dist.sd,
        as_of=as_of,
        inputs=made.inputs,
        model_id=MODEL_ID,
        calibration_hash=calibration.history_sha256,
        notes=(*made.notes, *known.notes),
    )
    return ForecastSet((result,), {}, {**_facts(known), **made.facts})


def _known(read: TableReader, calibration: TenyCalibration, as_of: datetime) -> _Known:
    if calibration.known_at > as_of:
        raise MissingData(
            f"the calibration knows the close of {calibration.last_on}, which came after the "
            "clock: calibrate as of the clock"
        )
    closes = ten_year_closes(known_rows(read, "treasury_yields", YieldRow, as_of))
    if not closes:
        raise MissingData("no ten-year close is at hand")
    last = closes[max(closes)]
    target = target_day(last.curve_on, as_of)
    if target.steps > STEPS_MAX:
        raise MissingData(
            f"the newest close is of {last.curve_on}, {target.steps} trading days before "
            f"{target.day}"
        )
    releases = known_rows(read, "macro_calendar", ReleaseRow, as_of)
    state, notes = _rolled(calibration, closes, releases)
    if not releases:
        notes = (*notes, "the calendar is empty: no day has news")
    quotes = known_rows(read, "ten_year_quote", QuoteRow, as_of)
    return _Known(closes, quotes, releases, last, target, state, notes)


def _rolled(
    calibration: TenyCalibration,
    closes: Mapping[date, YieldRow],
    releases: Sequence[ReleaseRow],
) -> tuple[SpreadState, tuple[str, ...]]:
    """Carry the spread from the calibration's last close over the closes that came since."""
    later = [day for day in closes if day > calibration.last_on]
    if not later:
        return calibration.state, ()
    gap = calendar_around(later[0]).trading_days_between(calibration.last_on, later[0])
    days, values = list(later), [closes[day].yield_bp for day in later]
    notes: tuple[str, ...] = ()
    if gap <= STEPS_MAX:
        days.insert(0, calibration.last_on)
        values.insert(0, calibration.last_close_bp)
    else:
        notes = (f"no close between {calibration.last_on} and {later[0]}: the spread is older",)
    scheduled = {
        event: [row.release_on for row in releases if row.event == event] for event in EVENTS
    }
    _, state = walk(changes_between(days, values, scheduled), calibration.state)
    return state, notes


def _latent(known: _Known, calibrated: Basis, as_of: datetime) -> _Latent:
    try:
        quote = live_quote(known.quotes, known.target.day, known.last.yield_bp, as_of)
    except MissingData as error:
        return _from_close(known, f"{NO_LIVE_QUOTE}: dry only, {error}")
    return _from_quote(known, quote, known_basis(known.quotes, known.closes, calibrated), as_of)


def _from_close(known: _Known, note: str) -> _Latent:
    variance = known.state.variance_over(known.target.steps, known.scheduled)
    mean = known.last.yield_bp / _BP_PER_PP
    dist = latent(mean, math.sqrt(variance) / _BP_PER_PP, decision="fomc" in known.scheduled)
    return _Latent(dist, (_close_used(known),), (note,), {"live quote": "none"})


def _from_quote(known: _Known, quote: QuoteRow, basis: Basis, as_of: datetime) -> _Latent:
    today = frozenset(scheduled_between(known.releases, _eve(known.target.day), known.target.day))
    left = remaining_variance(known.state, today, as_of)
    mean_bp = quote.yield_e4 / 100.0 + basis.mean_bp
    sd = math.sqrt(left + basis.sd_bp**2) / _BP_PER_PP
    dist = latent(mean_bp / _BP_PER_PP, sd, decision="fomc" in today)
    used = InputUsed("ten-year quote", quote.yield_e4 / 10_000, "%", quote.available_at)
    notes = () if basis.measured else ("the basis was never measured: none is assumed",)
    age = (as_of - quote.quoted_at).total_seconds()
    facts = {
        "live quote": f"{quote.yield_e4 / 10_000:.4f} % of {quote.quoted_by}, {age:.0f} s old",
        "variance left today": f"{math.sqrt(left):.2f} bp sd",
        "basis": f"{basis.mean_bp:+.2f} bp, sd {basis.sd_bp:.2f} bp, {basis.days} days",
    }
    return _Latent(dist, (_close_used(known), used), notes, facts)


def _eve(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _close_used(known: _Known) -> InputUsed:
    last = known.last
    name = f"{last.series_id} of {last.curve_on}"
    return InputUsed(name, last.yield_bp / _BP_PER_PP, "%", last.available_at)


def _facts(known: _Known) -> dict[str, str]:
    state, scheduled = known.state, known.scheduled
    close_only = math.sqrt(state.variance_over(known.target.steps, scheduled))
    multipliers = ", ".join(f"{each.name} {each.multiplier:.2f}" for each in state.events)
    return {
        "last close": f"{known.last.yield_bp / _BP_PER_PP:.2f} % on {known.last.curve_on}",
        "close to forecast": f"{known.target.day}, {known.target.steps} trading days on",
        "news": ", ".join(scheduled) or "none",
        "spread from the close": f"{close_only:.2f} bp sd",
        "quiet day": f"{math.sqrt(state.quiet_variance_bp2):.2f} bp sd",
        "news multipliers": multipliers,
    }
