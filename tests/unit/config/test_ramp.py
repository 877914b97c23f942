from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.config.ramp import (
    BASELINE,
    BASELINE_POLICY,
    Evidence,
    Ramp,
    load_ramp,
    policy_loosening,
    ramp_weakening,
    refuse_practice,
)
from kalshi_alpha.core.errors import ConfigError, UsageError
from kalshi_alpha.core.ledger.entry import LedgerMode
from kalshi_alpha.core.ramp.statistic import Statistic
from kalshi_alpha.exec.scan_options import ScanOptions

CONFIGS = Path(__file__).parents[3] / "configs"
replace = msgspec.structs.replace


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = (CONFIGS / "ramp.yaml").read_text()
    assert old in text
    (tmp_path / "ramp.yaml").write_text(text.replace(old, new, 1))
    return tmp_path


def test_the_file_is_the_agreed_policy() -> None:
    found = load_ramp(CONFIGS).value
    assert found == BASELINE
    assert ramp_weakening(found) == ()
    limits = found.limits("CPI", found.policy)
    assert (limits.min_fills, limits.min_delta_bps, limits.min_t_stat) == (300, 6.0, 2.0)
    assert (limits.min_units, limits.needs_closing_line) == (12, True)
    units = {family: each.min_units for family, each in found.families.items()}
    assert units == {"CPI": 12, "CLAIMS": 26, "TNEY": 30, "WEATHER": 30}
    assert found.limits("CPI", found.policy, 40).min_units == 40


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("min_fills: 300", "min_fills: 299", "policy.min_fills: 299"),
        ("min_delta_bps: 6.0", "min_delta_bps: 5.9", "policy.min_delta_bps"),
        ("min_t_stat: 2.0", "min_t_stat: 1.9", "policy.min_t_stat"),
        ("max_guardrail_breaches: 0", "max_guardrail_breaches: 1", "max_guardrail_breaches"),
        ("max_unit_share: 0.2", "max_unit_share: 0.3", "policy.max_unit_share"),
        ("max_ledger_age_minutes: 120", "max_ledger_age_minutes: 121", "max_ledger_age"),
        ("modes: [paper, live]", "modes: [paper, live, demo]", "demo does not count"),
        ("start: 0.25", "start: 0.3", "size.start"),
        ("shrink: 0.9", "shrink: 1.0", "shrink: 1.0"),
        ("shrink: 0.9", "shrink: 0.45", "shrink: 0.45 is not 0.9"),
        ("min_units: 12", "min_units: 11", "families.CPI.min_units: 11"),
        ("needs_closing_line: true", "needs_closing_line: false", "CPI.needs_closing_line"),
        ("statistic: closing_line", "statistic: settled", "declared_at was not moved"),
        ("2022-01-01", "2021-01-01", "declared_at"),
    ],
)
def test_every_loosening_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    (line,) = ramp_weakening(load_ramp(changed(tmp_path, old, new)).value)
    assert line.startswith("ramp.yaml: ")
    assert said in line


def test_the_shrink_of_the_weights_is_the_one_that_scans_use() -> None:
    assert ScanOptions().ev_honesty_shrink == BASELINE.shrink


def test_a_deleted_family_is_a_loosening() -> None:
    families = {name: each for name, each in BASELINE.families.items() if name != "TNEY"}
    (line,) = ramp_weakening(replace(BASELINE, families=families))
    assert "families.TNEY: section was deleted" in line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("min_fills: 300", "min_fills: 400"),
        ("max_unit_share: 0.2", "max_unit_share: 0.1"),
        ("modes: [paper, live]", "modes: [live]"),
        ("start: 0.25", "start: 0.1"),
        ("min_units: 12", "min_units: 24"),
    ],
)
def test_tightening_passes(tmp_path: Path, old: str, new: str) -> None:
    assert ramp_weakening(load_ramp(changed(tmp_path, old, new)).value) == ()


def test_a_statistic_declared_anew_begins_a_new_window() -> None:
    own = replace(
        BASELINE.families["TNEY"],
        statistic=Statistic.SETTLED,
        declared_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    families = BASELINE.families | {"TNEY": own}
    assert ramp_weakening(replace(BASELINE, families=families)) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("min_fills", "min_fill"),
        ("max_unit_share: 0.2", "max_unit_share: 1.2"),
        ("max_ledger_age_minutes: 120", "max_ledger_age_minutes: .nan"),
        ("min_t_stat: 2.0", "min_t_stat: .inf"),
        ("min_fills: 300", "min_fills: -1"),
        ("modes: [paper, live]", "modes: [paper, offline]"),
        ("modes: [paper, live]", "modes: [paper, sim]"),
        ("modes: [paper, live]", "modes: [paper, paper]"),
        ("practice: false", "practice: true"),
        ("full: 1.0", "full: 0.1"),
        ("shrink: 0.9", "shrink: 0.0"),
        ("2022-01-01T00:00:00Z", "2022-01-01T00:00:00"),
    ],
)
def test_an_impossible_file_is_refused_in_one_line(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        load_ramp(changed(tmp_path, old, new))
    assert "\n" not in str(refusal.value)


def test_looser_is_judged_by_the_direction_of_each_threshold() -> None:
    tighter = replace(BASELINE_POLICY, min_fills=400, max_unit_share=0.1)
    assert policy_loosening(tighter, BASELINE_POLICY) == ()
    assert len(policy_loosening(BASELINE_POLICY, tighter)) == 2


def test_practice_meets_no_real_venue() -> None:
    practice = replace(BASELINE, evidence=Evidence(modes=(LedgerMode.SIM,), practice=True))
    for env in (KalshiEnv.PROD, KalshiEnv.DEMO):
        with pytest.raises(UsageError, match="another root"):
            refuse_practice(practice, env)
        refuse_practice(BASELINE, env)
    refuse_practice(practice, KalshiEnv.SIM)
    refuse_practice(practice, None)
    assert ramp_weakening(practice) == ()


LOOSEN: list[Callable[[Ramp], Ramp]] = [
    lambda ramp: replace(ramp, policy=replace(ramp.policy, min_delta_bps=-math.inf)),
]


@pytest.mark.parametrize("loosen", LOOSEN)
def test_no_threshold_can_be_switched_off(loosen: Callable[[Ramp], Ramp]) -> None:
    with pytest.raises(ValueError, match="must be numbers"):
        loosen(BASELINE)
