from __future__ import annotations

from datetime import date

import pytest

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.types import event_period


@pytest.mark.parametrize(
    ("ticker", "period"),
    [
        ("KXCPI-25MAY", date(2025, 5, 1)),
        ("KXCPI-25MAY-T0.2", date(2025, 5, 1)),
        ("KXJOBLESSCLAIMS-26MAR26", date(2026, 3, 26)),
        ("KXUST10AD-26AUG04", date(2026, 8, 4)),
        ("KXHIGHNY-26OCT04", date(2026, 10, 4)),
    ],
)
def test_the_period_is_read_from_the_second_part(ticker: str, period: date) -> None:
    assert event_period(ticker) == period


@pytest.mark.parametrize("ticker", ["KXCPI", "KXCPI-", "KXCPI-2505", "KXCPI-25MAI", "KX-25FEB30"])
def test_anything_else_is_refused(ticker: str) -> None:
    with pytest.raises(BadMarket):
        event_period(ticker)
