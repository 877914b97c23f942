from __future__ import annotations

from kalshi_alpha.exec.market.depth_rows import EMPTY_PRICE_E4, DepthRows


def test_a_row_says_what_rests_after_the_change() -> None:
    rows = DepthRows()
    rows.snapshot(5, 0, [(4500, 300)], [(5400, 100)])
    rows.change(6, 0, is_yes=1, price_e4=4500, delta_e2=-100)
    rows.change(7, 0, is_yes=1, price_e4=4400, delta_e2=50)
    assert rows.frame()["size_e2"].to_list() == [100, 300, 200, 50]
    assert rows.frame()["opens"].to_list() == [True, False, False, False]
    assert rows.book(0) == {(1, 4500): 200, (0, 5400): 100, (1, 4400): 50}


def test_a_snapshot_forgets_what_was_before() -> None:
    rows = DepthRows()
    rows.snapshot(5, 0, [(4500, 300)], [])
    rows.snapshot(6, 0, [], [])
    assert rows.book(0) == {}
    assert rows.frame().rows()[-1] == (6, 0, True, EMPTY_PRICE_E4, 0, True)
    rows.change(7, 0, is_yes=1, price_e4=4500, delta_e2=10)
    assert rows.book(0) == {(1, 4500): 10}


def test_a_book_that_was_lost_says_nothing_until_it_is_shown_again() -> None:
    rows = DepthRows()
    rows.snapshot(5, 0, [(4500, 300)], [])
    rows.snapshot(5, 1, [(4400, 100)], [])
    rows.lose(5, [0])
    rows.lose(7, [0])
    assert rows.gaps_frame().rows() == [(6, 0)], "after the snapshot of its microsecond, and once"
    assert (rows.is_lost(0), rows.is_lost(1)) == (True, False)
    rows.change(8, 0, is_yes=1, price_e4=4500, delta_e2=-400)
    rows.change(8, 1, is_yes=1, price_e4=4400, delta_e2=50)
    assert (rows.book(0), rows.negatives) == ({}, 0)
    rows.snapshot(9, 0, [(4500, 300)], [])
    assert not rows.is_lost(0)
    told = [(9, 0, True, 4500, 300, True)]
    assert rows.frame().rows()[2:] == [(8, 1, True, 4400, 150, False), *told]


def test_a_level_below_zero_is_empty_and_counted() -> None:
    rows = DepthRows()
    rows.change(5, 3, is_yes=0, price_e4=100, delta_e2=-10)
    assert (rows.book(3), rows.negatives, len(rows)) == ({}, 1, 1)


def test_time_does_not_go_back() -> None:
    rows = DepthRows()
    rows.change(5, 0, is_yes=0, price_e4=100, delta_e2=10)
    rows.change(4, 1, is_yes=0, price_e4=100, delta_e2=10)
    assert rows.frame()["at_us"].to_list() == [5, 5]


def test_a_snapshot_that_says_nothing_new_has_no_row() -> None:
    rows = DepthRows()
    rows.snapshot(5, 0, [(4500, 300)], [])
    rows.change(6, 0, is_yes=0, price_e4=100, delta_e2=10)
    rows.snapshot(7, 0, [(4500, 300)], [(100, 10), (200, 0)])
    assert len(rows) == 2
