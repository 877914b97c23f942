from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from desk import REPOSITORY
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.errors import BadMarket, MissingData
from kalshi_alpha.core.schedule import Release, ReleaseCalendar
from kalshi_alpha.exec.event_news import event_about, risk_unit

SERIES = {each.ticker: each for each in load_settings(REPOSITORY / "configs").series.series}
CALENDAR = ReleaseCalendar.of(
    [
        Release(datetime(2024, 12, 11, 13, 30, tzinfo=UTC), "cpi", "2024-11"),
        Release(datetime(2024, 11, 27, 13, 30, tzinfo=UTC), "claims", "2024-11-23"),
    ]
)


@pytest.mark.parametrize(
    ("event", "about", "unit"),
    [
        ("KXCPI-24NOV", date(2024, 11, 1), "CPI:2024-12-11"),
        ("KXJOBLESSCLAIMS-24NOV27", date(2024, 11, 23), "CLAIMS:2024-11-27"),
        ("KXUST10AD-24DEC12", date(2024, 12, 12), "TNEY:2024-12-12"),
        ("KXUST10A-24DEC13", date(2024, 12, 13), "TNEY:2024-12-13"),
        ("KXHIGHNY-24DEC12", date(2024, 12, 12), "TEMP_NE:NYC:2024-12-12"),
        ("KXHIGHMIA-24DEC12", date(2024, 12, 12), "TEMP_S:MIA:2024-12-12"),
    ],
)
def test_an_event_is_about_something_and_settles_on_a_piece_of_news(
    event: str, about: date, unit: str
) -> None:
    series = SERIES[event.partition("-")[0]]
    assert event_about(event, series, CALENDAR) == about
    assert risk_unit(event, series, CALENDAR) == unit


def test_every_risk_unit_begins_with_a_group_that_has_betas() -> None:
    betas = load_settings(REPOSITORY / "configs").portfolio.betas
    assert {series.exposure for series in SERIES.values()} <= set(betas)


@pytest.mark.parametrize("event", ["KXJOBLESSCLAIMS-24NOV28", "KXCPI-24DEC"])
def test_a_release_that_the_calendar_does_not_know_is_missing(event: str) -> None:
    with pytest.raises(MissingData):
        risk_unit(event, SERIES[event.partition("-")[0]], CALENDAR)


def test_a_ticker_without_a_period_is_refused() -> None:
    with pytest.raises(BadMarket):
        event_about("KXHIGHNY-SOON", SERIES["KXHIGHNY"], CALENDAR)
