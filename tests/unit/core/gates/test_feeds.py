from __future__ import annotations

import pytest

from kalshi_alpha.core.gates.feeds import feeds_reading, required_feeds_ok
from kalshi_alpha.core.gates.freshness import FeedStatus, FeedVerdict
from kalshi_alpha.core.gates.reasons import Reason


def judged(feed: str, status: FeedStatus) -> FeedVerdict:
    return FeedVerdict(feed, status, None, None, None, None, f"{feed}: {status}")


CPI_OK = judged("bls_cpi", FeedStatus.OK)
REQUIRED = ["bls_cpi", "aaa_gas"]


def test_all_required_feeds_in_order_pass() -> None:
    verdicts = [CPI_OK, judged("aaa_gas", FeedStatus.OK)]
    assert required_feeds_ok(verdicts, REQUIRED)
    assert feeds_reading(verdicts, REQUIRED).findings == ()


@pytest.mark.parametrize("status", [status for status in FeedStatus if status != "ok"])
def test_any_failing_required_feed_is_exactly_stale_feeds(status: FeedStatus) -> None:
    verdicts = [CPI_OK, judged("aaa_gas", status)]
    reading = feeds_reading(verdicts, REQUIRED)
    assert [(f.reason, f.detail) for f in reading.findings] == [
        (Reason.STALE_FEEDS, f"aaa_gas: {status}")
    ]
    assert not required_feeds_ok(verdicts, REQUIRED)


def test_a_required_feed_that_was_not_judged_is_missing() -> None:
    (finding,) = feeds_reading([CPI_OK], REQUIRED).findings
    assert finding.detail == "aaa_gas: missing, was not judged"


def test_a_feed_that_no_enabled_series_needs_is_ignored() -> None:
    verdicts = [CPI_OK, judged("treasury_10y", FeedStatus.MISSING)]
    assert required_feeds_ok(verdicts, ["bls_cpi"])


def test_a_feed_judged_twice_passes_only_if_both_pass() -> None:
    verdicts = [CPI_OK, judged("bls_cpi", FeedStatus.STALE)]
    assert not required_feeds_ok(verdicts, ["bls_cpi"])
    assert not required_feeds_ok(verdicts[::-1], ["bls_cpi"])
