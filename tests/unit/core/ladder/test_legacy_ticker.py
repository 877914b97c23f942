from __future__ import annotations

from decimal import Decimal

import pytest

from kalshi_alpha.core.errors import BadStrike
from kalshi_alpha.core.ladder.legacy_ticker import legacy_strike
from kalshi_alpha.core.types import Strike, StrikeType


@pytest.mark.parametrize(
    ("ticker", "floor"),
    [
        ("CPI-21JUN-T0.3", "0.3"),
        ("CPI-22AUG-TN0.4", "-0.4"),
        ("CPI-22DEC-TN0.1", "-0.1"),
        ("CPI-22DEC-T0.0", "0"),
        ("CPICORE-23FEB-TN0.2", "-0.2"),
        ("CPIYOY-22DEC-T10", "10"),
    ],
)
def test_an_early_cpi_ticker_means_above_its_number(ticker: str, floor: str) -> None:
    assert legacy_strike(ticker) == Strike(StrikeType.GREATER, floor=Decimal(floor))


@pytest.mark.parametrize(
    "ticker",
    [
        "CPI-21JUN-B0.3",
        "CPI-21JUN-0.3",
        "CPI-21JUN-N0.3",
        "CPI-21JUN-T-0.3",
        "CPI-21JUN-T.3",
        "CPI-21JUN-T0.3.1",
        "CPI-21JUN-T0.3\n",
        "CPI-21JUN-TNN0.3",
        "CPI-21JUN-T",
        "CPI-T0.3",
        "",
        # In temperature events the same letter marks the lowest market, which pays below.
        "HIGHNY-23JAN01-T40",
    ],
)
def test_any_other_suffix_or_series_is_refused(ticker: str) -> None:
    with pytest.raises(BadStrike):
        legacy_strike(ticker)
