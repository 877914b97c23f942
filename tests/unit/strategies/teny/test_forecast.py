from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.strategies.strategy import ForecastSet, Row
from kalshi_alpha.strategies.teny.calibrate import TenyCalibration, fit
from kalshi_alpha.strategies.teny.forecast import NO_LIVE_QUOTE, QUANTITY, forecast

CLOCK = datetime(2024, 12, 12, 19, 45, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EVENING = datetime(2024, 12, 12, 22, 10, tzinfo=UTC)
Tables = Mapping[str, Sequence[Row]]


def made(tables: Tables, calibration: TenyCalibration, at: datetime = CLOCK) -> ForecastSet:
    return forecast(tables.__getitem__, calibration, at)


def only(found: ForecastSet) -> Forecast:
    assert dict(found.refused) == {}
    [one] = found.forecasts
    return one


def fingerprint(found: ForecastSet) -> list[object]:
    """Everything a forecast holds, its probabilities to the last bit."""
    kept: list[object] = [dict(found.refused), dict(found.metadata)]
    for each in found.forecasts:
        kept += [each.pmf.lo, each.pmf.probs.tobytes()]
        kept.append(repr(replace(each, pmf=each.pmf.point(each.pmf.grid, 0))))
    return kept


def row_like(tables: Tables, feed: str, **changed: object) -> Row:
    return {**tables[feed][-1], **changed}


def scheduled(event: str) -> Row:
    day = CLOCK.date()
    return {"event": event, "release_on": day, "release_at": None, "available_at": CLOCK}


# The reference afternoon


def test_with_a_quote_of_twenty_seconds_the_forecast_is_about_today(
    tables: Tables, calibration: TenyCalibration
) -> None:
    one = only(made(tables, calibration))
    assert (one.family, one.quantity, one.period) == ("TNEY", QUANTITY, date(2024, 12, 12))
    assert one.latent_mean == pytest.approx(4.326)
    left = calibration.state.quiet_variance_bp2 * 0.75 * 45 / 420
    assert one.latent_sd == pytest.approx(math.sqrt(left + 1.0) / 100)
    assert one.pmf.mean == pytest.approx(4.326, abs=1e-4)
    assert not any(note.startswith(NO_LIVE_QUOTE) for note in one.notes)
    assert [used.name for used in one.inputs] == ["BC_10YEAR of 2024-12-11", "ten-year quote"]
    assert one.calibration_hash == calibration.history_sha256


def test_the_report_s_facts_stand_in_reading_order(
    tables: Tables, calibration: TenyCalibration
) -> None:
    facts = made(tables, calibration).metadata
    assert list(facts) == [
        "last close",
        "close to forecast",
        "news",
        "spread from the close",
        "quiet day",
        "news multipliers",
        "live quote",
        "variance left today",
        "basis",
    ]
    assert facts["last close"] == "4.26 % on 2024-12-11"
    assert facts["live quote"] == "4.3260 % of composed for the fixture, 20 s old"


def test_without_a_quote_it_is_yesterday_s_close_and_dry_only(
    tables: Tables, calibration: TenyCalibration
) -> None:
    one = only(made({**tables, "ten_year_quote": []}, calibration))
    assert one.latent_mean == 4.26
    assert one.latent_sd == pytest.approx(math.sqrt(calibration.state.quiet_variance_bp2) / 100)
    assert one.notes[0] == "no_live_quote: dry only, there is no quote"


@pytest.mark.parametrize(("age", "live"), [(60, True), (61, False)])
def test_a_quote_of_more_than_sixty_seconds_is_as_good_as_none(
    tables: Tables, calibration: TenyCalibration, age: int, live: bool
) -> None:
    quoted_at = CLOCK - age * SECOND
    row = row_like(tables, "ten_year_quote", quoted_at=quoted_at, available_at=quoted_at)
    one = only(made({**tables, "ten_year_quote": [row]}, calibration))
    assert one.notes[0].startswith(NO_LIVE_QUOTE) is not live


def test_the_last_hour_makes_the_quote_worth_what_it_is(
    tables: Tables, calibration: TenyCalibration
) -> None:
    with_quote = only(made(tables, calibration))
    without = only(made({**tables, "ten_year_quote": []}, calibration))

    def best_bracket(one: Forecast) -> float:
        return max(one.pmf.prob(k, k + 2) for k in range(380, 480))

    assert best_bracket(without) < 0.29
    assert 0.5 < best_bracket(with_quote) < 0.7


def test_once_the_close_is_known_the_next_day_is_forecast_from_it(
    store: FeedStore, calibration: TenyCalibration
) -> None:
    one = only(forecast(lambda feed: store.rows(feed, EVENING), calibration, EVENING))
    assert (one.period, one.latent_mean) == (date(2024, 12, 13), 4.32)
    assert one.notes[0].startswith(NO_LIVE_QUOTE)


# News


@pytest.mark.parametrize("event", ["cpi", "jobs", "fomc"])
def test_scheduled_news_widens_the_day(
    tables: Tables, calibration: TenyCalibration, event: str
) -> None:
    bare = {**tables, "ten_year_quote": []}
    news = {**bare, "macro_calendar": [*tables["macro_calendar"], scheduled(event)]}
    ratio = only(made(news, calibration)).latent_sd / only(made(bare, calibration)).latent_sd
    moments = {each.name: each.multiplier for each in calibration.state.events}
    assert ratio == pytest.approx(moments[event])


def test_an_afternoon_of_the_fed_is_a_wider_mixture_even_with_a_quote(
    tables: Tables, calibration: TenyCalibration
) -> None:
    plain = only(made(tables, calibration))
    news = {**tables, "macro_calendar": [*tables["macro_calendar"], scheduled("fomc")]}
    decision = only(made(news, calibration))
    assert decision.latent_sd > 1.4 * plain.latent_sd
    # A single t of that spread would have less in its middle.
    assert decision.pmf.pmf(433) > 0.9 * plain.pmf.pmf(433) * plain.latent_sd / decision.latent_sd
    assert decision.latent_mean == plain.latent_mean


def test_news_already_in_the_quote_does_not_widen_the_afternoon(
    tables: Tables, calibration: TenyCalibration
) -> None:
    news = {**tables, "macro_calendar": [*tables["macro_calendar"], scheduled("jobs")]}
    assert only(made(news, calibration)).pmf == only(made(tables, calibration)).pmf


# Closes since the calibration


def test_closes_since_the_calibration_are_learned_from(
    tables: Tables, history: list[Row], calibration: TenyCalibration
) -> None:
    older = fit(history, datetime(2024, 12, 4, 23, 0, tzinfo=UTC))
    news = [
        {**scheduled("jobs"), "release_on": date(2024, 12, 6)},
        {**scheduled("cpi"), "release_on": date(2024, 12, 11)},
    ]
    bare = {**tables, "ten_year_quote": [], "macro_calendar": news}
    rolled, fresh = only(made(bare, older)), only(made(bare, calibration))
    assert older.last_on == date(2024, 12, 4)
    assert rolled.latent_sd == pytest.approx(fresh.latent_sd, rel=1e-9)


def test_a_hole_between_calibration_and_table_is_noted(tables: Tables, history: list[Row]) -> None:
    older = fit(history, datetime(2024, 9, 3, 23, 0, tzinfo=UTC))
    notes = only(made(tables, older)).notes
    assert notes[-1].startswith("no close between 2024-09-03 and 2024-11-01")


def test_a_close_of_two_days_ago_makes_two_days_of_spread(
    tables: Tables, calibration: TenyCalibration, history: list[Row]
) -> None:
    older = fit(history, datetime(2024, 12, 10, 23, 0, tzinfo=UTC))
    kept = [row for row in tables["treasury_yields"] if row["curve_on"] != date(2024, 12, 11)]
    bare = {**tables, "treasury_yields": kept, "ten_year_quote": [], "macro_calendar": []}
    one = only(made(bare, older))
    assert one.latent_sd == pytest.approx(math.sqrt(2 * older.state.quiet_variance_bp2) / 100)
    assert "the calendar is empty: no day has news" in one.notes


# Refusals


def refusal(found: ForecastSet) -> str:
    assert found.forecasts == ()
    return found.refused[QUANTITY]


def test_no_close_an_old_one_and_a_contradiction_are_refused_by_name(
    tables: Tables, calibration: TenyCalibration
) -> None:
    assert "no ten-year close" in refusal(made({**tables, "treasury_yields": []}, calibration))
    november = [row for row in tables["treasury_yields"] if str(row["curve_on"]) < "2024-12"]
    assert "9 trading days before" in refusal(
        made({**tables, "treasury_yields": november}, calibration)
    )
    other = row_like(tables, "treasury_yields", series_id="DGS10", yield_bp=212)
    mixed = {**tables, "treasury_yields": [*tables["treasury_yields"], other]}
    assert "TENY_SERIES_MISMATCH" in refusal(made(mixed, calibration))


def test_a_calibration_from_the_future_is_refused(
    tables: Tables, calibration: TenyCalibration
) -> None:
    early = made(tables, calibration, datetime(2024, 12, 11, 19, 45, tzinfo=UTC))
    assert "came after the clock" in refusal(early)


def test_an_impossible_row_is_an_error(tables: Tables, calibration: TenyCalibration) -> None:
    bad = row_like(tables, "ten_year_quote", yield_e4=0)
    with pytest.raises(ParseRefused):
        made({**tables, "ten_year_quote": [bad]}, calibration)


# Look-ahead


@settings(max_examples=25)
@given(
    seconds=st.integers(1, 10**7),
    bp=st.integers(0, 2000),
    days=st.integers(-40, 40),
    event=st.sampled_from(["cpi", "jobs", "fomc"]),
)
def test_rows_of_a_second_later_change_nothing(
    tables: Tables,
    calibration: TenyCalibration,
    seconds: int,
    bp: int,
    days: int,
    event: str,
) -> None:
    late = CLOCK + seconds * SECOND
    day = CLOCK.date() + timedelta(days=days)
    poison: dict[str, Row] = {
        "treasury_yields": row_like(
            tables, "treasury_yields", curve_on=day, yield_bp=bp, available_at=late
        ),
        "ten_year_quote": row_like(
            tables, "ten_year_quote", yield_e4=max(1, 100 * bp), available_at=late
        ),
        "macro_calendar": {**scheduled(event), "available_at": late},
    }
    poisoned = {feed: [*rows, poison[feed]] for feed, rows in tables.items()}
    assert fingerprint(made(poisoned, calibration)) == fingerprint(made(tables, calibration))


def test_a_quote_dated_after_the_clock_is_not_used(
    tables: Tables, calibration: TenyCalibration
) -> None:
    ahead = row_like(tables, "ten_year_quote", quoted_at=CLOCK + SECOND, yield_e4=50_000)
    with_it = {**tables, "ten_year_quote": [*tables["ten_year_quote"], ahead]}
    assert fingerprint(made(with_it, calibration)) == fingerprint(made(tables, calibration))


@given(st.permutations(range(54)))
@settings(max_examples=10)
def test_the_order_of_rows_does_not_matter(
    tables: Tables, calibration: TenyCalibration, order: list[int]
) -> None:
    shuffled = {**tables, "treasury_yields": [tables["treasury_yields"][i] for i in order]}
    assert fingerprint(made(shuffled, calibration)) == fingerprint(made(tables, calibration))


def test_the_pmf_is_whole_and_its_survival_falls(
    tables: Tables, calibration: TenyCalibration
) -> None:
    pmf = only(made(tables, calibration)).pmf
    assert pmf.probs.sum() == pytest.approx(1.0, abs=1e-9)
    survival = [pmf.survival(k) for k in range(pmf.lo, pmf.hi + 1)]
    assert np.all(np.diff(survival) <= 0)
