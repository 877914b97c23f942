from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.exec.backtest.plan import plan_of
from kalshi_alpha.exec.backtest.variant import Variant, grid_of, with_values
from runs import REPO

SETTINGS = load_settings(Path(REPO) / "configs")


def test_values_are_read_as_their_setting_is() -> None:
    found = with_values(
        Variant(),
        ["min_ev=0.02", "pool=off", "pool_weight=0.3", "forecast_shift=-1", "contracts=7"],
    )
    assert (found.min_ev, found.pool, found.pool_weight) == (0.02, False, 0.3)
    assert (found.forecast_shift, found.contracts) == (-1, "7")


def test_times_become_the_rules_of_travelling() -> None:
    rules = with_values(Variant(), ["place_seconds=1.5", "every_minutes=15"]).rules
    assert (rules.place_us, rules.every) == (1_500_000, timedelta(minutes=15))
    assert Variant().rules.every is None


def test_the_policy_is_the_scans_own_with_the_spread_asked_for() -> None:
    policy = Variant(max_spread_cents=7.0, pool=False).policy(SETTINGS)
    assert policy.max_spread_e4 == 700
    assert policy.pooling is None
    assert policy.sizing.kelly_cap == SETTINGS.portfolio.kelly.cap


def test_a_grid_is_every_combination_in_order() -> None:
    cells = grid_of(Variant(), ["min_ev=0.01,0.02", "pool=0,1"])
    assert [name for name, _ in cells] == [
        "min_ev=0.01 pool=0",
        "min_ev=0.01 pool=1",
        "min_ev=0.02 pool=0",
        "min_ev=0.02 pool=1",
    ]
    assert cells[2][1] == Variant(min_ev=0.02, pool=False)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("min_ev", "give name=value"),
        ("no_such=1", "names are"),
        ("pool=perhaps", "takes bool"),
        ("forecast_shift=1.5", "takes int"),
        ("fee_type=flat", "there are quadratic"),
        ("pool_weight=1.5", "must lie in"),
        ("baseline_contracts=0", "must be >= 1"),
        ("forecast_hours=-1", "must be >= 0"),
    ],
)
def test_what_cannot_be_read_is_refused(pair: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        with_values(Variant(), [pair])


@pytest.mark.parametrize("changes", ["kelly_cap=0.5", "max_var=99999", "min_ev=-1", "contracts=0"])
def test_no_cap_can_be_loosened(changes: str) -> None:
    with pytest.raises(UsageError):
        plan_of("WEATHER", with_values(Variant(), [changes]), SETTINGS, {})


@pytest.mark.parametrize("changes", ["place_seconds=-1", "ahead_share=-1", "touch_minutes=-1"])
def test_rules_out_of_range_are_refused(changes: str) -> None:
    with pytest.raises(UsageError, match="cannot be negative"):
        _ = with_values(Variant(), [changes]).rules


def test_an_axis_is_named_once() -> None:
    with pytest.raises(UsageError, match="twice"):
        grid_of(Variant(), ["pool=0", "pool=1"])


def test_every_setting_is_on_its_page() -> None:
    page = (Path(REPO) / "docs/how-to/replay-the-tape.md").read_text()
    section = page.split("## Settings")[1].split("## ")[0]
    documented = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)
    assert documented == [each.name for each in fields(Variant)]
