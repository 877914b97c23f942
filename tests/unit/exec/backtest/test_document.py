from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.exec.backtest.document import lookahead_document, report_document
from kalshi_alpha.exec.backtest.lookahead import ChainLookahead, DecisionLeak
from kalshi_alpha.exec.backtest.run import Backtest

CUT = datetime(2025, 1, 9, 18, tzinfo=UTC)


def test_the_document_holds_what_the_report_says(done: Backtest) -> None:
    document = report_document("WEATHER", done.variant, done.report, done.left_out, ["a note"])
    whole = done.report.whole
    assert document["orders"] == whole.orders
    assert document["net_pnl"] == pytest.approx(whole.net_pnl)
    assert document["net_pnl_ci90"] == [
        pytest.approx(whole.net_pnl_ci90.low),
        pytest.approx(whole.net_pnl_ci90.high),
    ]
    assert document["mark_outs"]["5m"]["fills"] == whole.mark_outs[1].fills
    assert sum(each["orders"] for each in document["by"]["side"].values()) == whole.orders
    assert document["settings"]["contracts"] == "10"
    assert [each["why"] for each in document["left_out"]] == ["its result is ambiguous"] * 2
    assert set(document["baselines"]) == {"do nothing", "mid less a fixed edge", "buy the likely"}
    assert document["notes"] == ["a note"]
    assert sum(each["n_fills"] for each in document["ev_honesty_bins"]) == whole.fills
    json.dumps(document, allow_nan=False)


def test_a_leak_is_told_with_its_cut() -> None:
    leak = DecisionLeak(CUT, date(2025, 1, 9), CUT)
    document = lookahead_document(ChainLookahead(5, (CUT,), 1, (leak,)))
    assert not document["clean"]
    assert document["leaks"][0]["cut"] == "2025-01-09T18:00:00+00:00"
