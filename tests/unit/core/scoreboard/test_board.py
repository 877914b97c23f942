from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.core.scoreboard.board import Board, Carrier, Yardsticks, board
from kalshi_alpha.core.scoreboard.windows import Window
from kalshi_alpha.core.types import Money
from score_cases import AGAINST, ALPHA, END, RULE, order, worked_rows

WEEK = Window(END, 7)


def test_an_empty_ledger_has_no_section() -> None:
    assert board([], WEEK, AGAINST) == Board(WEEK, 0, 0, ())


def test_modes_books_and_clocks_are_never_mixed() -> None:
    rows = [
        order(),
        order(mode=LedgerMode.LIVE),
        order(environment="demo"),
        order(clock_source=ClockSource.SET),
        order(mode=LedgerMode.OFFLINE, environment="offline", clock_source=ClockSource.SET),
    ]
    found = board(rows, WEEK, AGAINST)
    assert [each.carrier for each in found.sections] == [
        Carrier(LedgerMode.LIVE, "prod", ClockSource.SYSTEM),
        Carrier(LedgerMode.PAPER, "demo", ClockSource.SYSTEM),
        Carrier(LedgerMode.PAPER, "prod", ClockSource.SET),
        Carrier(LedgerMode.PAPER, "prod", ClockSource.SYSTEM),
        Carrier(LedgerMode.OFFLINE, "offline", ClockSource.SET),
    ]
    assert [each.n_evidence for each in found.sections] == [1, 0, 0, 1, 0]


def test_the_total_adds_up_the_families() -> None:
    rows = [*worked_rows(), *worked_rows(family="CLAIMS")]
    (section,) = board(rows, WEEK, AGAINST).sections
    assert [line.family for line in section.lines] == ["CLAIMS", "CPI"]
    assert section.total.is_total
    assert section.total.now.net == Money.parse("3.78")


def test_the_window_before_knows_nothing_of_what_came_after_it() -> None:
    week = timedelta(days=7)
    rows = [*worked_rows(), *worked_rows(-week)]
    (line,) = board(rows, WEEK, AGAINST).sections[0].lines
    assert line.before == replace(line.now, bins=line.before.bins)
    late = replace(rows[7], settled_at=END)
    (line,) = board([*rows[:7], late], WEEK, AGAINST).sections[0].lines
    assert (line.before.n_settled, line.before.n_open) == (0, 1)


def test_orders_placed_after_the_end_are_counted_as_left_out() -> None:
    found = board([order(), order(placed_at=END + timedelta(seconds=1))], WEEK, AGAINST)
    assert (found.n_rows, found.n_later) == (1, 1)


def test_a_family_without_anything_in_two_windows_has_no_line() -> None:
    old = worked_rows(-timedelta(days=60))
    (section,) = board(old, WEEK, AGAINST).sections
    assert section.lines == ()
    assert section.newest_at == max(row.settled_at for row in old if row.settled_at)


def test_a_tuned_fill_ratio_is_what_its_family_is_held_against() -> None:
    against = Yardsticks({"CPI": ALPHA}, RULE, 0.9)
    (section,) = board([order(), order(family="CLAIMS")], WEEK, against).sections
    assert [line.alpha for line in section.lines] == [None, ALPHA]
    assert section.total.alpha is None
