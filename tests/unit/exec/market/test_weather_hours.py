from __future__ import annotations

from datetime import date

import pytest

from kalshi_alpha.datastore.market.tape import instant
from kalshi_alpha.exec.market.weather_hours import weather_hours


@pytest.mark.parametrize(
    ("series", "day", "opens", "closes"),
    [
        ("KXHIGHNY", date(2025, 1, 10), "2025-01-09T15:00", "2025-01-11T04:59"),
        ("KXHIGHNY", date(2024, 7, 4), "2024-07-03T14:00", "2024-07-05T03:59"),
        ("KXHIGHCHI", date(2025, 2, 20), "2025-02-19T15:00", "2025-02-21T04:59"),
        ("KXHIGHCHI", date(2025, 2, 21), "2025-02-20T15:00", "2025-02-22T05:59"),
        ("KXHIGHAUS", date(2024, 10, 13), "2024-10-12T14:00", "2024-10-14T03:59"),
        ("KXHIGHAUS", date(2024, 10, 14), "2024-10-13T14:00", "2024-10-15T04:59"),
        ("KXHIGHDEN", date(2024, 11, 20), "2024-11-19T15:00", "2024-11-21T06:59"),
    ],
)
def test_markets_open_at_ten_the_day_before_and_close_a_minute_before_midnight(
    series: str, day: date, opens: str, closes: str
) -> None:
    noon = 1_000_000 * 86_400 * (day - date(1970, 1, 1)).days + 43_200_000_000
    hours = weather_hours(series, day, noon, noon)
    assert instant(hours.opens_us).isoformat()[:16] == opens
    assert instant(hours.closes_us).isoformat()[:16] == closes
    assert (hours.opens_source, hours.closes_source) == ("rule", "rule")


def test_a_print_outside_the_terms_is_believed_more_than_they_are() -> None:
    day = date(2025, 1, 10)
    plain = weather_hours("KXHIGHNY", day, 1_736_500_000_000_000, 1_736_500_000_000_000)
    hours = weather_hours("KXHIGHNY", day, plain.opens_us - 1, plain.closes_us)
    assert (hours.opens_us, hours.opens_source) == (plain.opens_us - 1, "record")
    assert (hours.closes_us, hours.closes_source) == (plain.closes_us + 1, "record")
