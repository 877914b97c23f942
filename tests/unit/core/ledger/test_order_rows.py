from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.order_rows import (
    OrderSource,
    keeping_settlements,
    rows_of_orders,
    settlements_seen,
)
from kalshi_alpha.core.ledger.settle import Settlement
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from order_cases import AT, MARKET, belief, intent, later

SOURCE = OrderSource(LedgerMode.LIVE, "prod", ClockSource.SYSTEM)
BELIEF = belief(w_bin=0.5)


def story(meant: OrderIntent, *counts: int, fee: str = "0.01") -> list[ev.OrderEvent]:
    """An order that was acknowledged and then filled in so many parts."""
    name = meant.client_order_id
    told: list[ev.OrderEvent] = [
        ev.Intended(at=AT, client_order_id=name, intent=meant),
        ev.Accepted(
            at=AT,
            client_order_id=name,
            order_id=f"v-{name}",
            filled=Contracts(0),
            remaining=meant.contracts,
        ),
    ]
    told += [
        ev.Filled(
            at=later(60 * (part + 1)),
            client_order_id=name,
            trade_id=f"{name}-{part}",
            order_id=f"v-{name}",
            side=meant.side,
            price=meant.price,
            contracts=Contracts.whole(count),
            fee=Money.parse(fee),
            is_taker=False,
            filled_at=later(60 * (part + 1)),
        )
        for part, count in enumerate(counts)
    ]
    return told


def rows(
    told: Sequence[ev.OrderEvent], settlements: dict[str, Settlement] | None = None
) -> tuple[LedgerEntry, ...]:
    return rows_of_orders(Blotter(told).orders.values(), SOURCE, settlements or {})


def test_a_row_says_what_was_believed_posted_and_filled() -> None:
    (row,) = rows(story(intent(belief=BELIEF), 2, 3))
    assert (row.mode, row.environment, row.kind) == (LedgerMode.LIVE, "prod", EntryKind.FILLED)
    assert (row.price_e4, row.posted_e2, row.filled_e2, row.fee_e6) == (4200, 1000, 500, 20_000)
    assert (row.p, row.p_model, row.m_at_fill) == (0.55, 0.6, 0.45)
    assert (row.shrink, row.w_bin, row.adverse) == (0.9, 0.5, 0.005)
    assert row.filled_at == later(60)
    assert row.lead_hours == pytest.approx((7200 - 60) / 3600)
    assert row.evidence


def test_an_order_that_never_filled_counts_among_the_posted_ones() -> None:
    (row,) = rows(story(intent(belief=BELIEF)))
    assert (row.posted_e2, row.filled_e2, row.filled_at) == (1000, 0, None)
    assert not row.evidence


def gone(meant: OrderIntent, removed: int) -> ev.Cancelled:
    """Its cancel, with so many whole contracts taken off."""
    return ev.Cancelled(
        at=later(900), client_order_id=meant.client_order_id, removed=Contracts.whole(removed)
    )


def test_a_row_says_when_its_order_ended_and_nothing_while_it_may_rest() -> None:
    meant = intent(belief=BELIEF)
    assert rows(story(meant))[0].ended_at is None
    assert rows([*story(meant), gone(meant, 10)])[0].ended_at == later(900)
    assert rows([*story(meant, 2), gone(meant, 8)])[0].ended_at == later(900)
    assert rows(story(meant, 10))[0].ended_at == later(60)


def test_an_order_whose_fills_are_not_all_known_is_not_told_to_have_ended() -> None:
    """Four were taken off of ten and no fill is known: what is missing goes on counting."""
    meant = intent(belief=BELIEF)
    assert rows([*story(meant), gone(meant, 4)])[0].ended_at is None


def test_orders_without_grounds_and_orders_that_never_arrived_have_no_row() -> None:
    assert rows(story(intent(), 2)) == ()
    assert rows(story(intent(belief=BELIEF))[:1]) == ()


def test_two_orders_alike_but_for_their_number_have_two_rows() -> None:
    told = [*story(intent(belief=BELIEF), 1), *story(intent(belief=BELIEF, nonce=1), 1)]
    assert len({row.entry_id for row in rows(told)}) == 2


@pytest.mark.parametrize(
    ("side", "revenue", "yes"),
    [(Side.YES, "5", 10_000), (Side.YES, "0", 0), (Side.NO, "5", 0), (Side.NO, "0", 10_000)],
)
def test_what_the_venue_paid_tells_the_outcome(side: Side, revenue: str, yes: int) -> None:
    told = story(intent(belief=BELIEF, side=side), 5)
    told.append(ev.Settled(at=later(9000), ticker=MARKET, revenue=Money.parse(revenue)))
    found = settlements_seen(told)
    assert found == {MARKET: Settlement(Price(yes), later(9000))}
    (row,) = rows(told, found)
    assert row.payout_e6 == Money.parse(revenue).e6
    assert row.settled_at == later(9000)


def test_a_market_that_was_netted_out_does_not_tell_its_outcome() -> None:
    no = intent(belief=BELIEF, side=Side.NO, price=Price(5000))
    told = [*story(intent(belief=BELIEF), 5), *story(no, 5)]
    told.append(ev.Settled(at=later(9000), ticker=MARKET, revenue=Money(0)))
    assert settlements_seen(told) == {}


def test_a_settlement_known_from_a_print_survives_the_next_reading_of_the_journal() -> None:
    (row,) = rows(story(intent(belief=BELIEF), 5))
    (paid,) = rows(story(intent(belief=BELIEF), 5), {MARKET: Settlement.yes(later(9000))})
    assert keeping_settlements([paid], [row]) == [paid]
    assert keeping_settlements([], [row]) == [row]
    later_fill = replace(row, filled_e2=600)
    assert keeping_settlements([paid], [later_fill]) == [later_fill]


def test_the_journal_takes_no_closing_mid_away_from_a_row() -> None:
    (row,) = rows(story(intent(belief=BELIEF), 5))
    known = replace(row, close_mid=0.41)
    assert keeping_settlements([known], [row]) == [known]
    (paid,) = rows(story(intent(belief=BELIEF), 5), {MARKET: Settlement.yes(later(9000))})
    # A fill that came to light later has the same market's mid.
    for incoming in (paid, replace(row, filled_e2=600)):
        assert keeping_settlements([known], [incoming]) == [replace(incoming, close_mid=0.41)]
    # What the venue paid goes before what a print had said.
    (lost,) = rows(story(intent(belief=BELIEF), 5), {MARKET: Settlement.no(later(9000))})
    assert keeping_settlements([replace(lost, close_mid=0.41)], [paid]) == [
        replace(paid, close_mid=0.41)
    ]
