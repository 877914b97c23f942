from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np
import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.weather.history import panel_of, read_history

ROW = {"station": "KNYC", "day": "2024-01-02", "observed": 41, "gfs_mos": 40}


def test_rows_are_read_in_order_of_station_cycle_and_day() -> None:
    rows: list[Row] = [
        {**ROW, "station": "KMIA"},
        {**ROW, "day": "2024-01-03"},
        {**ROW, "cycle": 0},
        ROW,
    ]
    found = read_history(rows)
    assert [(each.station, each.cycle, each.day.day) for each in found] == [
        ("KMIA", 12, 2),
        ("KNYC", 0, 2),
        ("KNYC", 12, 2),
        ("KNYC", 12, 3),
    ]


def test_a_day_is_known_at_noon_of_the_next() -> None:
    [day] = read_history([ROW])
    assert day.known_at == datetime(2024, 1, 3, 12, tzinfo=UTC)
    assert read_history([ROW], datetime(2024, 1, 3, 11, 59, tzinfo=UTC)) == ()
    assert read_history([ROW], datetime(2024, 1, 3, 12, 0, tzinfo=UTC)) == (day,)


@pytest.mark.parametrize(
    "rows",
    [
        [{**ROW, "gfs_mos": 999}],
        [{**ROW, "observed": None}],
        [{**ROW, "cycle": 7}],
        [{**ROW, "gefs_spread": -1}],
        [{**ROW, "day": "2024-13-01"}],
        [{"station": "KNYC", "day": "2024-01-02"}],
        [{**ROW, "station": "KORD"}],
        [ROW, ROW],
    ],
    ids=["sentinel", "unobserved", "cycle", "spread", "date", "bare", "stranger", "twice"],
)
def test_an_impossible_row_is_refused(rows: Sequence[Row]) -> None:
    with pytest.raises(ParseRefused):
        read_history(rows)


def test_a_panel_has_a_row_for_every_day_and_a_column_for_every_input() -> None:
    rows: list[Row] = [
        {**ROW, "gefs_spread": 1.5},
        {**ROW, "day": "2024-01-04", "nam_mos": 39, "observed": 42},
    ]
    panel = panel_of(read_history(rows), ahead=2)
    assert panel.input_names == ("gfs_mos", "nam_mos")
    assert panel.date_of(0) == date(2024, 1, 2)
    expected = [[40.0, np.nan], [np.nan, np.nan], [40.0, 39.0], [np.nan] * 2, [np.nan] * 2]
    np.testing.assert_array_equal(panel.inputs, expected)
    np.testing.assert_array_equal(panel.observed, [41.0, np.nan, 42.0, np.nan, np.nan])
    assert panel.spread[0] == 1.5


def test_the_fixture_holds_ten_years_where_guidance_reaches_back_so_far(
    history: list[Row],
) -> None:
    days = read_history(history)
    for station, years in (("KNYC", 3), ("KMDW", 10), ("KMIA", 10)):
        own = [each.day for each in days if each.station == station]
        assert (own[-1] - own[0]).days >= years * 365
        assert len(own) > 0.98 * (own[-1] - own[0]).days
