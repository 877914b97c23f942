from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desk import Morning
from kalshi_alpha.datastore.feed_summary import FeedSummary
from kalshi_alpha.exec.pipelines.feed_failures import feed_failure_line, required_sources


def fed(source: str, *errors: str) -> FeedSummary:
    at = datetime(2024, 12, 11, 11, tzinfo=UTC)
    return FeedSummary(source, 1, 9, 0, "", None, None, at, {}, errors)


def test_whole_feeds_need_no_word(morning: Morning) -> None:
    assert feed_failure_line(morning.run.settings, [fed("bls_cpi")], go=True) == ""


def test_a_go_beside_a_failed_feed_is_explained_in_one_line(morning: Morning) -> None:
    ingested = [fed("bls_cpi"), fed("eia_gas", "ParseRefused: no JSON\nat line 1", "another")]
    assert feed_failure_line(morning.run.settings, ingested, go=True) == (
        "verdict GO; feed eia_gas failed and is not required (ParseRefused: no JSON); exit 4"
    )


def test_a_required_feed_says_so_in_a_no_go_and_every_failure_is_named(morning: Morning) -> None:
    ingested = [fed("aaa_gas", "a"), fed("eia_gas", "b")]
    assert feed_failure_line(morning.run.settings, ingested, go=False) == (
        "verdict NO-GO; feed aaa_gas failed and is required (a); feed eia_gas failed (b); exit 4"
    )


@pytest.mark.parametrize(
    ("source", "is_required"),
    [("bls_cpi", True), ("nws_daily_climate", True), ("eia_gas", False), ("ten_year_quote", False)],
)
def test_required_is_what_a_switched_on_series_needs(
    morning: Morning, source: str, is_required: bool
) -> None:
    assert (source in required_sources(morning.run.settings)) is is_required
