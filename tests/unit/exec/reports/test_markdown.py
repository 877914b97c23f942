from __future__ import annotations

import pytest

from kalshi_alpha.core.types import Money
from kalshi_alpha.exec.reports.markdown import cents, money, percent, table


def test_a_table_has_a_head_a_rule_and_rows() -> None:
    assert list(table(("a", "b"), [("1", "2")])) == ["| a | b |", "| --- | --- |", "| 1 | 2 |"]


def test_foreign_text_cannot_break_out_of_its_cell() -> None:
    [_, _, row] = table(("a",), [("x | y\n<script>",)])
    assert row == "| x \\| y &lt;script&gt; |"


@pytest.mark.parametrize(
    ("e6", "text"),
    [
        (0, "$0.00"),
        (1_230_000, "$1.23"),
        (-1_230_000, "-$1.23"),
        (1_234_567_890_000, "$1,234,567.89"),
        (1_230_100, "$1.2301"),
        (-100, "-$0.0001"),
    ],
)
def test_dollars_have_the_digits_that_money_has(e6: int, text: str) -> None:
    assert money(Money(e6)) == text


def test_edges_are_signed_cents_and_shares_are_percent() -> None:
    assert (cents(0.0758), cents(-0.001)) == ("+7.58", "-0.10")
    assert percent(0.0063) == "0.63%"
