from __future__ import annotations

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_alpha.core.errors import MissingData, ParseRefused
from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore, Observation, described
from kalshi_alpha.strategies.cpi.calibrate import CpiCalibration, fit
from kalshi_alpha.strategies.cpi.forecast import CORE_MOM, MOM, YOY, forecast
from kalshi_alpha.strategies.cpi.levels import yearly_base
from kalshi_alpha.strategies.cpi.months import months_before
from kalshi_alpha.strategies.cpi.rows import LevelRow, known_rows
from kalshi_alpha.strategies.strategy import ForecastSet, Row

CLOCK = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NOVEMBER = date(2024, 11, 1)
Tables = Mapping[str, Sequence[Row]]


def made(tables: Tables, calibration: CpiCalibration, at: datetime = CLOCK) -> ForecastSet:
    return forecast(tables.__getitem__, calibration, at)


def by_quantity(found: ForecastSet) -> dict[str, Forecast]:
    return {each.quantity: each for each in found.forecasts}


def fingerprint(found: ForecastSet) -> list[object]:
    """Everything a forecast holds, its probabilities to the last bit."""
    kept: list[object] = [dict(found.refused), dict(found.metadata)]
    for each in found.forecasts:
        kept += [
            each.pmf.lo,
            each.pmf.probs.tobytes(),
            repr(replace(each, pmf=each.pmf.point(each.pmf.grid, 0))),
        ]
    return kept


def without(tables: Tables, feed: str, **like: object) -> Tables:
    kept = [row for row in tables[feed] if any(row[name] != like[name] for name in like)]
    assert len(kept) < len(tables[feed])
    return {**tables, feed: kept}


# The reference scenario


def test_the_reference_scenario_forecasts_three_prints_of_november(
    tables: Tables, calibration: CpiCalibration
) -> None:
    """Nowcast of 6 December 0.2629 %, no gasoline news after November; core's mean 0.2917 %."""
    found = made(tables, calibration)
    assert dict(found.refused) == {}
    forecasts = by_quantity(found)
    assert list(forecasts) == [MOM, YOY, CORE_MOM]
    assert {each.period for each in found.forecasts} == {NOVEMBER}
    assert forecasts[MOM].latent_mean == pytest.approx(0.2629)
    assert forecasts[YOY].latent_mean == pytest.approx(2.7034, abs=5e-5)
    assert forecasts[CORE_MOM].latent_mean == pytest.approx(0.2917, abs=5e-5)
    for each in found.forecasts:
        assert each.pmf.mean == pytest.approx(each.latent_mean, abs=1e-4)
        assert each.as_of == CLOCK
        assert each.calibration_hash == calibration.history_sha256
        assert all(used.available_at <= CLOCK for used in each.inputs)
    assert len({each.model_id for each in found.forecasts}) == 2


def test_the_scale_is_the_calibration_s_and_the_year_adds_the_seasonal_error(
    tables: Tables, calibration: CpiCalibration
) -> None:
    forecasts = by_quantity(made(tables, calibration))
    monthly_sd = calibration.scale.scale() * math.sqrt(6 / 4)
    assert forecasts[MOM].latent_sd == pytest.approx(monthly_sd)
    slope = 315.664 / 307.051
    assert forecasts[YOY].latent_sd == pytest.approx(slope * math.hypot(monthly_sd, 0.03))
    # Rounding to tenths adds the variance of a uniform error, 0.1² / 12.
    printed_sd = math.hypot(forecasts[YOY].latent_sd, 0.1 / math.sqrt(12))
    assert forecasts[YOY].pmf.sd == pytest.approx(printed_sd, rel=2e-3)


