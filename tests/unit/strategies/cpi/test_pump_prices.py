from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.cpi.calibrate import CpiCalibration
from kalshi_alpha.strategies.cpi.forecast import forecast
from kalshi_alpha.strategies.cpi.pump_prices import pump_prices
from kalshi_alpha.strategies.strategy import Row

CLOCK = datetime(2025, 5, 28, 10, 30, tzinfo=UTC)  # a Wednesday
MAY = date(2025, 5, 1)


def daily(day: date, price_e4: int = 31_000) -> Row:
    return {
        "as_of_on": day,
        "period": "current",
        "grade": "regular",
        "price_e4": price_e4,
        "available_at": datetime(2025, 5, 1, tzinfo=UTC),
    }


def weekly(day: date, price_e4: int, known_at: datetime | None = None) -> Row:
    at = known_at or datetime(day.year, day.month, day.day, 21, tzinfo=UTC)
    return {"week_on": day, "price_e4": price_e4, "available_at": at}


def reader(**tables: Sequence[Row]) -> Callable[[str], Sequence[Row]]:
    def read(feed: str) -> Sequence[Row]:
        if feed not in tables:
            raise MissingData(f"{feed}: no table yet")
        return tables[feed]

    return read


WEEKS = [weekly(date(2025, 5, 19), 31_730), weekly(date(2025, 5, 26), 31_600)]


def test_where_aaa_knows_the_month_its_prices_stand_alone() -> None:
    read = reader(aaa_gas=[daily(date(2025, 5, 2))], eia_gas=WEEKS)
    rows, notes = pump_prices(read, MAY, CLOCK)
    assert [row.surveyor for row in rows] == ["AAA"]
    assert notes == ()


@pytest.mark.parametrize("known", [[], [daily(date(2025, 4, 30))]])
def test_where_it_does_not_each_weeks_price_is_spread_over_its_days_so_far(
    known: Sequence[Row],
) -> None:
    rows, notes = pump_prices(reader(aaa_gas=known, eia_gas=WEEKS), MAY, CLOCK)
    assert [(row.as_of_on.day, row.price_e4) for row in rows] == [
        *((day, 31_730) for day in range(19, 26)),
        *((day, 31_600) for day in range(26, 29)),
    ]
    assert {row.surveyor for row in rows} == {"EIA"}
    assert notes == ("gasoline is the EIA's weekly average: AAA's price of 2025-05 is not known",)


def test_a_week_that_became_known_later_is_not_seen() -> None:
    late = weekly(date(2025, 5, 26), 99_000, datetime(2025, 5, 28, 10, 31, tzinfo=UTC))
    rows, _ = pump_prices(reader(aaa_gas=[], eia_gas=[WEEKS[0], late]), MAY, CLOCK)
    assert {row.price_e4 for row in rows} == {31_730}


def test_weeks_of_another_month_do_not_help() -> None:
    read = reader(aaa_gas=[], eia_gas=[weekly(date(2025, 4, 14), 31_680)])
    assert pump_prices(read, MAY, CLOCK) == ((), ())


def test_a_feed_never_ingested_is_stood_in_for_or_named() -> None:
    assert pump_prices(reader(eia_gas=WEEKS), MAY, CLOCK)[1]
    assert pump_prices(reader(aaa_gas=[]), MAY, CLOCK) == ((), ())
    with pytest.raises(MissingData, match="aaa_gas"):
        pump_prices(reader(), MAY, CLOCK)


def test_a_forecast_without_aaa_is_made_with_the_eia_and_says_so(
    tables: dict[str, list[Row]], calibration: CpiCalibration
) -> None:
    """The Mondays that touch November 2024 cost 3.097, 3.069, 3.052, 3.046 and 3.044 dollars."""
    known = {**tables, "aaa_gas": []}
    morning = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
    found = forecast(known.__getitem__, calibration, morning)
    [monthly] = [each for each in found.forecasts if each.quantity == "cpi_mom"]
    assert monthly.notes[0] == (
        "gasoline is the EIA's weekly average: AAA's price of 2024-11 is not known"
    )
    assert found.metadata["EIA month mean"] == "$3.0575 (30 of 30 days)"
    assert monthly.inputs[-1].name == "EIA month on the month before"
    assert not any("AAA" in each.name for each in monthly.inputs)


def test_a_forecast_without_any_gasoline_is_the_nowcast_alone_and_says_so(
    tables: dict[str, list[Row]], calibration: CpiCalibration
) -> None:
    known = {**tables, "aaa_gas": [], "eia_gas": []}
    found = forecast(known.__getitem__, calibration, datetime(2024, 12, 11, 11, 30, tzinfo=UTC))
    assert dict(found.refused) == {}
    for each in found.forecasts:
        if each.quantity != "cpi_core_mom":
            adjustment, mean = each.notes
            assert adjustment.startswith("no gasoline adjustment: no gasoline price for 2024-11")
            assert mean == "the mean is the nowcast alone: no gasoline price is known"
    assert not any("month mean" in name for name in found.metadata)
