from __future__ import annotations

from kalshi_alpha.core.types import Side


def test_each_side_has_the_other() -> None:
    assert Side.YES.other is Side.NO
    assert Side.NO.other is Side.YES


def test_the_words_are_the_venues() -> None:
    assert [str(side) for side in Side] == ["yes", "no"]
