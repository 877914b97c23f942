from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.scoring import crps_grid
from kalshi_alpha.exec.evaluation.scores import family_document, figures, pooled, scored
from plugins import made_up_replay

KEYS = {
    "n", "first", "last", "crps", "mae", "rmse", "coverage90", "pit_sd", "baselines", "dm_p",
    "skill_vs_random_walk", "skill_vs_rolling", "skill_vs_climatology", "skill_vs_guidance",
    "skill_vs_market",
}  # fmt: skip


def test_a_family_has_its_figures_and_always_stations_and_leads() -> None:
    document = family_document("CPI", (made_up_replay("cpi_mom"),))
    assert document.keys() >= KEYS
    assert document["stations"] == {}
    assert document["leads"] == {}
    assert document["quantities"]["cpi_mom"].keys() >= KEYS


def test_stations_and_leads_carry_the_same_keys() -> None:
    replays = (made_up_replay("KNYC"), made_up_replay("KMIA"), made_up_replay("KNYC@2d"))
    document = family_document("WEATHER", replays)
    for found in (*document["stations"].values(), *document["leads"].values()):
        assert found.keys() >= KEYS
    assert list(document["stations"]) == ["KNYC", "KMIA"]


def test_stations_count_together_at_the_top() -> None:
    document = family_document("WEATHER", (made_up_replay("KNYC"), made_up_replay("KMIA", 24)))
    assert document["n"] == 72
    assert document["stations"]["KMIA"]["n"] == 24


def test_stations_without_guidance_stand_alone() -> None:
    guided = made_up_replay("KNYC")
    guided = replace(guided, baselines={**guided.baselines, "guidance": guided.pmfs})
    document = family_document("WEATHER", (guided, made_up_replay("KSEA", 24)))
    assert document["n"] == 48
    assert document["skill_vs_guidance"] == 0.0
    assert document["stations"]["KSEA"]["n"] == 24


def test_one_lead_of_several_stations_is_one_entry() -> None:
    replays = (made_up_replay("KNYC"), made_up_replay("KNYC@2d"), made_up_replay("KMIA@2d", 24))
    assert family_document("WEATHER", replays)["leads"]["2d"]["n"] == 72


def test_leads_alone_are_a_family_too() -> None:
    document = family_document("OWN", (made_up_replay("points@3d"),))
    assert document["n"] == 48
    assert document["quantities"] == {}


def test_a_skill_that_does_not_apply_is_null() -> None:
    found = figures(scored(made_up_replay()), "random walk")
    assert found["skill_vs_guidance"] is None
    assert found["skill_vs_rolling"] is None
    assert found["baselines"].keys() == {"random walk", "market"}
    walk = found["baselines"]["random walk"]
    assert found["skill_vs_random_walk"] == pytest.approx(1 - found["crps"] / walk, abs=1e-4)


def test_the_reference_decides_whose_p_value_is_told() -> None:
    found = scored(made_up_replay())
    assert figures(found, "market")["dm_p"] == figures(found, "market")["dm"]["market"]
    assert figures(found, "absent")["dm_p"] == figures(found, "random walk")["dm_p"]


def test_without_a_baseline_there_is_no_p_value() -> None:
    alone = replace(made_up_replay(), baselines={})
    assert figures(scored(alone), "random walk")["dm_p"] is None


def test_every_baseline_has_its_own_scores() -> None:
    found = figures(scored(made_up_replay()), "random walk")
    assert found["baseline_scores"]["market"]["crps"] == found["baselines"]["market"]
    assert found["baseline_scores"]["market"]["log_score"] < found["log_score"]


def test_scores_of_a_year_are_those_of_its_rows() -> None:
    replay = made_up_replay()
    by_year = scored(replay).by_year
    losses = crps_grid(replay.pmfs, replay.outcomes - replay.lo, 0.5)
    assert list(by_year) == ["2021", "2022", "2023", "2024"]
    assert by_year["2022"]["crps"] == pytest.approx(losses[12:24].mean(), abs=1e-6)


def test_the_worst_quarter_is_named() -> None:
    replay = made_up_replay()
    wrong = replay.pmfs.copy()
    wrong[6:9] = 0.0
    wrong[6:9, 0] = 1.0
    worst = scored(replace(replay, pmfs=wrong)).worst
    assert worst is not None
    assert (worst.quarter, worst.n) == ("2021 Q3", 3)


def test_two_forecasts_have_no_worst_quarter() -> None:
    assert scored(made_up_replay(n=2)).worst is None


def test_pooling_widens_the_bins_and_keeps_the_shared_baselines() -> None:
    one = made_up_replay("KNYC")
    two = replace(
        made_up_replay("KMIA"),
        lo=3,
        outcomes=made_up_replay("KMIA").outcomes + 5,
        baselines={"random walk": one.baselines["random walk"]},
    )
    both = pooled((one, two), "WEATHER")
    assert (both.lo, both.pmfs.shape) == (-2, (96, 26))
    assert both.baselines.keys() == {"random walk"}
    np.testing.assert_allclose(both.pmfs[48:, 5:], two.pmfs)


def test_the_path_of_the_pool_s_weight_is_kept() -> None:
    replay = made_up_replay("points@7d", n=3, weights=(0.2, 0.21, 0.22))
    found = figures(scored(replay), "market")
    assert found["pool_weights"] == {"2021-01-01": 0.2, "2021-02-01": 0.21, "2021-03-01": 0.22}


PAGE = Path(__file__).parents[4] / "docs/reference/files/evaluation.md"


def test_the_page_of_the_document_has_every_figure() -> None:
    section = PAGE.read_text().partition("## Figures")[2].partition("## ")[0]
    cells = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(figures(scored(made_up_replay()), "random walk"))


def test_the_market_stands_with_the_leads_where_it_was_quoted() -> None:
    morning = made_up_replay("cpi_mom")
    unquoted = replace(morning, baselines={"random walk": morning.baselines["random walk"]})
    ahead = [made_up_replay(f"cpi_mom@{lead}") for lead in ("1d", "7d", "14d")]
    document = family_document("CPI", (unquoted, *ahead))
    assert document["skill_vs_market"] is None
    assert document["quantities"]["cpi_mom"]["skill_vs_market"] is None
    for lead in ("1d", "7d", "14d"):
        assert isinstance(document["leads"][lead]["skill_vs_market"], float)
