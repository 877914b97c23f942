from __future__ import annotations

from collections.abc import Callable

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.honesty_bins import badge, honesty_bins
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.honesty import SHOWN, honesty_picture


def test_each_bin_shows_what_was_promised_and_what_came_in(
    evidence: tuple[LedgerEntry, ...], canvas: Canvas, all_drawn: Callable[..., None]
) -> None:
    found = honesty_picture(evidence, 0.9, {}, canvas)
    bins = honesty_bins(evidence, 0.9)
    assert found.table is not None
    assert len(found.table.rows) == len(bins) <= SHOWN
    assert found.n == f"{len(evidence)} settled fills in {len(bins)} bins"
    all_drawn(found, ("promised bps", "came in bps"), 0.051)


def test_the_weight_is_the_published_one_where_there_is_one(
    evidence: tuple[LedgerEntry, ...], canvas: Canvas
) -> None:
    key, own = next(iter(honesty_bins(evidence, 0.9).items()))
    assert own.weight != 0.125
    found = honesty_picture(evidence, 0.9, {key: 0.125}, canvas)
    assert found.table is not None
    weights = [row[found.table.head.index("weight")] for row in found.table.rows]
    assert weights.count("0.125") == 1
    assert ">0.12<" in found.svg


def test_without_a_settled_fill_it_says_from_when_on_a_bin_is_believed(canvas: Canvas) -> None:
    found = honesty_picture([], 0.9, {}, canvas)
    assert "ten pieces of news" in found.waits


def test_the_legend_says_what_a_badge_asks(
    evidence: tuple[LedgerEntry, ...], canvas: Canvas
) -> None:
    assert [badge(30, 2.0), badge(10, 0.1), badge(40, 0.0)] == list("✓△✗")
    said = honesty_picture(evidence, 0.9, {}, canvas).how
    assert "✓ at least 30 pieces of news and t of 2, △ ten and t above 0, ✗ any other." in said
