from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.closing_mid import NoMid, QuoteSnapshot, closing_quote
from kalshi_alpha.core.types import Price, Side

CLOSE = datetime(2025, 6, 11, 12, 25, tzinfo=UTC)


def seen(before_s: float, bid: int | None, ask: int | None) -> QuoteSnapshot:
    """A snapshot so many seconds before the close, quotes in cents."""
    at = CLOSE - timedelta(seconds=before_s)
    bid_price = None if bid is None else Price(100 * bid)
    return QuoteSnapshot(at, bid_price, None if ask is None else Price(100 * ask))


def test_the_last_valid_snapshot_before_the_close_is_taken() -> None:
    tape = [seen(180, 40, 44), seen(60, 42, 45), seen(0, 41, 44), seen(-60, 90, 95)]
    assert closing_quote(tape, CLOSE) == seen(0, 41, 44)
    assert closing_quote(reversed(tape), CLOSE) == seen(0, 41, 44)


def test_the_mid_is_our_own_sides() -> None:
    quote = seen(0, 41, 44)
    assert quote.mid(Side.YES) == 0.425
    assert quote.mid(Side.NO) == 0.575
    assert seen(0, 41, None).mid(Side.YES) is None


@pytest.mark.parametrize(
    ("last", "fault"),
    [
        (seen(0, None, 4), NoMid.ONE_SIDED),
        (seen(0, 96, None), NoMid.ONE_SIDED),
        (seen(0, 40, 51), NoMid.WIDE),
        (seen(0, 40, 40), NoMid.CROSSED),
        (seen(301, 40, 44), NoMid.STALE),
        (seen(-1, 40, 44), NoMid.NO_QUOTE),
    ],
)
def test_what_is_doubtful_is_no_mid_and_says_why(last: QuoteSnapshot, fault: NoMid) -> None:
    assert closing_quote([last], CLOSE) is fault
    # What was wrong last is said, and not what was wrong before.
    assert closing_quote([seen(400, 1, 99), last], CLOSE) in {fault, NoMid.STALE}


@pytest.mark.parametrize("last", [seen(0, None, 4), seen(0, 40, 51), seen(30, 40, 40)])
def test_a_doubtful_snapshot_is_passed_over_for_an_older_one(last: QuoteSnapshot) -> None:
    assert closing_quote([seen(300, 40, 50), last], CLOSE) == seen(300, 40, 50)
    assert isinstance(closing_quote([seen(301, 40, 50), last], CLOSE), NoMid)


def test_of_two_at_one_instant_the_first_is_believed() -> None:
    assert closing_quote([seen(60, 40, 44), seen(60, 30, 34)], CLOSE) == seen(60, 40, 44)


def test_without_any_snapshot_there_is_no_mid() -> None:
    assert closing_quote([], CLOSE) is NoMid.NO_QUOTE


def test_a_time_carries_a_zone() -> None:
    with pytest.raises(BadParameter, match="no zone"):
        QuoteSnapshot(CLOSE.replace(tzinfo=None), None, None)


QUOTES = st.none() | st.integers(0, 100)


TIGHT = st.builds(
    lambda before_s, bid, spread: seen(before_s, bid, bid + spread),
    st.integers(-120, 600),
    st.integers(1, 90),
    st.integers(1, 9),
)


@given(
    st.lists(st.builds(seen, st.integers(-120, 600), QUOTES, QUOTES) | TIGHT, max_size=8),
    st.builds(seen, st.integers(0, 300), st.integers(1, 89), st.just(90)),
)
def test_no_mid_is_that_of_a_doubtful_snapshot(
    tape: list[QuoteSnapshot], last: QuoteSnapshot
) -> None:
    found = closing_quote([*tape, seen(300, 40, 44), last], CLOSE)
    assert isinstance(found, QuoteSnapshot)
    assert timedelta(0) <= CLOSE - found.at <= timedelta(minutes=5)
    assert found.bid is not None
    assert found.ask is not None
    assert 0 < found.ask.e4 - found.bid.e4 <= 1_000
    yes, no = found.mid(Side.YES), found.mid(Side.NO)
    assert yes == pytest.approx((found.bid.e4 + found.ask.e4) / 20_000)
    assert no == pytest.approx(1.0 - (found.bid.e4 + found.ask.e4) / 20_000)


@given(st.lists(st.builds(seen, st.integers(-120, 600), QUOTES, QUOTES) | TIGHT, max_size=8))
def test_a_mid_is_always_of_a_valid_snapshot_and_the_sides_share_a_dollar(
    tape: list[QuoteSnapshot],
) -> None:
    found = closing_quote(tape, CLOSE)
    if isinstance(found, NoMid):
        return
    assert found in tape
    assert timedelta(0) <= CLOSE - found.at <= timedelta(minutes=5)
    yes, no = found.mid(Side.YES), found.mid(Side.NO)
    assert yes is not None
    assert no is not None
    assert 0.0 <= yes <= 1.0
    assert yes + no == pytest.approx(1.0)
