from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.sizing.barrier import solve
from kalshi_alpha.core.sizing.log_program import LogProgram


def _coin(prob: float, cost: float, *, upper: float, cash: float, floor: float) -> LogProgram:
    return LogProgram(
        probs=np.array([prob, 1.0 - prob]),
        base=np.ones(2),
        gain=np.array([[1.0 - cost], [-cost]]),
        cost=np.array([cost]),
        upper=np.array([upper]),
        cash=cash,
        floor=floor,
    )


@pytest.mark.parametrize(
    ("limits", "contracts"),
    [
        ({"upper": 2.0, "cash": 1.0, "floor": 1e-12}, 0.2 / 0.4),  # free: (p - q) / (1 - q) / q
        ({"upper": 0.3, "cash": 1.0, "floor": 1e-12}, 0.3),  # the cap binds
        ({"upper": 2.0, "cash": 0.1, "floor": 1e-12}, 0.25),  # the cash binds
        ({"upper": 2.0, "cash": 1.0, "floor": 0.95}, 0.125),  # the floor binds
    ],
)
def test_one_coin_under_each_limit(limits: dict[str, float], contracts: float) -> None:
    program = _coin(0.52, 0.4, **limits)

    x, duals = solve(program)

    assert x[0] == pytest.approx(contracts, abs=1e-8)
    assert program.duality_gap(x, duals) <= 2e-10


def test_a_coin_without_edge_is_left_alone() -> None:
    x, _ = solve(_coin(0.3, 0.4, upper=2.0, cash=1.0, floor=1e-12))

    assert 0.0 <= x[0] < 1e-8
