from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.exec.backtest.explain import event_story
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.run import Backtest

EVENT = "KXHIGHNY-25JAN08"


def test_a_story_tells_each_decision_and_adds_up(read: Materials, done: Backtest) -> None:
    lines = event_story(read, done.variant, EVENT)
    rows = [row for row in done.report.table.rows if row.event_ticker == EVENT]
    net = sum(row.realised.e6 for row in rows if row.realised is not None) / 1e6
    assert sum("decides, orders rest until" in line for line in lines) == 6
    assert sum(line.startswith("    bids ") for line in lines) == len(rows)
    assert any("queue ahead unknown" in line for line in lines)
    assert lines[-1].endswith(f"net {net:.6f} dollars")


def test_a_market_that_is_passed_over_has_its_reason(read: Materials, done: Backtest) -> None:
    assert any("no_skill" in line for line in event_story(read, done.variant, "KXHIGHAUS-25JAN08"))


def test_an_event_that_cannot_be_told_of_is_refused(read: Materials, done: Backtest) -> None:
    with pytest.raises(UsageError, match="its result is ambiguous"):
        event_story(read, done.variant, "KXHIGHNY-25JAN10")
    with pytest.raises(UsageError, match="no such event"):
        event_story(read, done.variant, "KXHIGHNY-30JAN01")
