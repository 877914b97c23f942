from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.exec.evaluation.scores import family_document
from kalshi_alpha.exec.evaluation.targets import judgements
from plugins import made_up_replay


def judged(family: str, *keys: str, shift: float = 0.0) -> dict[str, bool]:
    replays = tuple(made_up_replay(key, shift=shift) for key in keys)
    document = family_document(family, replays)
    return {each.target: each.holds for each in judgements({family: document})}


def test_a_skilful_family_reaches_its_skills() -> None:
    found = judged("CPI", "cpi_mom")
    assert found["skill vs random walk >= 25.0 %"]
    assert "RMSE from 2023 <= 0.12 pp" in found


def test_a_biased_family_does_not() -> None:
    found = judged("CPI", "cpi_mom", shift=8.0)
    assert not found["skill vs random walk >= 25.0 %"]
    assert not found["90 % cover and PIT spread inside the bands of chance"]


def test_the_calm_years_count_each_month_once() -> None:
    document = family_document("CPI", (made_up_replay("cpi_mom"),))
    document["by_year"] = {
        "2022": {"n": 12, "crps": 9.0, "rmse": 9.0},
        "2023": {"n": 12, "crps": 0.1, "rmse": 0.1},
        "2024": {"n": 4, "crps": 0.1, "rmse": 0.2},
    }
    [calm] = [j for j in judgements({"CPI": document}) if j.target.startswith("RMSE")]
    # By hand: the root of (12 * 0.01 + 4 * 0.04) / 16.
    assert calm.reached == "0.1323"
    assert not calm.holds


@pytest.mark.parametrize(("pool", "holds"), [(1.41, True), (1.42, False)])
def test_the_pool_may_be_one_percent_worse_than_the_better_alone(pool: float, holds: bool) -> None:
    document = family_document("CPI", (made_up_replay("cpi_mom"), made_up_replay("cpi_mom@7d")))
    lead = document["leads"]["7d"]
    lead["log_score"] = 1.8
    lead["baseline_scores"] = {"market": {"log_score": 1.4}, "pooled": {"log_score": pool}}
    found = {j.target: j.holds for j in judgements({"CPI": document}) if "pool" in j.target}
    assert list(found.values()) == [holds]


def test_stations_have_their_own_targets() -> None:
    replays = [made_up_replay(key) for key in ("KNYC", "KMIA", "KMDW")]
    named = [
        replace(each, baselines={**each.baselines, "guidance": each.baselines["random walk"]})
        for each in replays
    ]
    document = family_document("WEATHER", named)
    targets = [each.target for each in judgements({"WEATHER": document})]
    assert "KNYC: skill vs guidance >= 4.0 %" in targets
    assert "KMDW: skill vs guidance >= 0.0 %" in targets


def test_claims_with_consensus_are_judged_too() -> None:
    found = judged("CLAIMS", "icsa", "icsa+consensus")
    assert found["with consensus: skill vs random walk >= 7 %, p < 0.05"]


def test_a_p_value_belongs_to_the_ten_year_target() -> None:
    own = made_up_replay("teny")
    replay = replace(own, baselines={"rolling": own.baselines["random walk"]})
    [found] = [
        each
        for each in judgements({"TNEY": family_document("TNEY", (replay,))})
        if "rolling" in each.target
    ]
    assert found.target == "skill vs rolling >= 0.5 %, p < 0.05"
    assert found.holds
