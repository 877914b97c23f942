from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.core.ramp.statistic import Statistic
from kalshi_alpha.exec.worlds.rules import ORDER_CONTRACTS, read_rules
from world_cases import CONFIGS


def test_the_rules_are_those_of_the_configuration() -> None:
    rules = read_rules(CONFIGS)
    terms, limits = rules.terms, rules.ramp.limits
    assert terms.sizing.bankroll.dollars == 10_000
    assert terms.sizing.contracts is not None
    assert terms.sizing.contracts.count == ORDER_CONTRACTS
    assert terms.limits.ladder_cap.dollars == 1000
    assert terms.risk.limit == 2000.0
    assert (limits.min_fills, limits.min_t_stat, limits.min_units) == (300, 2.0, 26)
    assert rules.ramp.declaration.statistic is Statistic.CLOSING_LINE


def test_a_folder_without_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        read_rules(tmp_path)
