from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.settle import BreakReason, Settlement, count_voids, settle
from kalshi_alpha.core.types import Money, Price, Side

Build = Callable[..., LedgerEntry]
AT = datetime(2025, 6, 11, 14, tzinfo=UTC)
TICKER = "KXCPI-25MAY-T0.2"


def test_yes_pays_the_yes_side_and_no_the_no_side(make_entry: Build) -> None:
    yes, no = make_entry(), make_entry(side=Side.NO, price_e4=5500)
    held, _ = settle([yes, no], {TICKER: Settlement.yes(AT)})
    failed, _ = settle([yes, no], {TICKER: Settlement.no(AT)})
    assert [entry.outcome for entry in held] == [1, 0]
    assert [entry.outcome for entry in failed] == [0, 1]
    assert [str(entry.realised) for entry in held] == ["5.650000", "-5.550000"]
    assert {entry.settled_at for entry in held + failed} == {AT}


def test_a_partial_payout_has_no_outcome_and_pays_each_side_its_part(make_entry: Build) -> None:
    pair = [make_entry(), make_entry(side=Side.NO)]
    settled, breaks = settle(pair, {TICKER: Settlement(Price(2500), AT)})
    assert [entry.outcome for entry in settled] == [None, None]
    assert [entry.payout_e6 for entry in settled] == [2_500_000, 7_500_000]
    assert not breaks


def test_a_void_market_drops_its_rows_and_counts_them(make_entry: Build) -> None:
    settled, breaks = settle(
        [make_entry(), make_entry(market_ticker="KXCPI-25MAY-T0.3")], {TICKER: Settlement.void(AT)}
    )
    assert [entry.market_ticker for entry in settled] == ["KXCPI-25MAY-T0.3"]
    assert count_voids(breaks) == 1


def test_an_entry_without_an_outcome_comes_back_unchanged(make_entry: Build) -> None:
    assert settle([make_entry()], {}) == ([make_entry()], [])


def test_settling_twice_changes_nothing(make_entry: Build) -> None:
    once, _ = settle([make_entry()], {TICKER: Settlement.yes(AT)})
    assert settle(once, {TICKER: Settlement.yes(AT)}) == (once, [])


def test_a_contradicting_outcome_is_a_break_and_overwrites_nothing(make_entry: Build) -> None:
    once, _ = settle([make_entry()], {TICKER: Settlement.yes(AT)})
    again, breaks = settle(once, {TICKER: Settlement.no(AT)})
    assert again == once
    assert [item.reason for item in breaks] == [BreakReason.CONFLICT]


def test_a_settlement_older_than_the_order_is_a_break(make_entry: Build) -> None:
    early = Settlement.yes(datetime(2025, 6, 11, 10, tzinfo=UTC))
    entries, breaks = settle([make_entry()], {TICKER: early})
    assert not entries[0].is_settled
    assert breaks[0].reason is BreakReason.SETTLED_BEFORE_PLACED


@pytest.mark.parametrize(
    ("lo", "hi", "index", "holds"),
    [
        (3, None, 3, True),
        (3, None, 2, False),
        (None, 3, 3, True),
        (None, 3, 4, False),
        (2, 3, 2, True),
        (2, 3, 4, False),
    ],
)
def test_a_value_settles_by_its_inclusive_interval(
    lo: int | None, hi: int | None, index: int, *, holds: bool
) -> None:
    expected = Settlement.yes(AT) if holds else Settlement.no(AT)
    assert Settlement.on_value(index, lo, hi, AT) == expected


@pytest.mark.parametrize("strike", [-3, 0, 41])
def test_the_bins_beside_a_strike_share_no_value_and_leave_none_out(strike: int) -> None:
    """At most 40, 41 to 42, at least 43: one of them holds, whatever was printed."""
    ladder = [(None, strike - 1), (strike, strike + 1), (strike + 2, None)]
    for printed in range(strike - 3, strike + 5):
        paid = [Settlement.on_value(printed, lo, hi, AT) for lo, hi in ladder]
        assert paid.count(Settlement.yes(AT)) == 1
        assert paid.count(Settlement.no(AT)) == 2


def test_a_settlement_without_a_zone_is_refused() -> None:
    with pytest.raises(BadParameter, match="zone"):
        Settlement.yes(datetime(2025, 6, 11))  # noqa: DTZ001 - the missing zone is the point


@given(
    price_e4=st.integers(1, 9999),
    count_e2=st.integers(1, 100_000),
    yes_e4=st.integers(0, 10_000),
    later=st.integers(0, 10_000),
)
def test_yes_and_no_at_complementary_prices_sum_to_zero_before_fees(
    make_entry: Build, price_e4: int, count_e2: int, yes_e4: int, later: int
) -> None:
    size = {"posted_e2": count_e2, "filled_e2": count_e2, "fee_e6": 0}
    pair = [
        make_entry(side=Side.YES, price_e4=price_e4, **size),
        make_entry(side=Side.NO, price_e4=10_000 - price_e4, **size),
    ]
    at = AT + timedelta(minutes=later)
    settled, _ = settle(pair, {TICKER: Settlement(Price(yes_e4), at)})
    profits = [entry.realised for entry in settled if entry.realised is not None]
    assert profits[0] + profits[1] == Money(0)


@pytest.mark.parametrize("side", list(Side))
def test_what_was_settled_once_keeps_what_it_says_whatever_comes_later(
    make_entry: Build, side: Side
) -> None:
    (first,), _ = settle([make_entry(side=side)], {TICKER: Settlement.yes(AT)})
    for other in (Settlement.no(AT), Settlement(Price(5000), AT)):
        (after,), (found,) = settle([first], {TICKER: other})
        assert after == first
        assert (found.reason, found.entry_id) == (BreakReason.CONFLICT, first.entry_id)


def test_only_a_settlement_from_when_an_order_was_placed_on_settles_it(make_entry: Build) -> None:
    entry = make_entry()
    moments = [entry.placed_at + timedelta(seconds=s) for s in (-3600, -1, 0, 1)]
    settled = [settle([entry], {TICKER: Settlement.yes(at)})[0][0].is_settled for at in moments]
    assert settled == [False, False, True, True]
