from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.datastore.history import LeftOut
from kalshi_alpha.exec.evaluation.lookahead import Leak, LookaheadCheck
from kalshi_alpha.exec.evaluation.scores import family_document
from kalshi_alpha.exec.evaluation.settlement_replay import Mismatch, SettlementReplay
from kalshi_alpha.exec.evaluation.text import (
    SHOWN,
    family_text,
    four,
    left_out_text,
    settlement_text,
)
from plugins import made_up_replay

CUT = datetime(2024, 1, 1, 12, tzinfo=UTC)


def told(check: LookaheadCheck | None = None) -> str:
    replays = (made_up_replay("cpi_mom"), made_up_replay("cpi_mom@7d", 3, weights=(0.2, 0.2, 0.3)))
    return "\n".join(family_text("CPI", family_document("CPI", replays), check))


def test_model_and_baselines_have_a_line_each_with_skill_and_p_value() -> None:
    lines = told().splitlines()
    assert lines[0] == "CPI: 48 forecasts, 2021-01-01 to 2024-12-01, points"
    [walk] = [line for line in lines[:6] if "random walk" in line]
    assert " %" in walk


def test_the_first_part_is_not_told_twice() -> None:
    assert "CPI cpi_mom" not in told()
    assert "CPI 7d: 3 forecasts" in told()


def test_the_weight_s_path_is_told_by_its_ends() -> None:
    assert "our weight in the pool: 0.200 at first, 0.300 at last" in told()


def test_a_look_ahead_is_told_with_the_forecasts_that_leaked() -> None:
    leak = Leak("points", date(2024, 1, 1), CUT)
    assert "clean" in told(LookaheadCheck(9, (CUT,), (), {}))
    text = told(LookaheadCheck(9, (CUT,), (leak,), {}))
    assert "LOOK-AHEAD FOUND, 9 forecasts compared at 1 cuts" in text
    assert "points 2024-01-01" in text


def test_a_check_that_could_not_be_made_is_not_called_clean() -> None:
    text = told(LookaheadCheck(9, (CUT,), (), {"2024-01-01": "outside the bins"}))
    assert "INCOMPLETE" in text
    assert "outside the bins" in text


def test_mismatches_are_listed_and_the_rest_counted() -> None:
    each = Mismatch("T", "greater 1", "2", "no", "yes")
    text = "\n".join(settlement_text(SettlementReplay(50, {"no result": 2}, (each,) * (SHOWN + 5))))
    assert "settlement replay: 50 markets, 50.00 % agree" in text
    assert "left out 2: no result" in text
    assert "and 5 more" in text


def test_nothing_compared_has_no_share() -> None:
    assert "0 markets, - agree" in "\n".join(settlement_text(SettlementReplay(0, {}, ())))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0383412, "0.03834"), (6239.21, "6239"), (11220.4, "11220"), (-0.00052, "-0.00052")],
)
def test_a_figure_has_four_digits_and_no_power_of_ten(value: float, shown: str) -> None:
    assert four(value) == shown


def test_values_left_out_are_named_by_file_and_row() -> None:
    odd = LeftOut("DGS10.csv", "2025-06-30", "yield_pct", 50_000.0)
    assert list(left_out_text([])) == []
    assert list(left_out_text([odd])) == [
        "  values left out since they cannot be believed: 1",
        "    DGS10.csv 2025-06-30: yield_pct 50000",
    ]
    assert list(left_out_text([odd] * 25))[-1] == "    and 5 more; --json lists all"
