from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.core.replay.baselines import BaselineRules
from kalshi_alpha.core.replay.chain import ReplayRules
from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.depth import DepthView, known_levels
from kalshi_alpha.core.replay.engine import ReplayOrder, replay_day
from kalshi_alpha.core.replay.fills import UNKNOWN
from kalshi_alpha.core.replay.kernels_columns import QueueRule
from kalshi_alpha.core.replay.mark_outs import mark_outs
from kalshi_alpha.core.replay.market_view import MarketView, Refusal
from kalshi_alpha.core.replay.outcome import day_outcome
from kalshi_alpha.core.replay.poison import poisoned_tape
from kalshi_alpha.core.replay.report import report_of
from kalshi_alpha.core.replay.settled_day import ledger_rows
from kalshi_alpha.core.replay.tape import DepthColumns, EventTape, GapColumns, QuoteColumns
from kalshi_alpha.core.replay.touches import ABSENT
from kalshi_alpha.core.types import Side
from replay_cases import CHAIN, DECIDES, HIGH, MIDDLE, at, event, ruled, tape

SEEN, NOW = to_us(at("17:55:00")), to_us(DECIDES)
LADDER = ((0, 1900, 7900), (1, 4000, 5600), (2, 3800, 5800))


def us(clock: str) -> int:
    return to_us(at(clock))


def deep(
    shown: tuple[str, ...] = ("17:55:00",),
    lost: tuple[tuple[str, int], ...] = (),
    changes: tuple[tuple[str, int, int], ...] = (),
) -> EventTape:
    """The golden event: whole books at some times, gaps, and changes of YES bids of the middle."""
    rows = [
        (us(clock), market, is_yes, price, 3000, is_yes)
        for clock in shown
        for market, bid, no_bid in LADDER
        for is_yes, price in ((1, bid), (0, no_bid))
    ]
    rows += [(us(clock), 1, 1, price, size, 0) for clock, price, size in changes]
    rows.sort(key=lambda row: row[0])
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    gaps = np.array([(us(clock), market) for clock, market in lost], dtype=np.int64)
    return replace(tape(), depth=DepthColumns(*columns), gaps=GapColumns(*gaps.reshape(-1, 2).T))


def orders_of(held: EventTape, rules: ReplayRules | None = None) -> dict[str, ReplayOrder]:
    day = replay_day([event(held)], ruled(rules or ReplayRules()))
    return {o.proposal.market_ticker: o for o in day.orders if o.clock.at == DECIDES}


def test_from_a_gap_to_the_next_snapshot_there_is_no_touch_no_queue_and_no_resting() -> None:
    view = MarketView(event(deep(("17:55:00", "18:25:00"), (("18:05:00", 1),))), ReplayRules())
    for clock, known in (("18:05:00", True), ("18:05:01", False), ("18:25:00", False)):
        seen = view.touches_at(us(clock))
        assert (seen[1].bid_e4 != ABSENT) is known
        assert seen[0].bid_e4 != ABSENT, "its neighbour was not lost"
        assert view.ahead_e2(1, Side.YES, 4000, us(clock)) == (3000 if known else UNKNOWN)
        told = view.refusal(1, Side.YES, 4000, us(clock))
        assert told is (None if known else Refusal.UNKNOWN)
        assert (MIDDLE in view.books(seen, us(clock))) is known
    assert view.touches_at(us("18:25:00") + 1)[1].bid_e4 == 4000


def test_a_snapshot_of_the_very_instant_of_a_gap_comes_after_it() -> None:
    view = MarketView(event(deep(("17:50:00", "17:55:00"), (("17:55:00", 1),))), ReplayRules())
    assert view.touches_at(NOW)[1].bid_e4 == 4000


def test_nothing_is_decided_on_a_book_that_is_not_known() -> None:
    assert set(orders_of(deep())) == {MIDDLE, HIGH}
    assert set(orders_of(deep(lost=(("17:57:00", 1),)))) == {HIGH}
    assert set(orders_of(deep(("17:55:00", "17:58:00"), (("17:57:00", 1),)))) == {MIDDLE, HIGH}


def test_an_order_that_arrives_in_a_gap_is_taken_to_be_refused() -> None:
    middle = orders_of(deep(lost=(("18:00:01", 1),)))[MIDDLE]
    assert (middle.refused, middle.fills.total_e2) == (True, 0)


def told_of(order: ReplayOrder) -> list[tuple[int, int]]:
    return [(at_us - NOW, count) for at_us, count in order.fills]


