from __future__ import annotations

from pathlib import Path

from kalshi_alpha.exec.backtest.request import BacktestRequest


def test_history_lies_in_folders_and_never_at_a_url() -> None:
    request = BacktestRequest(family="WEATHER", data=("s3://bucket/market", "history"))
    assert request.folders == (Path("history"),)
