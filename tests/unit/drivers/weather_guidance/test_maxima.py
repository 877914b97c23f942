from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.drivers.weather_guidance.bulletin import Block
from kalshi_alpha.drivers.weather_guidance.errors import BadBulletin, Contradiction
from kalshi_alpha.drivers.weather_guidance.maxima import (
    climate_day,
    in_the_states,
    maxima,
    spread,
    temperature,
)
from kalshi_alpha.drivers.weather_guidance.schema import Guidance

CYCLE = datetime(2026, 9, 17, 1, tzinfo=UTC)
NIGHT = datetime(2026, 9, 18, 0, tzinfo=UTC)
BLOCK = Block(
    station="KAUS",
    model="NBP",
    issued_at=CYCLE,
    valid_at=(NIGHT, NIGHT + timedelta(hours=12)),
    rows={
        "TXNMN": ("98", "72"),
        "TXNSD": ("2", "1"),
        "TXNP1": ("97", "71"),
        "TXNP2": ("98", "72"),
        "TXNP5": ("99", "73"),
        "TXNP7": ("100", "74"),
        "TXNP9": ("100", "75"),
    },
)


def with_rows(**rows: tuple[str, str]) -> Block:
    return replace(BLOCK, rows={**BLOCK.rows, **rows})


def test_the_value_at_midnight_of_greenwich_is_the_maximum_of_the_day_before() -> None:
    """As in the Austin bulletin of 17 September 2026, 01Z."""
    assert maxima(BLOCK, Counter()) == [
        Guidance("KAUS", "NBP", CYCLE, date(2026, 9, 17), 98, 2, 97, 98, 99, 100, 100)
    ]
    assert climate_day(date(2026, 1, 1)) == date(2025, 12, 31)


@pytest.mark.parametrize("label", ["N/X", "X/N", "TXN"])
def test_bulletins_without_percentiles_give_the_maximum(label: str) -> None:
    block = replace(BLOCK, model="MAV", rows={label: ("98", "72")})
    assert maxima(block, Counter()) == [Guidance("KAUS", "MAV", CYCLE, date(2026, 9, 17), 98)]


@pytest.mark.parametrize("mark", ["999", "-99", "-88", "888"])
def test_a_mark_for_missing_is_no_maximum(mark: str) -> None:
    skipped: Counter[str] = Counter()
    assert maxima(with_rows(TXNMN=(mark, "72")), skipped) == []
    assert skipped == {"missing maximum": 1}


def test_ninety_nine_is_a_maximum_and_no_spread() -> None:
    (row,) = maxima(with_rows(TXNMN=("99", "72"), TXNSD=("99", "1")), Counter())
    assert (row.tmax_f, row.spread_f) == (99, None)


@pytest.mark.parametrize("station", ["PANC", "PHNL", "TJSJ", "CYYZ", "45022", "KNY"])
def test_other_regions_use_other_hours_and_are_left_out(station: str) -> None:
    skipped: Counter[str] = Counter()
    assert not in_the_states(station)
    assert maxima(replace(BLOCK, station=station), skipped) == []
    assert skipped == {"outside the contiguous states": 1}


def test_a_block_without_extremes_is_counted() -> None:
    skipped: Counter[str] = Counter()
    assert maxima(replace(BLOCK, rows={}), skipped) == []
    assert skipped == {"no extremes in the bulletin": 1}


def test_a_blank_or_missing_percentile_stays_open() -> None:
    (row,) = maxima(with_rows(TXNP1=("", "71"), TXNP9=("999", "75")), Counter())
    assert (row.p10_f, row.p25_f, row.p90_f) == (None, 98, None)


@pytest.mark.parametrize(
    "rows",
    [
        {"TXNP1": ("101", "71")},
        {"TXNMN": ("140", "72")},
        {"TXNSD": ("60", "1")},
        {"TXN": ("98", "72")},
    ],
)
def test_rows_that_exclude_each_other_are_refused(rows: dict[str, tuple[str, str]]) -> None:
    with pytest.raises(Contradiction):
        maxima(with_rows(**rows), Counter())


@pytest.mark.parametrize("text", ["7 9", "79.5", "x", "1e2", "1000", "--9"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    for read in (temperature, spread):
        with pytest.raises(BadBulletin):
            read(text)


def test_whole_numbers_are_read_with_a_zero_behind_the_point() -> None:
    assert (temperature("90.0"), temperature("-5"), spread("2.0")) == (90, -5, 2)
    assert (temperature(""), spread("")) == (None, None)
    with pytest.raises(Contradiction):
        spread("-1")