@pytest.mark.parametrize("rule", [QueueRule.NOBODY_LEAVES, QueueRule.BEHIND_LEAVES])
def test_in_a_gap_a_print_at_our_price_fills_nothing_and_one_through_it_does(
    rule: QueueRule,
) -> None:
    """Prints: 4 through at 18:10, 50 at our price at 18:20, 20 through at 18:30."""
    rules, minute = ReplayRules(queue=rule), 60_000_000
    whole = orders_of(deep(), rules)[MIDDLE]
    assert told_of(whole) == [(10 * minute, 400), (20 * minute, 600)]
    for shown in (("17:55:00",), ("17:55:00", "18:25:00")):
        holed = orders_of(deep(shown, (("18:05:00", 1),)), rules)[MIDDLE]
        assert told_of(holed) == [(10 * minute, 400), (30 * minute, 600)]
    healed = orders_of(deep(("17:55:00", "18:15:00"), (("18:05:00", 1),)), rules)[MIDDLE]
    assert told_of(healed) == told_of(whole)


def test_changes_after_a_gap_say_nothing_until_a_snapshot() -> None:
    """Somebody's change of 18:06 makes a level of which nobody knows the rest."""
    changed = deep(("17:55:00", "18:25:00"), (("18:05:00", 1),), (("18:05:00", 4100, 100),))
    assert changed.depth is not None
    kept = known_levels(changed.depth, changed.gaps)
    assert kept.at_us.size == changed.depth.at_us.size - 1
    assert known_levels(changed.depth, None) is changed.depth
    for compiled in (False, True):
        view = DepthView.of(kept, 3, changed.gaps, compiled=compiled)
        assert view.size_at(1, Side.YES, 4100, us("18:26:00")) == 0
        assert view.touches[1].at(np.array([us("18:06:00")]), NOW).bid_e4.tolist() == [ABSENT]


def test_times_at_which_books_were_lost_are_counted() -> None:
    twice = deep(
        ("17:55:00", "18:25:00"),
        (("17:54:00", 0), ("18:05:00", 0), ("18:05:00", 1), ("18:25:00", 2), ("18:30:00", 2)),
    )
    assert outcome_of_gaps(twice) == 2, "one before any book, one that was healed in its instant"
    assert outcome_of_gaps(deep(lost=(("23:59:59", 1),))) == 1
    seam = deep(("17:55:00", "18:25:00"), (("18:24:59", 1),))
    assert outcome_of_gaps(seam) == 1
    assert seam.gaps is not None
    short = replace(seam, gaps=GapColumns(seam.gaps.at_us + 1, seam.gaps.market))
    assert outcome_of_gaps(short) == 0
    assert outcome_of_gaps(deep()) == outcome_of_gaps(tape()) == 0


def outcome_of_gaps(held: EventTape) -> int:
    """Return what the outcome of a day, and the report of it, say of gaps."""
    outcome = day_outcome([event(held)], CHAIN, BaselineRules())
    report = report_of([outcome], CHAIN, ())
    (facts,) = outcome.events
    assert (report.book_gaps, report.events_with_gaps) == (facts.book_gaps, facts.book_gaps > 0)
    return facts.book_gaps


def test_marks_and_the_closing_mid_say_nothing_of_a_gap() -> None:
    lost = deep(lost=(("18:10:30", 1),))
    day = replay_day([event(lost)], CHAIN)
    marks = mark_outs(day)
    mine = [n for n in marks.order.tolist() if day.orders[n].proposal.market_ticker == MIDDLE]
    assert mine
    first = marks.mid_after[marks.order == mine[0]][0]
    assert np.isnan(first).all(), "a minute later, and ever after, nobody knew its book"
    rows = {row.market_ticker: row for row in ledger_rows(day, "WEATHER") if row.filled_e2}
    assert rows[MIDDLE].close_mid is None
    assert rows[HIGH].close_mid is not None


def test_touches_out_of_prints_and_quotes_wait_for_both_sides_after_a_gap() -> None:
    lost = GapColumns(np.array([us("17:50:30"), us("17:55:00")]), np.array([1, 2]))
    view = MarketView(event(replace(tape(), gaps=lost)), ReplayRules())
    seen = view.touches_at(NOW)
    assert (seen[1].bid_e4, seen[2].bid_e4) == (ABSENT, ABSENT)
    assert seen[0].bid_e4 == 1900
    at_us, market = (np.array(each) for each in ([SEEN, SEEN + 9], [1, 1]))
    bids = [np.array([each, each]) for each in (4000, 5600, 500, 500)]
    quoted = replace(tape(), quotes=QuoteColumns(at_us, market, *bids))
    for gap_us, known in ((SEEN + 9, True), (SEEN + 10, False)):
        held = replace(quoted, gaps=GapColumns(np.array([gap_us]), np.array([1])))
        seen = MarketView(event(held), ReplayRules()).touches_at(NOW)
        assert (seen[1].bid_e4 == 4000) is known


def test_gaps_that_are_still_to_come_are_poisoned_away() -> None:
    held = deep(lost=(("17:57:00", 1), ("18:05:00", 2)))
    for cut, left in (("17:56:59", 0), ("17:57:00", 1), ("18:05:00", 2)):
        gaps = poisoned_tape(held, us(cut), "WEATHER").gaps
        assert gaps is not None
        assert gaps.at_us.size == left
