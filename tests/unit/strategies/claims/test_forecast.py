from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.strategies.claims import STRATEGY
from kalshi_alpha.strategies.claims.calibrate import ClaimsCalibration, fit
from kalshi_alpha.strategies.claims.forecast import QUANTITY, Consensus, forecast
from kalshi_alpha.strategies.strategy import ForecastSet, Row

CLOCK = datetime(2024, 12, 12, 11, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WEEK = date(2024, 12, 7)
Tables = Mapping[str, Sequence[Row]]


def made(
    tables: Tables, calibration: ClaimsCalibration, consensus: Consensus | None = None
) -> ForecastSet:
    return forecast(tables.__getitem__, calibration, CLOCK, consensus)


def only(found: ForecastSet) -> Forecast:
    assert dict(found.refused) == {}
    [one] = found.forecasts
    return one


def why_not(found: ForecastSet) -> str:
    assert not found.forecasts
    return found.refused[QUANTITY]


def fingerprint(found: ForecastSet) -> list[object]:
    """Everything a forecast holds, its probabilities to the last bit."""
    one = only(found)
    return [
        dict(found.metadata),
        one.pmf.lo,
        one.pmf.probs.tobytes(),
        repr(replace(one, pmf=one.pmf.point(one.pmf.grid, 0))),
    ]


def claims_row(week: date, at: datetime, **more: Any) -> Row:
    empty = dict.fromkeys(("sa", "nsa", "sf_tenths", "published_at"))
    fixed = {"week_ending": week, "measure": "initial", "kind": "history", "available_at": at}
    return {**empty, **fixed, **more}


def plus(tables: Tables, *rows: Row) -> Tables:
    return {**tables, "dol_claims": [*tables["dol_claims"], *rows]}


def until(tables: Tables, last: date) -> Tables:
    return {
        **tables,
        "dol_claims": [
            row
            for row in tables["dol_claims"]
            if isinstance(row["week_ending"], date) and row["week_ending"] <= last
        ],
    }


# The claims morning


def test_the_reference_scenario_forecasts_the_week_to_be_printed(
    tables: Tables, calibration: ClaimsCalibration
) -> None:
    """Last print 224,000 after 215,000: part of the rise is expected to be taken back."""
    found = made(tables, calibration)
    one = only(found)
    assert (one.family, one.quantity, one.period) == ("CLAIMS", QUANTITY, WEEK)
    assert 215_000 < one.latent_mean < 224_000
    assert one.pmf.mean == pytest.approx(one.latent_mean, rel=1e-4)
    assert float(one.pmf.grid.step) == 1000
    assert one.latent_sd == pytest.approx(one.latent_mean * 0.035 * 1.5 * 1.5**0.5)
    assert one.as_of == CLOCK
    assert one.calibration_hash == STRATEGY.identity(calibration)
    assert all(used.available_at <= CLOCK for used in one.inputs)
    assert found.metadata["last print"] == "224,000 in 2024-11-30"
    assert found.metadata["week before, as shown"] == "215,000"
    assert found.metadata["seasonal factor"] == "not at hand"
    assert one.notes == ()


def test_the_factor_of_the_target_week_is_shown_when_it_is_known(
    tables: Tables, calibration: ClaimsCalibration
) -> None:
    row = claims_row(WEEK, CLOCK, kind="seasonal_factor", sf_tenths=842)
    found = made(plus(tables, row), calibration)
    assert found.metadata["seasonal factor"] == "84.2 %"
    assert only(found).inputs[-1].value == 84.2
    assert only(found).pmf == only(made(tables, calibration)).pmf


def test_newer_factors_move_the_whole_level(tables: Tables, calibration: ClaimsCalibration) -> None:
    """Factors a tenth lower for the weeks whose counts are known lift the level by a tenth."""
    rows = [
        claims_row(week, CLOCK, sa=None, nsa=nsa, sf_tenths=sf)
        for week, nsa, sf in (
            (date(2024, 11, 30), 205_000, 832),
            (date(2024, 11, 23), 230_000, 972),
        )
    ]
    lifted = only(made(plus(tables, *rows), calibration))
    assert lifted.latent_mean > 1.05 * only(made(tables, calibration)).latent_mean


def test_a_consensus_known_by_the_clock_is_pooled_and_a_later_one_is_not(
    tables: Tables, calibration: ClaimsCalibration
) -> None:
    alone = only(made(tables, calibration))
    pooled = only(made(tables, calibration, Consensus(215_000, CLOCK)))
    assert 215_000 < pooled.latent_mean < alone.latent_mean
    assert pooled.model_id != alone.model_id
    assert pooled.inputs[-1].name == "consensus"
    late = made(tables, calibration, Consensus(215_000, CLOCK + SECOND))
    assert fingerprint(late) == fingerprint(made(tables, calibration))


def test_prints_after_the_calibration_are_learnt_from(
    history: list[Row], tables: Tables, calibration: ClaimsCalibration
) -> None:
    older = fit(history, CLOCK - timedelta(days=21))
    assert older.prints[-1].week == date(2024, 11, 9)
    one, newest = only(made(tables, older)), only(made(tables, calibration))
    assert one.latent_mean == pytest.approx(newest.latent_mean, rel=1e-12)
    assert one.latent_sd == pytest.approx(newest.latent_sd, rel=1e-12)


# What is missing


def test_without_releases_the_calibrations_own_weeks_serve(
    tables: Tables, calibration: ClaimsCalibration
) -> None:
    bare = only(made({**tables, "dol_claims": []}, calibration))
    assert bare.latent_mean == pytest.approx(only(made(tables, calibration)).latent_mean)


def test_a_missed_release_is_filled_from_a_later_table_and_said(
    history: list[Row], tables: Tables
) -> None:
    older = fit(history, CLOCK - timedelta(days=8))
    gap = until(tables, date(2024, 11, 23))
    wide = only(made(gap, older))
    assert wide.notes == ("the last print known lies 2 weeks before this one",)
    filled = only(made(plus(gap, claims_row(date(2024, 11, 30), CLOCK, sa=224_000)), older))
    assert filled.notes == ("the release of 2024-11-30 was missed: a later table stands in",)
    assert filled.latent_sd < wide.latent_sd


def test_a_lapse_of_more_than_four_weeks_is_refused(
    history: list[Row], tables: Tables, calibration: ClaimsCalibration
) -> None:
    older = fit(history, CLOCK - timedelta(days=35))
    found = made(until(tables, date(2024, 11, 2)), older)
    assert "5 weeks before 2024-12-07" in why_not(found)


def test_a_calibration_from_the_future_is_refused(
    tables: Tables, calibration: ClaimsCalibration
) -> None:
    early = forecast(tables.__getitem__, calibration, calibration.known_at - SECOND)
    assert "calibrate as of the clock" in why_not(early)


def test_without_a_calendar_there_is_no_target(
    tables: Tables, calibration: ClaimsCalibration
) -> None:
    assert "calendar" in why_not(made({**tables, "macro_calendar": []}, calibration))


def test_a_printed_week_is_not_forecast_again(
    tables: Tables, calibration: ClaimsCalibration
) -> None:
    row = claims_row(WEEK, CLOCK, kind="advance", sa=242_000)
    assert "printed already" in why_not(made(plus(tables, row), calibration))


def test_a_table_that_cannot_be_stops_the_family(
    tables: Tables, calibration: ClaimsCalibration
) -> None:
    with pytest.raises(ParseRefused):
        made(plus(tables, claims_row(WEEK, CLOCK, sa=7)), calibration)


# The future


def test_planted_rows_of_the_future_change_nothing(
    tables: Tables, calibration: ClaimsCalibration
) -> None:
    """Absurd rows one second after the clock, and revisions under old dates, in every table."""
    clean = fingerprint(made(tables, calibration))
    after = CLOCK + SECOND
    planted: dict[str, list[Row]] = {}
    for feed, rows in tables.items():
        kept = [*rows]
        for row in rows:
            absurd = {
                name: value * 3 if name in {"sa", "nsa"} and isinstance(value, int) else value
                for name, value in row.items()
            }
            kept += [{**absurd, "available_at": after}]
        planted[feed] = kept
    planted["dol_claims"] += [
        claims_row(WEEK, after, kind="advance", sa=900_000),
        claims_row(date(2024, 11, 30), after, sa=900_000, nsa=900_000, sf_tenths=500),
        claims_row(WEEK, after, kind="seasonal_factor", sf_tenths=500),
    ]
    assert fingerprint(made(planted, calibration)) == clean


def test_the_order_of_rows_does_not_matter(tables: Tables, calibration: ClaimsCalibration) -> None:
    turned = {feed: [*rows][::-1] for feed, rows in tables.items()}
    assert fingerprint(made(turned, calibration)) == fingerprint(made(tables, calibration))
