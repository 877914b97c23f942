from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.treasury_yields.errors import BadObservation, Contradiction
from kalshi_alpha.drivers.treasury_yields.values import Gathering, iso_date, yield_bp

MONDAY = date(2026, 10, 5)


@given(st.integers(0, 2000))
def test_two_decimals_are_read_exactly(bp: int) -> None:
    assert yield_bp("x", f"{bp // 100}.{bp % 100:02d}") == bp


@given(st.text(max_size=12))
def test_any_other_text_is_missing_or_refused_but_never_out_of_range(text: str) -> None:
    try:
        value = yield_bp("x", text)
    except BadObservation:
        return
    assert value is None or 0 <= value <= 2000


@pytest.mark.parametrize("text", [None, "", " ", ".", "N/A", "ND"])
def test_each_publisher_s_sign_for_nothing_is_known(text: str | None) -> None:
    assert yield_bp("x", text) is None


def test_a_date_that_is_none_is_refused() -> None:
    assert iso_date("x", "2024-02-29") == date(2024, 2, 29)
    for text in ("2023-02-29", "2024-2-29", "20240229", "2024-02-29T00:00", ""):
        with pytest.raises(BadObservation):
            iso_date("x", text)


def test_a_change_beyond_belief_is_refused_unless_time_has_passed() -> None:
    def gathered(days_between: int) -> Gathering:
        gathering = Gathering("treasury")
        gathering.add(MONDAY, "10Y", "BC_10YEAR", "5.28")
        gathering.add(MONDAY + timedelta(days=days_between), "10Y", "BC_10YEAR", "2.58")
        return gathering

    with pytest.raises(Contradiction, match="moved from 528 bp"):
        gathered(1).parsed()
    assert len(gathered(35).parsed().rows) == 2


def test_bills_may_move_further_in_a_day() -> None:
    gathering = Gathering("treasury")
    gathering.add(MONDAY, "1M", "BC_1MONTH", "3.20")
    gathering.add(MONDAY + timedelta(days=1), "1M", "BC_1MONTH", "1.10")
    assert len(gathering.parsed().rows) == 2
