from __future__ import annotations

import pytest

from kalshi_alpha.core.replay.baselines import Baseline, BaselineRules
from kalshi_alpha.core.replay.figures import DIMENSIONS
from kalshi_alpha.core.replay.outcome import day_outcome
from kalshi_alpha.core.replay.report import report_of
from replay_cases import AFTER, BEFORE, CHAIN, event, tape

OUTCOMES = [
    day_outcome([event()], CHAIN, BaselineRules()),
    day_outcome([event(tape((*BEFORE, *AFTER), winner=0))], CHAIN, BaselineRules()),
]


def test_a_report_sums_days_up() -> None:
    report = report_of(OUTCOMES, CHAIN)
    assert (report.events, report.decisions, report.refused) == (2, 12, 0)
    assert set(report.by) == set(DIMENSIONS)
    assert report.models == {"NYC": ("guidance",)}
    assert report.fidelities == {"trades": 2}
    assert sum(each.n_fills for each in report.bins) == report.whole.fills
    assert sum(report.passed.values()) == 2 * 6 * 3 - report.whole.orders


def test_doing_nothing_is_a_baseline_and_costs_nothing() -> None:
    baselines = report_of(OUTCOMES, CHAIN, ()).baselines
    nothing, mid = baselines[Baseline.NOTHING], baselines[Baseline.MID]
    assert (nothing.orders, nothing.net_pnl, nothing.fill_ratio) == (0, 0.0, None)
    assert mid.orders == 12
    assert mid.net_pnl == pytest.approx(mid.gross_pnl - mid.fees)
