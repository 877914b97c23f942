from __future__ import annotations

from kalshi_alpha.exec.reports.edge_bars import BAR_CELLS, GAIN, LOSS, edge_bars


def test_bars_are_as_long_as_the_edges_on_one_scale_and_a_loss_looks_otherwise() -> None:
    assert list(edge_bars([("CPI", 100.0, -200.0), ("CLAIMS", 50.0, 0.0)])) == [
        f"CPI     expected     +100.0 bps {GAIN * (BAR_CELLS // 2)}",
        f"        realised     -200.0 bps {LOSS * BAR_CELLS}",
        f"CLAIMS  expected      +50.0 bps {GAIN * (BAR_CELLS // 4)}",
        "        realised       +0.0 bps",
    ]


def test_nothing_has_no_bars_and_no_edge_an_empty_one() -> None:
    assert list(edge_bars([])) == []
    assert next(iter(edge_bars([("CPI", 0.0, 0.0)]))).endswith("+0.0 bps")
