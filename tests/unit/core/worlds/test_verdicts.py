from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.slope_interval import SlopeInterval
from kalshi_alpha.core.worlds.life import SeedResult
from kalshi_alpha.core.worlds.looks import Look
from kalshi_alpha.core.worlds.verdicts import Mean, Share, verdict_of

PLAIN = SeedResult(
    seed=0,
    orders=10,
    fills=5,
    units=4,
    contracts=100.0,
    net_bps=200.0,
    expected_bps=150.0,
    delta_bps=50.0,
    closing_bps=40.0,
    closing_t=1.0,
    closing_sd_bps=300.0,
    looks=(),
    n_looks=8,
    e_value=1.0,
    slope=SlopeInterval(1.0, 0.5, 20.0, 0.2, 1.8),
    slope_top=2.0,
    slope_bottom=2.0,
    guard_unit=None,
    breaches=(),
    lowest=-20.0,
    final=30.0,
    live_pnl=0.0,
)


def go(
    number: int,
    *,
    honest: bool = True,
    by_own_spread: bool = True,
    by_closing: bool = True,
    e_value: float = 1.0,
) -> Look:
    return Look(number, honest, by_own_spread, by_closing, e_value)


def test_a_share_has_wilsons_interval() -> None:
    """Ten of a hundred at 95 %: 0.0552 to 0.1744 (Wilson 1927)."""
    share = Share.of(10, 100)
    assert (share.low, share.high) == pytest.approx((0.0552, 0.1744), abs=5e-5)


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(BadParameter, match="no share"):
        Share.of(0, 0)


def test_no_seed_shows_nothing() -> None:
    with pytest.raises(BadParameter, match="without a seed"):
        verdict_of([], 1.0)


def test_a_mean_of_one_value_has_no_error() -> None:
    assert Mean.of(np.array([3.0])) == Mean(3.0, np.inf)


def test_looks_are_counted_by_what_said_go() -> None:
    lives = [
        replace(PLAIN, looks=(go(2), go(7))),
        replace(PLAIN, looks=(go(7, honest=False, by_closing=False),)),
        replace(PLAIN, looks=(go(6, by_own_spread=False, e_value=25.0),)),
        PLAIN,
    ]
    found = verdict_of(lives, 1e4)
    assert found.go_ever.share == 0.5
    assert found.go_last.share == 0.25
    assert found.go_ever_bar_bins.share == 0.75
    assert found.go_last_bar_bins.share == 0.5
    assert found.go_ever_own_spread.share == 0.5
    assert found.go_ever_by_closing.share == 0.5
    assert found.go_ever_e_value.share == 0.25
    assert found.first_go == pytest.approx((3 + 7) / 2)


def test_edges_are_weighted_by_contracts() -> None:
    lives = [PLAIN, replace(PLAIN, contracts=300.0, net_bps=-200.0)]
    assert verdict_of(lives, 1e4).net_bps.mean == pytest.approx(-100.0)


def test_the_true_slope_is_the_ratio_of_sums_and_is_covered_or_not() -> None:
    wide = SlopeInterval(3.0, 1.0, 20.0, 1.3, 4.7)
    found = verdict_of([PLAIN, replace(PLAIN, slope=wide, slope_top=6.0)], 1e4)
    assert found.slope_true == 2.0
    assert found.slope.mean == 2.0
    assert found.slope_cover.share == 0.5


def test_ruin_caps_and_alerts_are_counted() -> None:
    lives = [replace(PLAIN, lowest=-50.0, breaches=("ladder",), guard_unit=9), PLAIN]
    found = verdict_of(lives, 50.0)
    assert (found.ruined, found.caps_broken, found.guard_week) == (1, 1, 10.0)
    assert found.guard_alert.share == 0.5
    assert verdict_of([PLAIN], 50.0).guard_week is None


def test_lives_without_a_fill_show_no_edge() -> None:
    idle = replace(PLAIN, contracts=0.0, slope_bottom=0.0, slope_top=0.0, slope=None)
    found = verdict_of([idle, idle], 1e4)
    assert (found.net_bps.mean, found.slope_true) == (0.0, 0.0)
