from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

from kalshi_alpha.core.scoring import DRIFT_RULES, DriftRule, DriftState, crps_normal, read_drift
from kalshi_alpha.exec.reports.false_alarms import FALSE_ALARMS, false_alarm_note

PAGE = Path(__file__).parents[4] / "docs/reference/model-drift.md"
READINGS = 800


def alarms(rule: DriftRule, before: int, seed: int) -> float:
    """Read the monitor of a model that never changes, with the ratio before as the families do."""
    rng = np.random.default_rng(seed)
    shape = (READINGS, before + rule.window)
    outcome = rng.standard_normal(shape)
    ours = crps_normal(0.0, 1.0, outcome)
    reference = crps_normal(rng.standard_normal(shape), math.sqrt(2.0), outcome)
    ratios = ours[:, :before].mean(axis=1) / reference[:, :before].mean(axis=1)
    states = [
        read_drift(a, b, float(ratio), rule).state
        for a, b, ratio in zip(ours, reference, ratios, strict=True)
    ]
    return states.count(DriftState.ALERT) / READINGS


@pytest.mark.parametrize("family", list(FALSE_ALARMS))
def test_the_stated_odds_are_those_of_the_monitor(family: str) -> None:
    stated, rule = FALSE_ALARMS[family], DRIFT_RULES[family.lower().replace("tney", "teny")]
    for before, percent in (
        (stated.shortest, stated.shortest_percent),
        (stated.long, stated.long_percent),
    ):
        odds = percent / 100
        # Four Monte Carlo standard errors, and half a unit of the last printed digit.
        most = 4.0 * math.sqrt(odds * (1.0 - odds) / READINGS) + 0.005
        assert abs(alarms(rule, before, seed=before) - odds) <= most


def test_the_note_names_both_histories() -> None:
    assert false_alarm_note("CPI") == (
        "an unchanged model alerts in 16 % of readings with 12 months before the window, "
        "in 8 % with 60"
    )
    assert false_alarm_note("A plug-in's") == ""


def test_the_page_states_the_same_figures() -> None:
    rows = re.findall(
        r"^\| (\w+) \| \d+ (\w+) \| (\d+): (\d+) % \| (\d+): (\d+) % \|", PAGE.read_text(), re.M
    )
    assert {family: (period, *map(int, numbers)) for family, period, *numbers in rows} == {
        family: (f.period, f.shortest, f.shortest_percent, f.long, f.long_percent)
        for family, f in FALSE_ALARMS.items()
    }