def test_month_and_year_are_two_readings_of_one_draw(
    tables: Tables, calibration: CpiCalibration
) -> None:
    forecasts = by_quantity(made(tables, calibration))
    rows = known_rows(tables.__getitem__, "bls_cpi", LevelRow, CLOCK)
    base = yearly_base(rows, NOVEMBER)
    rng = np.random.default_rng(20241211)
    scale = calibration.scale
    draws = 0.2629 + scale.scale() * rng.standard_t(scale.dof, 400_000)
    errors = base.seasonal_error_sd * rng.standard_normal(draws.size)
    unadjusted = draws + base.seasonal_pct + errors
    yearly = 100 * (315.664 * (1 + unadjusted / 100) / 307.051 - 1)
    for values, quantity in ((draws, MOM), (yearly, YOY)):
        pmf = forecasts[quantity].pmf
        tenths = np.floor(values * 10 + 0.5).astype(int)
        for k in range(-4, 40):
            assert pmf.pmf(k) == pytest.approx(float((tenths == k).mean()), abs=0.004)


def test_the_report_s_facts_stand_in_reading_order(
    tables: Tables, calibration: CpiCalibration
) -> None:
    metadata = made(tables, calibration).metadata
    assert list(metadata) == [
        "Cleveland Fed nowcast",
        "latent mean",
        "latent sd",
        "AAA month mean",
        "AAA news since nowcast",
    ]
    assert metadata["Cleveland Fed nowcast"] == "+0.2629 % m/m, label 2024-12-06"
    assert metadata["AAA month mean"] == "$3.0801 (30 of 30 days)"


def test_news_of_gasoline_moves_the_month_by_its_pass_through(
    tables: Tables, calibration: CpiCalibration
) -> None:
    """Were the nowcast of 25 November the last, a rise after that day would be news to it."""
    old = [row for row in tables["cleveland_nowcast"] if row["label_on"] != date(2024, 12, 6)]
    dearer = [
        {**row, "price_e4": int(str(row["price_e4"])) + 5_000}
        if isinstance(on := row["as_of_on"], date) and on > date(2024, 11, 25)
        else row
        for row in tables["aaa_gas"]
        if row["period"] == "current"
    ]
    found = made({**tables, "cleveland_nowcast": old, "aaa_gas": dearer}, calibration)
    monthly, yearly = by_quantity(found)[MOM], by_quantity(found)[YOY]
    nowcast, news = (used.value for used in monthly.inputs)
    assert found.metadata["Cleveland Fed nowcast"].endswith("label 2024-11-25")
    assert news == pytest.approx(100 * 5 / 30 * 0.5 / 3.08, rel=0.05)
    assert monthly.latent_mean == pytest.approx(nowcast + 0.035 * news)
    assert yearly.inputs[:2] == monthly.inputs


def test_a_nowcast_of_the_month_s_first_days_is_refused(
    tables: Tables, calibration: CpiCalibration
) -> None:
    first = [row for row in tables["cleveland_nowcast"] if str(row["label_on"]) <= "2024-11-05"]
    found = made({**tables, "cleveland_nowcast": first}, calibration)
    assert set(found.refused) == {MOM, YOY}
    assert "is of 2024-11-05, 36 days before the release" in found.refused[MOM]


# Nothing of the future


def absurd(feed: str, row: Row) -> dict[str, object]:
    changed: dict[str, dict[str, object]] = {
        "bls_cpi": {"index_e3": 999_999},
        "cleveland_nowcast": {"mom_pct": 2.9},
        "aaa_gas": {"price_e4": 99_000},
        "eia_gas": {"price_e4": 99_000},
        "macro_calendar": {"release_at": CLOCK + timedelta(minutes=1)},
    }
    return {**row, **changed[feed]}


def planted(root: Path, feed: str, rows: Sequence[Row], at: datetime) -> None:
    """Append rows to a feed's table as if its driver had received them at an instant."""
    store = FeedStore(Paths(root))
    schema = described(Paths(root).table(feed) / "schema.json")
    values = [{name: row[name] for name in schema.names} for row in rows]
    store.table(schema).append(
        [Observation(each, at) for each in values], retrieved_at=at, raw_sha256="f" * 64
    )


