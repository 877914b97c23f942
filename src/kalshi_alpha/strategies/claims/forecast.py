"""The forecast of initial claims: a Student t around what the last weeks and holidays say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import Forecast, InputUsed, StudentT
from kalshi_alpha.strategies.claims.bins import printed_pmf
from kalshi_alpha.strategies.claims.calibrate import MODEL_ID, ClaimsCalibration
from kalshi_alpha.strategies.claims.features import (
    Factor,
    factors_from,
    first_prints,
    initial_rows,
    inputs_of,
    later_figures,
    next_release,
    readjusted,
)
from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.rows import ClaimsRow, ReleaseRow, known_rows
from kalshi_alpha.strategies.claims.walk import Outlook, learnt_from, look_out, walk
from kalshi_alpha.strategies.claims.weeks import holidays_of, released_week
from kalshi_alpha.strategies.strategy import ForecastSet, TableReader

FAMILY = "CLAIMS"
QUANTITY = "initial_claims"
AHEAD_MAX = 4
"""Weeks past the last print known beyond which nothing is forecast; more means a lapse."""

_ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class Consensus:
    """What economists expect of the next print, in persons, and when that was known."""

    persons: int
    available_at: datetime


@dataclass(frozen=True, slots=True)
class _Eve:
    """One week ahead, and what is known of it."""

    week: date
    rows: Sequence[ClaimsRow]
    prints: Sequence[FirstPrint]
    factor: Factor | None
    missed: bool


def forecast(
    read: TableReader,
    calibration: ClaimsCalibration,
    as_of: datetime,
    consensus: Consensus | None = None,
) -> ForecastSet:
    """Forecast the next first print.

    Parameters
    ----------
    read
        Gives a feed's rows as they were known at ``as_of``; later ones are passed over.
    calibration
        Fitted parameters, of prints before ``as_of`` only.
    as_of
        The decision clock, aware.
    consensus
        If given and known by then, pooled with the weight the calibration learnt.

    Returns
    -------
    ForecastSet
        One forecast, or why there is none.

    Raises
    ------
    ParseRefused
        If a table holds something impossible.
    """
    try:
        eve = _eve(read, calibration, as_of)
        expected = None if consensus is None or consensus.available_at > as_of else consensus
        outlook = _outlook(eve, calibration, expected)
    except MissingData as error:
        return ForecastSet((), {QUANTITY: str(error)})
    dist = outlook.alone if outlook.pooled is None else outlook.pooled
    inputs = inputs_of(eve.rows, eve.week, eve.factor)
    if expected is not None:
        inputs += (InputUsed("consensus", expected.persons, "claims", expected.available_at),)
    made = Forecast(
        family=FAMILY,
        quantity=QUANTITY,
        period=eve.week,
        pmf=printed_pmf(dist),
        latent_mean=dist.mean,
        latent_sd=dist.sd,
        as_of=as_of,
        inputs=inputs,
        model_id=MODEL_ID if outlook.pooled is None else f"{MODEL_ID}-consensus",
        calibration_hash=calibration.history_sha256,
        notes=_notes(eve, outlook),
    )
    return ForecastSet((made,), {}, _metadata(eve, outlook, dist))


def _eve(read: TableReader, calibration: ClaimsCalibration, as_of: datetime) -> _Eve:
    if calibration.known_at > as_of:
        raise MissingData(
            f"the calibration knows the print of {calibration.prints[-1].week}, which came after "
            "the clock: calibrate as of the clock"
        )
    release_at = next_release(known_rows(read, "macro_calendar", ReleaseRow, as_of), as_of)
    week = released_week(release_at.astimezone(_ZONE).date())
    rows = initial_rows(known_rows(read, "dol_claims", ClaimsRow, as_of))
    # A release goes before what the calibration remembers of it, and that before later tables.
    remembered = {each.week: each for each in calibration.prints}
    found = later_figures(rows) | remembered | first_prints(rows)
    if week in found:
        raise MissingData(f"the week ending {week} is printed already, and no later one is due")
    prints = sorted(found.values(), key=lambda each: each.week)
    factors = factors_from(rows)
    missed = not prints or prints[-1].week not in remembered.keys() | first_prints(rows).keys()
    return _Eve(week, rows, readjusted(prints, rows, factors), factors.get(week), missed)


def _outlook(eve: _Eve, calibration: ClaimsCalibration, consensus: Consensus | None) -> Outlook:
    last = calibration.prints[-1].week
    before = [each for each in eve.prints if each.week <= last]
    since = [each for each in eve.prints if last < each.week < eve.week]
    model = calibration.model
    steps = list(walk(since, lambda _: model, calibration.learnt, before))
    learnt = learnt_from(steps, calibration.learnt)
    expected = None if consensus is None else consensus.persons
    outlook = look_out((*before, *since), eve.week, model, learnt, expected)
    if outlook.centre.ahead > AHEAD_MAX:
        raise MissingData(
            f"the last print known lies {outlook.centre.ahead} weeks before {eve.week}: "
            f"errors are known up to {AHEAD_MAX}"
        )
    return outlook


def _notes(eve: _Eve, outlook: Outlook) -> tuple[str, ...]:
    notes = []
    if outlook.centre.ahead > 1:
        notes.append(f"the last print known lies {outlook.centre.ahead} weeks before this one")
    if eve.missed:
        notes.append(f"the release of {eve.prints[-1].week} was missed: a later table stands in")
    return tuple(notes)


def _metadata(eve: _Eve, outlook: Outlook, dist: StudentT) -> dict[str, str]:
    last = eve.prints[-1]
    shown = last.previous_shown
    factor = eve.factor
    return {
        "week ending": str(eve.week),
        "last print": f"{last.persons:,} in {last.week}",
        "week before, as shown": "not at hand" if shown is None else f"{shown:,}",
        "holidays": ", ".join(holidays_of(eve.week)) or "none",
        "seasonal factor": "not at hand" if factor is None else f"{factor.tenths / 10:.1f} %",
        "latent mean": f"{dist.mean:,.0f} claims",
        "latent sd": (
            f"{dist.sd:,.0f} claims (t scale {dist.scale:,.0f}, {dist.dof} degrees of freedom, "
            f"widened {outlook.width:.2f} times)"
        ),
    }
