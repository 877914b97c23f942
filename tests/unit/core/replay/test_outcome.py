from __future__ import annotations

import pickle
from dataclasses import fields

from kalshi_alpha.core.replay.baselines import BaselineRules
from kalshi_alpha.core.replay.engine import replay_day
from kalshi_alpha.core.replay.outcome import DayOutcome, day_outcome, outcome_of
from replay_cases import AFTER, BEFORE, CHAIN, CHARGED, PERIOD, event, tape


def test_a_day_is_reduced_to_what_reports_are_made_of() -> None:
    outcome = day_outcome([event()], CHAIN, BaselineRules())
    assert outcome.day == PERIOD
    facts = outcome.events[0]
    assert (facts.city, facts.fidelity, facts.decisions, facts.models) == (
        "NYC",
        "trades",
        6,
        ("guidance",),
    )
    assert outcome.row_events == (0,) * len(outcome.rows)
    assert sum(outcome.passed.values()) + len(outcome.rows) == 6 * 3


def test_a_row_s_fills_are_kept_one_by_one_with_what_each_cost() -> None:
    outcome = day_outcome([event(fees=CHARGED)], CHAIN, BaselineRules())
    told = [
        [(f"{fill.at:%H:%M}", fill.count_e2, fill.fee_e6) for fill in fills]
        for fills in outcome.row_fills
        if fills
    ]
    # 0.0175 x 4 x 0.24 and x 6 x 0.24 of the middle; 0.0175 x 3 x 0.2436 of the top, rounded up.
    assert told == [[("18:10", 400, 16_800), ("18:30", 600, 25_200)], [("18:22", 300, 12_800)]]
    for row, fills in zip(outcome.rows, outcome.row_fills, strict=True):
        assert row.filled_e2 == sum(fill.count_e2 for fill in fills)
        assert row.fee_e6 == sum(fill.fee_e6 for fill in fills)
        assert row.filled_at == (fills[0].at if fills else None)


def test_marks_point_at_their_rows_though_refused_orders_have_none() -> None:
    crossing = [("18:00:01", 1, 36, 5, "no"), ("18:00:01", 1, 38, 5, "yes")]
    day = replay_day([event(tape((*BEFORE, *crossing, *AFTER[1:])))], CHAIN)
    outcome = outcome_of(day, CHAIN, BaselineRules())
    assert outcome.refused == 1
    assert [outcome.rows[n].filled_e2 for n in outcome.marks.order.tolist()] == [300]


def test_a_day_s_outcome_is_the_same_to_the_byte() -> None:
    one, other = (pickle.dumps(day_outcome([event()], CHAIN, BaselineRules())) for _ in range(2))
    assert one == other
    kept = day_outcome([event()], CHAIN, BaselineRules())
    assert list(kept.clocks) == sorted(kept.clocks)
    assert set(kept.proposed) <= set(kept.clocks)
    assert not any(isinstance(value, set | frozenset) for value in vars_of(kept)), (
        "sets of instants are ordered by a hash that differs between processes"
    )


def vars_of(outcome: DayOutcome) -> list[object]:
    return [getattr(outcome, each.name) for each in fields(outcome)]