def test_absurd_rows_of_the_next_second_change_no_bit_of_the_forecast(
    ingested: Path, tmp_path: Path, tables: Tables, calibration: CpiCalibration
) -> None:
    """Every stored value is revised under its old date, and the answers are planted too."""
    root = tmp_path / "poisoned"
    shutil.copytree(ingested, root)
    for feed, rows in tables.items():
        extra = [absurd(feed, row) for row in rows]
        if feed == "bls_cpi":
            extra += [
                {**row, "month": NOVEMBER} for row in extra if row["month"] == date(2024, 10, 1)
            ]
        planted(root, feed, extra, CLOCK + SECOND)
    store = FeedStore(Paths(root))

    def at(instant: datetime) -> ForecastSet:
        return forecast(lambda feed: store.rows(feed, instant), calibration, instant)

    assert fingerprint(at(CLOCK)) == fingerprint(made(tables, calibration))
    # The poison is real: a second later it shows.
    assert fingerprint(at(CLOCK + SECOND)) != fingerprint(made(tables, calibration))


def test_a_reader_that_lets_the_future_through_changes_nothing(
    tables: Tables, calibration: CpiCalibration
) -> None:
    leaky = {
        feed: [*({**absurd(feed, row), "available_at": CLOCK + SECOND} for row in rows), *rows]
        for feed, rows in tables.items()
    }
    assert fingerprint(made(leaky, calibration)) == fingerprint(made(tables, calibration))


@settings(max_examples=30)
@given(st.data())
def test_a_row_available_later_is_a_row_not_there(
    tables: dict[str, list[Row]], calibration: CpiCalibration, data: st.DataObject
) -> None:
    """Raising available_at beyond the clock equals removal, and never names a future input."""
    feed = data.draw(st.sampled_from(sorted(tables)))
    rows = tables[feed]
    late = data.draw(st.sets(st.integers(0, len(rows) - 1), max_size=40))
    newest = data.draw(st.booleans())
    chosen = {len(rows) - 1 - i for i in late} if newest else late
    delay = data.draw(st.timedeltas(timedelta(microseconds=1), timedelta(days=400)))
    raised = [
        {**row, "available_at": CLOCK + delay} if i in chosen else row for i, row in enumerate(rows)
    ]
    removed = [row for i, row in enumerate(rows) if i not in chosen]
    assert fingerprint(made({**tables, feed: raised}, calibration)) == fingerprint(
        made({**tables, feed: removed}, calibration)
    )


def test_a_calibration_that_knows_a_later_print_forecasts_nothing(
    tables: Tables, calibration: CpiCalibration
) -> None:
    before = calibration.known_at - SECOND
    found = made(tables, calibration, before)
    assert found.forecasts == ()
    assert set(found.refused) == {MOM, YOY, CORE_MOM}
    assert all(
        "print of 2024-10, which came after the clock" in why for why in found.refused.values()
    )


# What is missing is refused, or noted, by name


def test_without_a_calendar_nothing_is_forecast(
    tables: Tables, calibration: CpiCalibration
) -> None:
    found = made({**tables, "macro_calendar": []}, calibration)
    assert found.forecasts == ()
    assert set(found.refused) == {MOM, YOY, CORE_MOM}
    assert set(found.refused.values()) == {"the calendar holds no CPI release after the clock"}


def test_without_a_nowcast_only_core_is_forecast(
    tables: Tables, calibration: CpiCalibration
) -> None:
    found = made(without(tables, "cleveland_nowcast", target_month=NOVEMBER), calibration)
    assert list(by_quantity(found)) == [CORE_MOM]
    assert set(found.refused) == {MOM, YOY}
    assert set(found.refused.values()) == {"no usable Cleveland Fed nowcast for 2024-11"}
    assert dict(found.metadata) == {}
    assert found.no_skill.keys() == {(CORE_MOM, NOVEMBER)}


