from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.config.housekeeping import Housekeeping, load_housekeeping
from kalshi_alpha.core.errors import ConfigError
from runs import REPO

OWN = REPO / "configs" / "housekeeping.yaml"


def test_the_file_of_the_repository_keeps_telemetry_at_least_two_weeks() -> None:
    rules = load_housekeeping(OWN).value
    assert isinstance(rules, Housekeeping)
    assert rules.telemetry.keep_days >= 14
    assert rules.settled_after_days == rules.raw_payloads.keep_all_days


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("keep_days: 16", "keep_days: 13", "at least 14"),
        ("keep_all_days: 35", "keep_all_days: 0", "at least 1"),
        ("daily_limit_mb: 25", "daily_limit_mb: .nan", "above 0"),
        ("remove_after_days: 45", "remove_after_days: 2", "compress_after_days <"),
        ("remove_packages_after_days: 550", "remove_packages_after_days: 16", "above keep_days"),
        ("keep_all_days", "keep_al_days", "did you mean 'keep_all_days'"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "housekeeping.yaml"
    text = OWN.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=said):
        load_housekeeping(path)
