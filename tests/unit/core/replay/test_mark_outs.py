from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.replay.engine import replay_day
from kalshi_alpha.core.replay.mark_outs import HORIZONS, MarkOuts, mark_outs, mark_sums
from replay_cases import AFTER, BEFORE, CHAIN, HIGH, MIDDLE, event, tape

LATER = (
    *(("18:10:30", 1, 36, 1, "no"), ("18:10:40", 1, 38, 1, "yes")),
    *(("18:22:20", 2, 43, 1, "no"), ("18:22:30", 2, 45, 1, "yes")),
)


def test_each_fill_is_measured_against_the_touches_around_it() -> None:
    day = replay_day([event(tape((*BEFORE, *AFTER[1:], *LATER)))], CHAIN)
    marks = mark_outs(day)
    order = [day.orders[n].proposal.market_ticker for n in marks.order.tolist()]
    first = order.index(MIDDLE)
    before, after = marks.mid_before[first], marks.mid_after[first]
    assert marks.contracts[first] == 4.0
    assert before == pytest.approx(0.42), "40/44 stood when the print through it came"
    assert after[0] == pytest.approx(0.37)
    first = order.index(HIGH)
    before, after = marks.mid_before[first], marks.mid_after[first]
    assert before == pytest.approx(1 - 0.40)
    assert after[0] == pytest.approx(1 - 0.44), "a NO is worth what YES leaves of a dollar"


def test_where_no_touch_stands_nothing_is_said() -> None:
    marks = mark_outs(replay_day([event()], CHAIN))
    assert marks.mid_after.shape == (3, len(HORIZONS))
    assert np.isnan(marks.mid_after[:, HORIZONS.index("close")]).all()


def test_a_day_without_fills_has_no_marks() -> None:
    marks = mark_outs(replay_day([event(tape(BEFORE))], CHAIN))
    assert marks.order.size == marks.mid_before.size == marks.mid_after.size == 0


def test_fills_of_an_order_are_summed_up_and_mean_what_they_meant_apart() -> None:
    nan = float("nan")
    marks = MarkOuts(
        order=np.array([3, 3, 5]),
        contracts=np.array([2.0, 4.0, 1.0]),
        price=np.array([0.40, 0.40, 0.58]),
        mid_before=np.array([0.42, nan, 0.60]),
        mid_after=np.array([[0.41, 0.38, nan, nan], [0.43, 0.39, nan, nan], [nan, 0.5, nan, 0.6]]),
    )
    sums = mark_sums(marks)
    assert sums.order.tolist() == [3, 5]
    assert sums.fills.tolist() == [[2, 2, 0, 0], [0, 1, 0, 1]]
    assert sums.contracts.tolist() == [[6.0, 6.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0]]
    assert sums.gain[0].tolist() == pytest.approx([0.02 + 0.12, -0.04 - 0.04, 0.0, 0.0])
    assert sums.drift_contracts[0].tolist() == [2.0, 2.0, 0.0, 0.0], "one had no mid before it"
    assert sums.drift[0].tolist() == pytest.approx([-0.02, -0.08, 0.0, 0.0])
    assert sums.drift[1].tolist() == pytest.approx([0.0, -0.10, 0.0, 0.0])