@pytest.mark.parametrize(
    ("series", "month", "lost"),
    [
        ("CUSR0000SA0", date(2024, 10, 1), {MOM}),
        ("CUSR0000SA0L1E", date(2024, 10, 1), {CORE_MOM}),
        ("CUUR0000SA0", date(2024, 10, 1), {YOY}),
        ("CUUR0000SA0", date(2023, 11, 1), {YOY}),
        ("CUUR0000SA0", date(2023, 10, 1), {YOY}),
        ("CUSR0000SA0", date(2023, 11, 1), {YOY}),
        ("CUSR0000SA0", date(2023, 10, 1), {YOY}),
    ],
)
def test_a_missing_level_costs_the_prints_that_need_it_and_no_other(
    tables: Tables, calibration: CpiCalibration, series: str, month: date, lost: set[str]
) -> None:
    found = made(without(tables, "bls_cpi", series_id=series, month=month), calibration)
    assert set(found.refused) == lost
    assert by_quantity(found).keys() == {MOM, YOY, CORE_MOM} - lost
    assert set(found.refused.values()) == {f"the index {series} of {month:%Y-%m} is not at hand"}


@pytest.mark.parametrize(
    ("feed", "lost"),
    [
        ("macro_calendar", {MOM, YOY, CORE_MOM}),
        ("bls_cpi", {MOM, YOY, CORE_MOM}),
        ("cleveland_nowcast", {MOM, YOY}),
        ("aaa_gas", set()),
    ],
)
def test_a_feed_never_ingested_is_named_and_costs_what_needs_it(
    tables: Tables, calibration: CpiCalibration, feed: str, lost: set[str]
) -> None:
    def read(name: str) -> Sequence[Row]:
        # Gasoline is missing only where its fallback is missing too.
        if name == feed or (feed, name) == ("aaa_gas", "eia_gas"):
            raise MissingData(f"{name}: no table yet, run the ingest first")
        return tables[name]

    found = forecast(read, calibration, CLOCK)
    assert set(found.refused) == lost
    assert all(feed in why for why in found.refused.values())
    if not lost:
        assert feed in by_quantity(found)[MOM].notes[0]


def test_a_table_with_an_impossible_row_stops_the_family(
    tables: Tables, calibration: CpiCalibration
) -> None:
    broken = [{**row, "index_e3": -1} for row in tables["bls_cpi"]]
    with pytest.raises(ParseRefused, match="bls_cpi"):
        made({**tables, "bls_cpi": broken}, calibration)


def test_an_old_calibration_costs_core_and_is_noted_for_the_others(
    tables: Tables, history: list[Row]
) -> None:
    found = made(tables, fit(history[:-1]))
    assert dict(found.refused) == {CORE_MOM: "the core mean ends with 2024-09, not 2024-10"}
    for each in found.forecasts:
        assert each.notes == (
            "the scale knows errors up to 2024-09 only",
            "the mean is the nowcast alone: the core mean ends with 2024-09",
        )


def with_october(tables: Tables, price: float) -> Tables:
    """Add a page for each day of October, all of one price."""
    page = next(row for row in tables["aaa_gas"] if row["period"] == "current")
    october = [
        {**page, "as_of_on": date(2024, 10, day), "price_e4": round(1e4 * price)}
        for day in range(1, 32)
    ]
    return {**tables, "aaa_gas": [*october, *tables["aaa_gas"]]}


def test_with_the_month_before_s_gasoline_half_of_the_mean_is_the_bridge(
    tables: Tables, calibration: CpiCalibration
) -> None:
    found = made(with_october(tables, 3.10), calibration)
    monthly, yearly = by_quantity(found)[MOM], by_quantity(found)[YOY]
    bridge = 2 * monthly.latent_mean - 0.2629
    assert found.metadata["core trend and gasoline"] == f"{bridge:+.4f} % m/m"
    assert monthly.model_id == yearly.model_id != by_quantity(found)[CORE_MOM].model_id
    assert monthly.inputs[-1].name == "AAA month on the month before"
    assert not monthly.notes


