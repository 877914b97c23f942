from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.types import Contracts, Money, Price
from kalshi_alpha.sim import rest_values as values

AT = datetime(2026, 6, 11, 6, 29, 20, 866_753, tzinfo=UTC)


@given(st.integers(0, 10_000))
def test_a_price_reads_back_as_itself(e4: int) -> None:
    assert Price.parse(values.price_text(e4)).e4 == e4


@given(st.integers(0, 10**9))
def test_a_count_reads_back_as_itself(e2: int) -> None:
    assert Contracts.parse(values.count_text(e2)).e2 == e2
    assert values.count_text(-e2).lstrip("-") == values.count_text(e2)


@given(st.integers(-(10**12), 10**12))
def test_money_with_six_places_reads_back_as_itself(e6: int) -> None:
    assert Money.parse(values.money_text(e6)).e6 == e6


@pytest.mark.parametrize(
    ("e6", "places", "text"),
    [
        pytest.param(98_018_600, 4, "98.0186", id="a recorded balance"),
        pytest.param(17_500, 6, "0.017500", id="a recorded fee"),
        pytest.param(-99, 4, "0.0000", id="no minus sign before nothing"),
        pytest.param(-1_234_567, 6, "-1.234567", id="a loss"),
    ],
)
def test_money_is_written_as_recorded(e6: int, places: int, text: str) -> None:
    assert values.money_text(e6, places) == text


def test_whole_cents_are_cut_off() -> None:
    assert values.whole_cents(98_018_600) == 9801


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (AT, "2026-06-11T06:29:20.866753Z"),
        (AT.replace(microsecond=603_230), "2026-06-11T06:29:20.60323Z"),
        (AT.replace(microsecond=0), "2026-06-11T06:29:20Z"),
        (AT.astimezone(timezone(timedelta(hours=-4))), "2026-06-11T06:29:20.866753Z"),
    ],
)
def test_times_are_utc_with_as_many_digits_as_they_need(at: datetime, text: str) -> None:
    assert values.instant_text(at) == text
    assert datetime.fromisoformat(text) == at


def test_epochs_count_whole_units() -> None:
    assert values.epoch_s(AT) == 1_781_159_360
    assert values.epoch_ms(AT) == 1_781_159_360_866
    assert values.instant_of(1_781_159_360) == AT.replace(microsecond=0)
