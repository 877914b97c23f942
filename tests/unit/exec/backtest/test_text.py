from __future__ import annotations

from datetime import UTC, date, datetime

from kalshi_alpha.core.replay.bootstrap import Interval
from kalshi_alpha.exec.backtest.lookahead import ChainLookahead, DecisionLeak
from kalshi_alpha.exec.backtest.run import Backtest
from kalshi_alpha.exec.backtest.text import interval_text, lookahead_text, number, report_text

CUT = datetime(2025, 1, 9, 18, tzinfo=UTC)


def test_a_report_is_told_in_lines(done: Backtest) -> None:
    lines = report_text("WEATHER", done.report, done.left_out, ["be careful"])
    whole = done.report.whole
    assert lines[0].startswith("WEATHER 2025-01-06 to 2025-01-13: 14 events on 7 days")
    assert f"{whole.net_pnl:,.2f}" in next(line for line in lines if line.startswith("all"))
    assert any(line.startswith("left out, its result is ambiguous: 2 events") for line in lines)
    assert lines[-1] == "note: be careful"


def test_what_is_not_known_is_a_dash() -> None:
    assert (number(None, 2), number(1234.5, 1)) == ("-", "1,234.5")
    assert (interval_text(None), interval_text(Interval(-1.0, 2.0))) == ("", "-1 .. 2")


def test_a_check_that_compared_nothing_is_not_clean() -> None:
    assert "NOT CLEAN" in lookahead_text(ChainLookahead(0, (), 0, ()))[0]
    assert "none before a cut changed" in lookahead_text(ChainLookahead(9, (CUT,), 2, ()))[0]
    leak = DecisionLeak(CUT, date(2025, 1, 9), CUT)
    assert "1 LEAKS" in lookahead_text(ChainLookahead(9, (CUT,), 2, (leak,)))[0]
