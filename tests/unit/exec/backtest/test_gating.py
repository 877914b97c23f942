from __future__ import annotations

from kalshi_alpha.exec.backtest.executors import replayed
from kalshi_alpha.exec.backtest.gating import gated_days
from kalshi_alpha.exec.backtest.materials import Materials
from kalshi_alpha.exec.backtest.variant import Variant


def test_without_a_gate_days_are_replayed_once_and_nothing_stands(read: Materials) -> None:
    variant, steps = Variant(contracts="10", gate="off"), list[int]()
    plan = read.plan(variant)
    found = gated_days(read, plan, variant, None, steps.append)
    assert sum(steps) == len(found.tasks) == len(found.days) == len(read.days)
    assert not any(task.standing for task in found.tasks)
    plain = replayed(None, plan, read.tasks(variant), lambda _: None)
    assert [each.outcome and each.outcome.rows for each in found.days] == [
        each.outcome and each.outcome.rows for each in plain
    ]