def test_dearer_gasoline_in_the_month_raises_the_mean_by_half_its_pass_through(
    tables: Tables, calibration: CpiCalibration
) -> None:
    dear, cheap = (
        by_quantity(made(with_october(tables, price), calibration))[MOM] for price in (3.0, 3.1)
    )
    gained = dear.inputs[-1].value - cheap.inputs[-1].value
    assert dear.latent_mean - cheap.latent_mean == pytest.approx(0.5 * 0.035 * gained)


# Months around New Year and around the one that was never published


def world(month: date, release_on: date, *, october: bool = False) -> tuple[Tables, datetime]:
    """Build the eve of a month's release: levels of three years, one nowcast, one gas price."""
    release_at = datetime(release_on.year, release_on.month, release_on.day, 13, 30, tzinfo=UTC)
    at = release_at - timedelta(hours=2)
    seen = {"available_at": at - timedelta(days=1)}
    months = [months_before(month, age) for age in range(1, 38)]
    levels = [
        {**seen, "series_id": series, "month": each, "index_e3": round(320_000 * 1.002**-age)}
        for series in ("CUSR0000SA0", "CUSR0000SA0L1E", "CUUR0000SA0")
        for age, each in enumerate(months)
        if october or each != date(2025, 10, 1)
    ]
    label = {"measure": "cpi", "kind": "nowcast", "origin": "json", "target_month": month}
    tables: Tables = {
        "macro_calendar": [
            {**seen, "event": "cpi", "release_on": release_on, "release_at": release_at}
        ],
        "bls_cpi": levels,
        "cleveland_nowcast": [
            {**seen, **label, "label_on": release_on - timedelta(days=3), "mom_pct": 0.2}
        ],
        "aaa_gas": [
            {**seen, "as_of_on": month, "period": "current", "grade": "regular", "price_e4": 31_000}
        ],
    }
    return tables, at


@pytest.mark.parametrize(
    ("month", "release_on"),
    [
        (date(2024, 12, 1), date(2025, 1, 15)),
        (date(2025, 1, 1), date(2025, 2, 12)),
        (date(2025, 12, 1), date(2026, 1, 13)),
        (date(2026, 1, 1), date(2026, 2, 13)),
    ],
)
def test_december_and_january_are_forecast_across_the_new_year(
    history: list[Row], month: date, release_on: date
) -> None:
    tables, at = world(month, release_on)
    found = made(tables, fit(history, at), at)
    forecasts = by_quantity(found)
    assert {MOM, YOY} <= forecasts.keys()
    assert {each.period for each in found.forecasts} == {month}
    # Levels grow by 0.2 % a month: eleven months of it, and the nowcast's.
    assert forecasts[YOY].latent_mean == pytest.approx(100 * (1.002**12 - 1), abs=2e-3)


@pytest.mark.parametrize("october", [False, True], ids=["absent", "invented"])
@pytest.mark.parametrize(
    ("month", "release_on", "lost"),
    [
        (date(2025, 10, 1), date(2025, 11, 13), {MOM, YOY, CORE_MOM}),
        (date(2025, 11, 1), date(2025, 12, 18), {MOM, YOY}),
        (date(2026, 10, 1), date(2026, 11, 10), {YOY}),
    ],
)
def test_what_needs_october_2025_is_refused_with_that_reason(
    calibration: CpiCalibration, month: date, release_on: date, lost: set[str], *, october: bool
) -> None:
    tables, at = world(month, release_on, october=october)
    found = made(tables, calibration, at)
    never = {quantity for quantity, why in found.refused.items() if "2025-10 was never" in why}
    assert never == lost
    assert not lost & by_quantity(found).keys()
    if month == date(2026, 10, 1):
        assert MOM in by_quantity(found)


def test_november_2026_is_forecast_with_an_older_seasonal_and_a_note(
    calibration: CpiCalibration,
) -> None:
    tables, at = world(date(2026, 11, 1), date(2026, 12, 10))
    yearly = by_quantity(made(tables, calibration, at))[YOY]
    assert "seasonal difference of 2024-11: last year's was never published" in yearly.notes
