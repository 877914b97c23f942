from __future__ import annotations

import pytest

from kalshi_alpha.config.baselines import SERIES
from kalshi_alpha.exec.evaluation.market_family import FAMILIES, family_of_market


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("KXCPI", "CPI"),
        ("CPIYOY-22DEC-T6.4", "CPI"),
        ("KXJOBLESSCLAIMS-25JAN02-220000", "CLAIMS"),
        ("KXJOBLESS", "CLAIMS"),
        ("KXUST10AD-24DEC12-T4.30", "TNEY"),
        ("highny-24aug16-b88.5", "WEATHER"),
        ("KXHIGHTBOS", "WEATHER"),
        ("KXPAYROLLS", None),
        ("T", None),
        ("KX", None),
        ("", None),
    ],
)
def test_a_family_is_told_by_the_name_of_its_series(name: str, family: str | None) -> None:
    assert family_of_market(name) == family


def test_every_series_that_is_known_is_of_its_own_family() -> None:
    assert {ticker: family_of_market(ticker) for ticker in SERIES} == {
        ticker: family for ticker, (family, *_) in SERIES.items()
    }
    assert {"CPI", "CLAIMS", "TNEY", "WEATHER"} == FAMILIES
