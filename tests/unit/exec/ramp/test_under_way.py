from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kalshi_alpha.exec.ramp.under_way import DecisionUnderWay, Mark, is_under_way, mark_of


@pytest.fixture
def decision(tmp_path: Path) -> Path:
    return tmp_path / "pilot_ready.json"


def test_a_decision_is_under_way_from_begin_to_end(decision: Path) -> None:
    assert not is_under_way(decision)
    mark = Mark.begin(decision)
    assert is_under_way(decision)
    mark.end()
    assert not is_under_way(decision)
    assert list(decision.parent.iterdir()) == []


def test_a_mark_that_nobody_holds_is_of_a_run_that_was_killed(decision: Path) -> None:
    mark_of(decision).touch()
    assert not is_under_way(decision)
    mark = Mark.begin(decision, timedelta(0))
    assert is_under_way(decision)
    mark.end()


def test_two_runs_do_not_decide_at_once(decision: Path) -> None:
    mark = Mark.begin(decision)
    with pytest.raises(DecisionUnderWay, match="another run has been deciding for 0 s"):
        Mark.begin(decision, timedelta(0))
    mark.end()
    Mark.begin(decision, timedelta(0)).end()
