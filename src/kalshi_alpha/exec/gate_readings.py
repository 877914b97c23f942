"""Everything that the gate wants to read before a scan, gathered in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from kalshi_alpha.config.weakening import config_reading
from kalshi_alpha.core.errors import DataError
from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.core.gates import (
    FeedVerdict,
    QualityFigures,
    Reading,
    Reason,
    Skill,
    exchange_reading,
    feeds_reading,
    live_quote_reading,
    quality_reading,
    schedule_reading,
    time_zone_reading,
)
from kalshi_alpha.core.proposals.proposal import ScanResult
from kalshi_alpha.core.schedule import Phase, ReleaseCalendar, new_york, tz_not_et
from kalshi_alpha.datastore.bond_calendar import bond_calendar
from kalshi_alpha.datastore.state import heartbeat_state, kill_switch_state
from kalshi_alpha.exec.feed_verdicts import known_rows
from kalshi_alpha.exec.forecast_marks import without_live_quote
from kalshi_alpha.exec.monitors.standing import standing_readings
from kalshi_alpha.exec.schedules import phase_of_family
from kalshi_alpha.exec.session_beat import heartbeat_now
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import ModelQuality

QUOTED_FAMILY = "TNEY"
"""The family that is forecast from a live quote and keeps the bond market's days."""


def phase_of(run: Run, calendar: ReleaseCalendar) -> Phase:
    """Return the schedule phase of the run's family at its clock."""
    year = new_york(run.clock.at).year
    # Bond days are looked up where they decide: their calendar takes a while to load.
    bond_days = bond_calendar(year - 1, year + 1) if run.family == QUOTED_FAMILY else None
    return phase_of_family(run.family, run.clock.at, calendar, bond_days)


def live_quote(run: Run, forecasts: Sequence[Forecast]) -> tuple[Reading, ...]:
    """Return the reading of the ten-year quote, for the family that is quoted.

    It speaks against trading if the forecast did without one, however young the newest is: a
    quote may be of another series.
    """
    if run.family != QUOTED_FAMILY:
        return ()
    missing = without_live_quote(forecasts)
    if missing:
        return missing
    rows = known_rows(run.store, "ten_year_quote", run.clock.at)
    quoted = [row["quoted_at"] for row in rows]
    newest = max((at for at in quoted if isinstance(at, datetime)), default=None)
    return (live_quote_reading(newest, run.clock.at),)


def surroundings(
    run: Run, phase: Phase, feeds: Iterable[FeedVerdict], *, window_only: bool
) -> tuple[Reading, ...]:
    """Return what can be read without looking at a price.

    The heartbeat is read here, before the run beats its own.
    """
    at = run.clock.at
    return (
        config_reading(run.settings),
        kill_switch_state(run.paths.kill_switch),
        time_zone_reading(run.clock.process_offset, at),
        feeds_reading(feeds, run.settings.series.required_feeds),
        schedule_reading(run.family, phase, window_only=window_only),
        _heartbeat(run),
        _exchange(run),
        *standing_readings(run.paths, run.clock),
    )


def quality(run: Run, result: ScanResult, faulty_models: int, judged: ModelQuality) -> Reading:
    """Return the quality gates' reading of a scan and of the model behind it."""
    figures = QualityFigures(
        skill=Skill(run.family, judged.crps_advantage, judged.brier_advantage),
        non_monotone_ladders=result.non_monotone_ladders + faulty_models,
        negative_ev_after_fees=result.negative_ev_after_fees,
        tz_not_et=tz_not_et(run.clock.process_offset, run.clock.at),
        model_drift=judged.drifted,
        inconsistent_markets=result.inconsistent_ladders,
    )
    reading = quality_reading(figures, run.settings.quality_gates.limits(run.family))
    # The zone's own reading says the same of the clock, and the remedy: one sentence is enough.
    zone = time_zone_reading(run.clock.process_offset, run.clock.at).findings
    others = (found for found in reading.findings if found.reason is not Reason.TZ_NOT_ET)
    return replace(reading, findings=(*zone, *others)) if zone else reading


def _heartbeat(run: Run) -> Reading:
    if run.venue is not None:
        return heartbeat_now(run.paths, run.clock, must_be_fresh=False)
    return heartbeat_state(run.paths.heartbeat, run.clock.at, must_be_fresh=False)


def _exchange(run: Run) -> Reading:
    try:
        active = run.feed.trading_active()
    except DataError:
        return exchange_reading(trading_active=None, at=run.clock.at)
    return exchange_reading(trading_active=active, at=run.clock.at)
