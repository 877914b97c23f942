from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

from kalshi_alpha.drivers.nws_daily_climate.schema import ClimateExtreme
from kalshi_alpha.drivers.nws_daily_climate.settlement import settled, withdrawn

FIRST = ClimateExtreme(
    station="CVG",
    climate_day=date(2020, 4, 22),
    element="max",
    version="older",
    value_f=68,
    status="final",
    flags="",
    issued_at=datetime(2020, 4, 23, 5, 46, tzinfo=UTC),
    valid_as_of="",
    observed_time="15:57",
)
# The office issued three reports of that day within four minutes: 68, 69 and 70.
SECOND = replace(FIRST, version="middle", value_f=69, issued_at=FIRST.issued_at.replace(minute=47))
THIRD = replace(FIRST, version="newer", value_f=70, issued_at=FIRST.issued_at.replace(minute=50))
REMOVED = replace(
    FIRST,
    version="removed",
    value_f=None,
    status="correction",
    flags="missing",
    issued_at=FIRST.issued_at + timedelta(hours=9),
)


def test_the_latest_final_report_counts_in_whatever_order_they_come() -> None:
    for rows in permutations([FIRST, SECOND, THIRD]):
        assert settled(rows) == (THIRD,)


def test_an_interim_report_never_counts() -> None:
    late = replace(
        THIRD, status="interim", value_f=99, issued_at=THIRD.issued_at + timedelta(hours=1)
    )
    assert settled([late]) == ()
    assert settled([FIRST, late]) == (FIRST,)


def test_a_correction_with_a_value_replaces_the_final_one() -> None:
    corrected = replace(REMOVED, value_f=71, flags="")
    assert settled([FIRST, corrected]) == (corrected,)
    assert withdrawn([FIRST, corrected]) == ()


def test_a_correction_that_takes_the_value_away_flags_it_and_erases_nothing() -> None:
    assert settled([FIRST, REMOVED]) == (FIRST,)
    assert withdrawn([FIRST, REMOVED]) == (FIRST,)
    assert withdrawn([FIRST]) == ()


def test_days_and_elements_are_settled_apart() -> None:
    low = replace(FIRST, element="min", value_f=35)
    next_day = replace(FIRST, climate_day=date(2020, 4, 23))
    assert set(settled([FIRST, low, next_day, THIRD])) == {low, next_day, THIRD}
