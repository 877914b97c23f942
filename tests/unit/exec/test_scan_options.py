from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from desk import REPOSITORY
from kalshi_alpha.config.settings import Settings, load_settings
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA
from kalshi_alpha.core.execution.slippage import CurveForm, SlippageCurve
from kalshi_alpha.core.proposals.policy import ScanPolicy, SizingRule
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.exec.scan_options import ScanOptions, decimal_option

SETTINGS = load_settings(REPOSITORY / "configs")
AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


def policy(settings: Settings = SETTINGS, **options: Any) -> ScanPolicy:
    return ScanOptions(**options).policy(settings, COLD_START_ALPHA, AT)


def test_without_flags_the_configuration_decides() -> None:
    sizing = policy().sizing
    assert sizing.bankroll == Money(10_000 * 10**6)
    assert (sizing.kelly_multiplier, sizing.kelly_cap, sizing.probability_se) == (0.25, 0.25, 0.02)
    assert sizing.contracts is None
    assert policy().at == AT
    assert (policy().alpha_join, policy().alpha_improve) == (0.5, 0.5)
    assert ScanOptions().var_limit(SETTINGS) == 2000.0


def test_flags_may_tighten() -> None:
    assert policy(kelly_cap=0.1).sizing.kelly_cap == 0.1
    assert ScanOptions(max_var_usd=0.0).var_limit(SETTINGS) == 0.0
    assert policy(contracts=Decimal("2.5")).sizing.contracts == Contracts(250)
    assert policy(bankroll_usd=Decimal("99.5")).sizing.bankroll == Money(99_500_000)
    assert policy(min_ev=0.02, ev_honesty_shrink=0.5).min_ev == 0.02


def test_fixed_sizing_is_one_contract_unless_said_otherwise() -> None:
    assert policy(sizing=SizingRule.FIXED).sizing.contracts == Contracts(100)


def test_a_loosened_file_is_sized_as_if_it_were_not() -> None:
    """The gate refuses it; the sizes of what is withheld are the agreed ones."""
    kelly = replace_struct(
        SETTINGS.portfolio.kelly, cap=0.9, multiplier=1.0, min_probability_se=0.0
    )
    portfolio = replace_struct(SETTINGS.portfolio, kelly=kelly, bankroll_usd=90_000)
    assert policy(replace(SETTINGS, portfolio=portfolio)).sizing == policy().sizing


def replace_struct(value: Any, **changes: Any) -> Any:
    import msgspec

    return msgspec.structs.replace(value, **changes)


@pytest.mark.parametrize(
    "options",
    [
        {"kelly_cap": 0.2501},
        {"kelly_cap": 0.0},
        {"kelly_cap": float("nan")},
        {"bankroll_usd": Decimal(0)},
        {"bankroll_usd": Decimal("10000.01")},
        {"bankroll_usd": Decimal("1e-7")},
        {"bankroll_usd": Decimal("NaN")},
        {"contracts": Decimal("0.001")},
        {"contracts": Decimal("Infinity")},
        {"min_ev": float("nan")},
        {"ev_honesty_shrink": 1.1},
        {"fill_alpha": "x"},
        {"max_var_usd": 2000.5},
        {"max_var_usd": float("nan")},
        {"impact_cap": float("inf")},
    ],
)
def test_what_cannot_be_used_is_refused_before_work_begins(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="--"):
        ScanOptions(**options).require_allowed(SETTINGS)


def test_what_can_be_used_passes() -> None:
    ScanOptions(fill_alpha="auto", impact_cap=2.0, max_var_usd=10.0).require_allowed(SETTINGS)


def test_the_impact_cap_flattens_the_curve() -> None:
    curve = ScanOptions(impact_cap=2.0).slippage_curve()
    assert curve.ticks(1.0) == 1.0
    assert curve.ticks(5.0) == 2.0
    assert ScanOptions().slippage_curve().ticks(5.0) == 3.0


def test_a_stored_curve_comes_before_the_cold_start_and_the_impact_cap_before_its_own() -> None:
    knots = np.array([1.0, 2.0, 3.0])
    stored = SlippageCurve(CurveForm.ISOTONIC, knots, knots - 1.0, knots / 2.0, 3.0)
    assert ScanOptions().slippage_curve(stored) is stored
    capped = ScanOptions(impact_cap=2.0).slippage_curve(stored)
    assert (capped.ticks(1.0), capped.ticks(3.0), stored.ticks(3.0)) == (0.5, 1.0, 1.5)
    assert ScanOptions(impact_cap=9.0).slippage_curve(stored).ticks(9.0) == 1.5


def test_numbers_on_the_command_line_are_read_exactly() -> None:
    assert decimal_option("--contracts", "0.1") == Decimal("0.1")
    assert decimal_option("--contracts", None) is None
    with pytest.raises(UsageError, match="--contracts takes a number, was '1,5'"):
        decimal_option("--contracts", "1,5")
