from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.exec.evaluation.dating import PUBLISHED, Dating, datings, known_from

DAY: tuple[Column, ...] = (("date", "date"), ("value", "float"))


def known(name: str, columns: tuple[Column, ...], **values: object) -> list[datetime]:
    frame = pl.DataFrame({key: [value] for key, value in values.items()})
    return [frame.select(known_from(each, columns)).item() for each in datings(name, columns)]


@pytest.mark.parametrize(
    ("name", "day", "at"),
    [
        # A month's index is out on the tenth of the next at half past eight, at the earliest.
        ("CPIAUCNS.csv", date(2025, 2, 1), datetime(2025, 3, 10, 12, 30, tzinfo=UTC)),
        # A close is known a minute after the last decision of its day.
        ("DGS10.csv", date(2025, 1, 8), datetime(2025, 1, 8, 20, 31, tzinfo=UTC)),
        # A week ending on Saturday is reported on the next Wednesday at the earliest.
        ("ICSA.csv", date(2025, 6, 14), datetime(2025, 6, 18, 12, 30, tzinfo=UTC)),
        # A maximum is reported on the morning after, here the one on which clocks change.
        ("tmax_acis_20stations_daily.csv", date(2025, 3, 8), datetime(2025, 3, 9, 5, tzinfo=UTC)),
        # A file that nobody knows: the beginning of its day in New York.
        ("own.csv", date(2025, 6, 14), datetime(2025, 6, 14, 4, tzinfo=UTC)),
    ],
)
def test_a_row_is_known_from_its_publication(name: str, day: date, at: datetime) -> None:
    assert known(name, DAY, date=day) == [at]


def test_an_instant_is_taken_as_it_is() -> None:
    at = datetime(2025, 6, 14, 3, 2, 1, tzinfo=UTC)
    columns: tuple[Column, ...] = (("said_at", "time"), ("value", "float"))
    assert known("own.csv", columns, said_at=at) == [at]


def test_the_consensus_is_known_before_the_print_it_is_about() -> None:
    columns: tuple[Column, ...] = (("release_date", "date"), ("actual_first_print", "float"))
    printed, before = known("consensus_vs_actual.csv", columns, release_date=date(2025, 6, 11))
    assert printed == datetime(2025, 6, 11, 12, 30, tzinfo=UTC)
    assert printed - before > timedelta(days=7)


def test_the_observation_of_a_guidance_row_is_known_a_day_and_a_half_later() -> None:
    rules = PUBLISHED["guidance_day_ahead_12z_KNYC_KMDW_KMIA.csv"]
    assert {each.values: each.after for each in rules} == {
        (): timedelta(0),
        ("observed_tmax_f",): timedelta(hours=36),
    }


def test_where_no_known_column_is_read_every_date_counts() -> None:
    columns: tuple[Column, ...] = (("a", "date"), ("b", "time"), ("value", "float"))
    none = timedelta(0)
    assert datings("DGS10.csv", columns) == (Dating("a", none), Dating("b", none))
    assert datings("own.csv", (("value", "float"),)) == ()
