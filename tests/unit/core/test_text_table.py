from __future__ import annotations

import pytest

from kalshi_alpha.core.text_table import text_table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [("DGS10", "1", "OK"), ("a", "1,000", "")]
    assert text_table(("feed", "rows", "state"), rows) == [
        "feed   rows   state",
        "DGS10  1      OK",
        "a      1,000",
    ]


def test_without_a_row_the_headings_stand_alone() -> None:
    assert text_table(("feed", "rows"), ()) == ["feed  rows"]


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        text_table(("feed", "rows"), [("a",)])
