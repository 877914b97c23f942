from __future__ import annotations

import pytest

from fakes.publishers import Publishers
from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.drivers.eia_gas.fetch import fetch

EIA = "https://api.eia.gov/v2/petroleum/pri/gnd/data/"
FRED = "https://fred.stlouisfed.org/graph/fredgraph.csv?id=GASREGW&cosd=2024-11-26"
KEY = {"EIA_API_KEY": "sesame"}


def test_two_years_of_weeks_are_asked_for_and_the_key_is_not_kept() -> None:
    web = Publishers({EIA: b'{"request": {"api_key": "sesame"}}'}, settings=KEY)
    [payload] = fetch(web, web.clock)
    assert "facets[series][]=EMM_EPMR_PTE_NUS_DPG" in web.asked[0]
    assert "length=104" in web.asked[0]
    assert payload.body == b'{"request": {"api_key": "***"}}'
    assert payload.origin == "api.eia.gov"


def test_without_a_key_freds_copy_stands_in_and_says_so() -> None:
    web = Publishers({FRED: b"observation_date,GASREGW\n"})
    [payload] = fetch(web, web.clock)
    assert payload.origin == "fred.stlouisfed.org GASREGW (fallback)"
    assert web.asked == [FRED]


def test_where_the_service_refuses_freds_copy_stands_in() -> None:
    web = Publishers({EIA: 403, FRED: b"observation_date,GASREGW\n"}, settings=KEY)
    assert next(iter(fetch(web, web.clock))).origin.endswith("(fallback)")


def test_where_neither_answers_both_reasons_are_named() -> None:
    with pytest.raises(FetchFailed, match=r"no answer; asked because EIA_API_KEY is not set"):
        list(fetch(Publishers({}), Publishers({}).clock))
