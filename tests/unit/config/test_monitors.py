from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.config.monitors import (
    BASELINE,
    load_monitors,
    loosened,
    weakening,
    with_flags,
)
from kalshi_alpha.core.errors import ConfigError, ConfigWeakened, UsageError
from kalshi_alpha.core.monitors.texts import Monitor
from runs import REPO

COMMITTED = REPO / "configs/monitors.yaml"


def changed(folder: Path, old: str, new: str) -> Path:
    text = COMMITTED.read_text()
    assert old in text
    path = folder / "monitors.yaml"
    path.write_text(text.replace(old, new))
    return path


def test_the_committed_thresholds_are_the_agreed_ones() -> None:
    found = load_monitors(COMMITTED).value
    assert found.thresholds == BASELINE
    assert weakening(found) == ()
    assert found.policy.no_data == {Monitor.FRESHNESS}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('day_usd: "2000"', 'day_usd: "2001"', "drawdown_day_usd: 2001 is above 2000"),
        ("ev_gap_t: -2.0", "ev_gap_t: -2.1", "ev_gap_t: -2.1 is below -2.0"),
        ("auth_rejects: 3", "auth_rejects: 4", "auth_rejects: 4 is above 3"),
        ("ws_window_hours: 6.0", "ws_window_hours: 7.0", "ws_window_hours: 7.0 is not 6.0"),
        ("CPI: 24", "CPI: 25", "guard.run_length.CPI: 25 is above 24"),
        ("CPI: 24, ", "", "guard.run_length.CPI: was deleted"),
        ("k: 0.25", "k: 0.5", "guard.k: 0.5 is not 0.25"),
        ("no_data_blocks: [freshness]", "no_data_blocks: []", "freshness was removed"),
        ("[freeze_window]", "[freeze_window, ev_gap]", "scheduled: ev_gap was added"),
    ],
)
def test_a_looser_file_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigWeakened, match=said.replace(".", r"\.")):
        load_monitors(changed(tmp_path, old, new))


def test_a_tighter_file_passes(tmp_path: Path) -> None:
    found = load_monitors(changed(tmp_path, 'day_usd: "2000"', 'day_usd: "500"')).value
    assert str(found.thresholds.drawdown_day_usd) == "500"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("auth_rejects: 3", "auth_reject: 3", "did you mean 'auth_rejects'"),
        ("auth_rejects: 3", "auth_rejects: 0", "auth_rejects must lie in"),
        ("ev_gap_t: -2.0", "ev_gap_t: .nan", "ev_gap_t must lie in"),
        ('day_usd: "2000"', 'day_usd: "-1"', "drawdown_day_usd must be above zero"),
        ("[freeze_window]", "[frieze]", "frieze"),
    ],
)
def test_an_impossible_file_is_refused_by_name(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        load_monitors(changed(tmp_path, old, new))


def test_a_flag_changes_one_threshold_and_a_looser_one_is_named() -> None:
    found = load_monitors(COMMITTED).value
    assert with_flags(found, {"auth_rejects": None}) is found
    looser = with_flags(found, {"auth_rejects": 5, "drawdown_day_usd": "1500"})
    assert loosened(looser.thresholds) == ("thresholds.auth_rejects: 5 is above 3",)
    with pytest.raises(UsageError, match="auth_rejects must lie in"):
        with_flags(found, {"auth_rejects": 0})
    with pytest.raises(UsageError, match="correct the flag"):
        with_flags(found, {"drawdown_day_usd": "lots"})
