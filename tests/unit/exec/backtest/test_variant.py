from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.exec.backtest.plan import plan_of
from kalshi_alpha.exec.backtest.variant import RANGES, Variant, grid_of, with_values
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
        ("pool=perhaps", "pool takes on or off, was 'perhaps'"),
        ("forecast_shift=1.5", "forecast_shift takes a whole number from -1,000 to 1,000"),
        (f"forecast_shift={10**400}", "forecast_shift takes"),
        ("touch_minutes=-3", "touch_minutes takes a number from 0 to 1,000,000, was -3"),
        ("touch_minutes=nan", "touch_minutes takes a number from 0 to 1,000,000, was nan"),
        ("touch_minutes=", "touch_minutes takes a number from 0 to 1,000,000, was ''"),
        ("place_seconds=inf", "place_seconds takes"),
        ("cancel_seconds=1e400", "cancel_seconds takes"),
        ("ahead_share=-1", "ahead_share takes"),
        ("max_spread_cents=nan", "max_spread_cents takes"),
        ("baseline_edge_cents=nan", "baseline_edge_cents takes"),
        ("every_minutes=1e-9", "every_minutes takes 0 or at least 0.01"),
        ("kelly_cap=nan", "kelly_cap takes"),
        ("contracts=nan", "contracts takes a number above 0"),
        ("contracts=many", "contracts takes a number"),
        ("bankroll=-5", "bankroll takes a number above 0"),
        ("fee_type=flat", "there are quadratic"),
        ("pool_weight=1.5", "pool_weight takes a number from 0 to 1, was 1.5"),
        ("baseline_contracts=0", "baseline_contracts takes a whole number from 1"),
        ("forecast_hours=-1", "forecast_hours takes"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_flag_and_setting(pair: str, said: str) -> None:
    for flag, read in (("--set", with_values), ("--grid", grid_of)):
        with pytest.raises(UsageError) as refused:
            read(Variant(), [pair])
        message = str(refused.value)
        assert message.startswith(f"{flag} {pair.partition('=')[0]}")
        assert said in message
        assert "\n" not in message


@pytest.mark.parametrize("changes", ["kelly_cap=0.5", "max_var=99999", "min_ev=-1", "contracts=0"])
def test_no_cap_can_be_loosened(changes: str) -> None:
    with pytest.raises(UsageError):
        plan_of("WEATHER", with_values(Variant(), [changes]), SETTINGS, {})


@pytest.mark.parametrize("end", [0, 1], ids=["least", "most"])
@pytest.mark.parametrize("name", list(RANGES))
def test_the_ends_of_every_range_make_rules(name: str, end: int) -> None:
    found = with_values(Variant(), [f"{name}={RANGES[name][end]:.0f}"])
    assert found.rules.place_us >= 0
    assert found.baseline_rules.count_e2 > 0


def test_every_number_has_a_range() -> None:
    numbers = [each.name for each in fields(Variant) if str(each.type).startswith(("float", "int"))]
    assert list(RANGES) == sorted(RANGES, key=numbers.index)
    assert set(RANGES) == set(numbers)


def test_an_axis_is_named_once() -> None:
    with pytest.raises(UsageError, match="twice"):
        grid_of(Variant(), ["pool=0", "pool=1"])


def test_every_setting_is_on_its_page() -> None:
    page = (Path(REPO) / "docs/how-to/replay-the-tape.md").read_text()
    section = page.split("## Settings")[1].split("## ")[0]
    documented = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)
    assert documented == [each.name for each in fields(Variant)]
