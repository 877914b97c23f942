from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint
from kalshi_alpha.drivers.treasury_yields.fetch import FRED_DGS10, fetch, month_urls

NOW = datetime(2025, 6, 12, 22, 10, tzinfo=UTC)
MAY, JUNE = month_urls(date(2025, 6, 12))
FIXTURES = Path(__file__).parents[3] / "fixtures" / "treasury_yields"
CURVES = (FIXTURES / "2024-11.xml").read_bytes()
EMPTY = CURVES[: CURVES.index(b"<entry>")] + b"</feed>"
FALLBACK = b"observation_date,DGS10\n2025-06-11,4.41\n"


class Web:
    """Answers by address; one that is not listed does not answer."""

    stations = ()

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        self.answers = answers

    def get(
        self, endpoint: Endpoint, url: str, *, headers: Mapping[str, str] | None = None
    ) -> bytes:
        assert headers is None
        assert urlsplit(url).hostname in endpoint.hosts
        if url not in self.answers:
            raise FetchFailed(f"{endpoint.source}: {url} did not answer")
        return self.answers[url]

    def post(
        self,
        endpoint: Endpoint,
        url: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
    ) -> bytes:
        raise AssertionError(f"posted to {endpoint} {url}: {json} {form}")

    def now(self) -> datetime:
        return NOW

    def secret(self, name: str) -> str | None:
        raise AssertionError(f"no secret is needed, asked for {name}")


def fetched(answers: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    return [(payload.name, payload.body) for payload in fetch(Web(answers), NOW)]


def test_the_previous_month_is_asked_for_too_across_the_turn_of_the_year() -> None:
    previous, this = month_urls(date(2026, 1, 2))
    assert this.endswith("data=daily_treasury_yield_curve&field_tdr_date_value_month=202601")
    assert previous.endswith("=202512")


def test_two_months_of_the_treasury_suffice() -> None:
    found = fetched({MAY: CURVES, JUNE: EMPTY})
    assert found == [("202505.xml", CURVES), ("202506.xml", EMPTY)]


def test_the_month_is_new_york_s() -> None:
    late = datetime(2025, 7, 1, 3, 0, tzinfo=UTC)
    payloads = list(fetch(Web({MAY: CURVES, JUNE: EMPTY}), late))
    assert [payload.name for payload in payloads] == ["202505.xml", "202506.xml"]


@pytest.mark.parametrize(
    ("answers", "names"),
    [
        ({}, ["DGS10.csv"]),
        ({MAY: EMPTY, JUNE: EMPTY}, ["202505.xml", "202506.xml", "DGS10.csv"]),
        ({MAY: b"<html>maintenance</html>"}, ["202505.xml", "DGS10.csv"]),
    ],
    ids=["silent", "empty", "maintenance"],
)
def test_fred_answers_in_the_treasury_s_stead_and_says_so(
    answers: Mapping[str, bytes], names: list[str]
) -> None:
    payloads = list(fetch(Web({**answers, FRED_DGS10: FALLBACK}), NOW))
    assert [payload.name for payload in payloads] == names
    assert "in the Treasury's stead" in payloads[-1].origin
    assert payloads[-1].body == FALLBACK


def test_if_nobody_answers_the_feed_has_failed() -> None:
    with pytest.raises(FetchFailed):
        list(fetch(Web({}), NOW))
