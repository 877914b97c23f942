from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from desk import AT, Morning
from kalshi_alpha.core.execution.expected_fill import SlippageMode, cold_start_curve
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry
from kalshi_alpha.core.proposals.proposal import Proposal
from kalshi_alpha.core.types import Contracts, Price, Side, Trade
from kalshi_alpha.exec.paper.ledger import PaperTerms, intent_of, paper_entries

EXPIRY = AT + timedelta(hours=1)
TICKER = "KXCPI-24NOV-T0.3"


class Tape:
    """A venue of which only the prints are asked for; None is no tape."""

    def __init__(self, prints: tuple[Trade, ...] | None) -> None:
        self.prints = prints

    def trades(self, event_ticker: str) -> tuple[Trade, ...] | None:
        assert event_ticker == "KXCPI-24NOV"
        return self.prints


def terms(mode: SlippageMode = SlippageMode.TOP) -> PaperTerms:
    return PaperTerms(COLD_START_ALPHA, mode, cold_start_curve(), EXPIRY, 100, "pre_cpi")


def proposal(morning: Morning, **changes: Any) -> Proposal:
    [found] = [p for p in morning.scanned.proposals if p.market_ticker == TICKER]
    return replace(found, **changes)


def booked(
    morning: Morning,
    prints: tuple[Trade, ...] | None,
    wanted: Proposal,
    terms: PaperTerms,
) -> LedgerEntry:
    feed: Any = Tape(prints)
    run = replace(morning.run, feed=feed)
    scanned = morning.scanned
    [row] = paper_entries(run, [wanted], scanned.snapshots, scanned.forecasts.forecasts, terms)
    return row


def taken(at: datetime, yes_price: int, count: int) -> Trade:
    """Takers of YES, who fill those that bid for NO."""
    return Trade(
        f"t{at:%H%M}",
        TICKER,
        at,
        Price(yes_price),
        Contracts.whole(count),
        Side.YES,
        is_block=False,
    )


def test_prints_fill_what_the_queue_leaves_and_each_fill_rounds_its_fee(morning: Morning) -> None:
    """NO at 0.68 behind the 313 contracts that the book shows there.

    The fee of 0.0175 x 10 x 0.68 x 0.32 is 0.03808 dollars, and 0.0381 on the venue's grid.
    """
    wanted = proposal(morning, contracts=Contracts.whole(50))
    first = AT + timedelta(minutes=5)
    prints = (taken(first, 3200, 313), taken(first + timedelta(minutes=1), 3200, 10))

    row = booked(morning, prints, wanted, terms())

    assert (row.kind, row.filled_e2, row.posted_e2) == (EntryKind.FILLED, 1000, 5000)
    assert (row.price_e4, row.fee_e6) == (6800, 38_100)
    assert row.filled_at == first + timedelta(minutes=1)
    assert row.lead_hours == pytest.approx(
        (wanted.closes_at - row.filled_at).total_seconds() / 3600
    )
    assert row.risk_unit == "CPI:2024-12-11"
    assert (row.p, row.p_model) == (wanted.prob_pooled, wanted.prob_model)
    assert row.m_at_fill == wanted.prob_market
    assert (row.shrink, row.w_bin, row.adverse) == (0.9, 1.0, 0.005)
    assert (row.touch_e4, row.touch_depth_e2, row.tick_e4) == (6800, 31_300, 100)


def test_a_tape_without_a_fill_is_a_row_without_a_fill(morning: Morning) -> None:
    for prints in ((), (taken(EXPIRY + timedelta(seconds=1), 3200, 9_999),)):
        row = booked(morning, prints, proposal(morning), terms())
        assert (row.kind, row.filled_e2, row.fee_e6, row.filled_at) == (
            EntryKind.FILLED,
            0,
            0,
            None,
        )
        assert row.ev_expected == pytest.approx(0.9 * (row.p - 0.68))


def test_without_a_tape_half_is_expected_with_its_interval(morning: Morning) -> None:
    """Half of 50 at 0.68: the fee is 0.0175 x 25 x 0.68 x 0.32 = 0.0952."""
    row = booked(morning, None, proposal(morning, contracts=Contracts.whole(50)), terms())

    assert (row.kind, row.filled_e2, row.expected_e2) == (EntryKind.EXPECTED, 0, 2500)
    assert (row.expected_lo_e2, row.expected_hi_e2) == (1233, 3767)
    assert (row.price_e4, row.fee_e6, row.filled_at) == (6800, 95_200, None)
    assert not row.evidence


def test_the_other_modes_book_a_worse_price(morning: Morning) -> None:
    """NO is bid 0.68 for 313 and asked 0.72: the mid is 0.70, and 50 of 313 cost one tick."""
    wanted = proposal(morning, contracts=Contracts.whole(50))
    assert booked(morning, None, wanted, terms(SlippageMode.MID)).price_e4 == 7000
    assert booked(morning, None, wanted, terms(SlippageMode.DEPTH)).price_e4 == 6900


def test_every_proposal_has_its_row_and_a_hash_of_what_it_was_priced_with(morning: Morning) -> None:
    scanned = morning.scanned
    rows = paper_entries(
        morning.run, scanned.proposals, scanned.snapshots, scanned.forecasts.forecasts, terms()
    )
    assert {row.market_ticker for row in rows} == {p.market_ticker for p in scanned.proposals}
    assert len({row.pmf_sha256 for row in rows}) == 2
    assert len({row.entry_id for row in rows}) == len(scanned.proposals)
    assert paper_entries(morning.run, (), scanned.snapshots, (), terms()) == ()


def test_an_orders_id_is_the_same_on_every_repeat_and_its_own(morning: Morning) -> None:
    first = proposal(morning)
    assert intent_of(first, AT) == intent_of(proposal(morning), AT)
    others = {
        intent_of(replace(first, price=Price(6700)), AT).client_order_id,
        intent_of(replace(first, side=Side.YES), AT).client_order_id,
        intent_of(first, AT + timedelta(seconds=1)).client_order_id,
        intent_of(first, AT).client_order_id,
    }
    assert len(others) == 4
