from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.columns import Column, polars_schema
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_files import HISTORY_FILES
from kalshi_alpha.datastore.history_format import Layer, end_of
from kalshi_alpha.strategies import claims, cpi, teny, weather

FORMAT = Path(__file__).parents[3] / "docs" / "reference" / "history-format.md"
RELEASES = {date(2025, 5, 1): date(2025, 6, 11)}


class Recording(History):
    """History in which every file exists and is empty, and every column asked for is noted."""

    def __init__(self) -> None:
        self.asked: dict[str, dict[str, str]] = {}

    def files(self, name: str) -> list[Path]:
        return [Path(name)]

    def frame(
        self, name: str, columns: Sequence[Column], key: Sequence[str], sort: Sequence[str]
    ) -> pl.DataFrame:
        del key, sort
        self.asked.setdefault(name, {}).update(dict(columns))
        return pl.DataFrame(schema=polars_schema(columns))


def documented() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    name = ""
    for line in FORMAT.read_text().splitlines():
        heading = re.fullmatch(r"### `([^`]+\.csv)`", line)
        row = re.match(r"\| `([a-z0-9_]+)` \| (text|int|float|date|time) \|", line)
        if line.startswith("#"):
            name = heading[1] if heading else ""
        elif row and name:
            found.setdefault(name, {})[row[1]] = row[2]
    return found


def test_the_documented_columns_are_those_that_the_code_reads() -> None:
    history = Recording()
    for strategy in (cpi.STRATEGY, claims.STRATEGY, teny.STRATEGY, weather.STRATEGY):
        assert strategy.replay is not None
        try:
            strategy.replay(history, None, None)
        except MissingData:
            continue  # it has asked for its files before it finds them empty
    for file in HISTORY_FILES:
        history.asked.setdefault(file.name, {}).update(dict(file.columns))
    assert documented() == history.asked


def test_files_that_fill_a_table_are_marked() -> None:
    text = FORMAT.read_text()
    for file in HISTORY_FILES:
        section = text.split(f"### `{file.name}`")[1].split("\n### ")[0]
        assert f"**table** `{file.source}`" in section


def layers(name: str, *rows: dict[str, Any]) -> list[Layer]:
    [file] = [each for each in HISTORY_FILES if each.name == name]
    assert all(row.keys() == dict(file.columns).keys() for row in rows)
    return list(file.layers(rows, RELEASES))


@pytest.mark.parametrize(
    ("month", "at"),
    [
        (date(2025, 5, 1), datetime(2025, 6, 11, 12, 30, tzinfo=UTC)),
        # A release day that is not at hand: certainly out by the month after next.
        (date(1999, 11, 1), datetime(2000, 1, 1, 13, 30, tzinfo=UTC)),
        (date(1999, 12, 1), datetime(2000, 2, 1, 13, 30, tzinfo=UTC)),
    ],
)
def test_a_level_is_public_at_its_release(month: date, at: datetime) -> None:
    [[level]] = layers("CPIAUCNS.csv", {"date": month, "index_1982_84_100": 321.465})
    assert level.available_at == at
    assert level.values["series_id"] == "CUUR0000SA0"
    assert level.values["index_e3"] == 321465


def test_each_vintage_is_a_layer_of_its_own() -> None:
    rows = [
        {"series": series, "vintage_date": date(2025, month, 12), "ref_month": date(2025, 1, 1),
         "index_1982_84_100": 319.086}
        for month in (3, 2)
        for series in ("CPIAUCSL", "CPILFESL", "OTHER")
    ]  # fmt: skip
    first, second = layers("cpi_sa_vintages.csv", *rows)
    assert [each.values["series_id"] for each in first] == ["CUSR0000SA0", "CUSR0000SA0L1E"]
    assert first[0].available_at == end_of(date(2025, 2, 12))
    assert second[0].available_at == end_of(date(2025, 3, 12))


def test_the_last_day_of_a_nowcast_s_path_is_kept() -> None:
    def row(day: int, value: float) -> dict[str, Any]:
        return {
            "target_month": date(2025, 5, 1),
            "asof_date": date(2025, 5, day),
            "cpi_mom_nowcast_pct": value,
            "last_asof_date_in_source": date(2025, 6, 6),
        }

    [points] = layers("cleveland_nowcast_cpi_mom_changes.csv", row(19, 0.1218), row(27, 0.1251))
    assert [(each.values["label_on"], each.values["mom_pct"]) for each in points] == [
        (date(2025, 5, 19), 0.1218),
        (date(2025, 5, 27), 0.1251),
        (date(2025, 6, 6), 0.1251),
    ]


def test_the_second_print_of_claims_is_public_a_week_later() -> None:
    row = {
        "week_ending": date(2025, 6, 14),
        "release_date": date(2025, 6, 18),
        "first_print_sa_persons": 245000.0,
        "second_print_sa_persons": 246000.0,
    }
    [[first, second]] = layers("ICSA_first_prints.csv", row)
    assert (first.values["kind"], first.values["sa"]) == ("advance", 245000)
    assert first.available_at == datetime(2025, 6, 18, 12, 30, tzinfo=UTC)
    assert second.available_at == datetime(2025, 6, 25, 12, 30, tzinfo=UTC)
    [[only]] = layers("ICSA_first_prints.csv", row | {"second_print_sa_persons": None})
    assert only.values["kind"] == "advance"


def test_prices_and_yields_are_whole_numbers_of_their_smallest_unit() -> None:
    gas = {"aaa_publication_date": date(2025, 6, 11), "usd_per_gallon": 3.124}
    [[price]] = layers("AAA_regular_gasoline_daily.csv", gas)
    assert price.values["price_e4"] == 31240
    [[weekly]] = layers(
        "EIA_regular_gasoline_weekly.csv", {"date": date(2025, 6, 9), "usd_per_gallon": 3.108}
    )
    assert weekly.values == {"week_on": date(2025, 6, 9), "price_e4": 31080}
    assert weekly.available_at == end_of(date(2025, 6, 10))
    [[close]] = layers("DGS10.csv", {"date": date(2025, 6, 11), "yield_pct": 4.41})
    assert (close.values["yield_bp"], close.values["series_id"]) == (441, "DGS10")
