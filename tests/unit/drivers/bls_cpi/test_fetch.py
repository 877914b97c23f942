from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fakes.publishers import Publishers
from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.drivers.bls_cpi.fetch import URL, fetch

NEW_YEARS_EVE = datetime(2027, 1, 1, 3, 0, tzinfo=UTC)  # still 2026 in New York


def test_one_question_asks_for_ten_years_of_every_series() -> None:
    web = Publishers({URL: b"{}"})
    [payload] = fetch(web, NEW_YEARS_EVE)
    [query] = web.posted
    assert isinstance(query, dict)
    assert (query["startyear"], query["endyear"]) == ("2017", "2026")
    assert set(query["seriesid"]) == {
        *("CUSR0000SA0", "CUSR0000SA0L1E", "CUUR0000SA0", "CUUR0000SA0L1E"),
        *("CUSR0000SAH1", "CUSR0000SETB01"),
    }
    assert "registrationkey" not in query
    assert (payload.source, payload.body, payload.origin) == ("bls_cpi", b"{}", "api.bls.gov")
    assert payload.retrieved_at == web.clock


def test_a_key_is_sent_in_the_body_and_not_in_the_address() -> None:
    web = Publishers({URL: b"{}"}, settings={"BLS_API_KEY": "sesame"})
    fetch(web, NEW_YEARS_EVE)
    [query] = web.posted
    assert isinstance(query, dict)
    assert query["registrationkey"] == "sesame"
    assert web.asked == [URL]


def test_an_api_that_does_not_answer_is_a_failure() -> None:
    with pytest.raises(FetchFailed, match=r"bls_cpi.*503"):
        fetch(Publishers({URL: 503}), NEW_YEARS_EVE)
