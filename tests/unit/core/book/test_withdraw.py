from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.book.withdraw import Signal, WithdrawReason, withdraw_reason
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import Side

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def _reason(
    side: Side, then: float | None, latest: float | None, age_s: float = 1.0, tick_e4: int = 100
) -> WithdrawReason | None:
    seen_at = NOW - timedelta(seconds=age_s)
    return withdraw_reason(
        side,
        Signal(then, NOW - timedelta(hours=1)),
        Signal(latest, seen_at),
        now=NOW,
        tick_e4=tick_e4,
    )


@pytest.mark.parametrize(
    ("side", "then", "latest", "withdraws"),
    [
        pytest.param(Side.YES, 0.44, 0.425, True, id="YES bid, value falls by 1.5 ticks"),
        pytest.param(Side.YES, 0.44, 0.43, False, id="exactly one tick may rest"),
        pytest.param(Side.YES, 0.44, 0.60, False, id="YES bid, value rises"),
        pytest.param(Side.NO, 0.44, 0.455, True, id="NO bid, YES rises by 1.5 ticks"),
        pytest.param(Side.NO, 0.44, 0.20, False, id="NO bid, YES falls"),
        pytest.param(Side.YES, 0.44, float("nan"), True, id="a NaN is against us"),
    ],
)
def test_a_signal_more_than_a_tick_against_us_withdraws(
    side: Side, then: float, latest: float, *, withdraws: bool
) -> None:
    assert (_reason(side, then, latest) is WithdrawReason.SIGNAL_AGAINST) is withdraws


def test_the_tick_is_the_markets_own() -> None:
    assert _reason(Side.YES, 0.05, 0.048, tick_e4=10) is WithdrawReason.SIGNAL_AGAINST
    assert _reason(Side.YES, 0.05, 0.048, tick_e4=100) is None


@pytest.mark.parametrize(
    ("age_s", "reason"),
    [
        (120.0, None),
        (120.001, WithdrawReason.SNAPSHOT_STALE),
        (-0.001, WithdrawReason.SNAPSHOT_FUTURE),
        (0.0, None),
    ],
)
def test_a_snapshot_older_than_two_minutes_or_from_the_future_withdraws(
    age_s: float, reason: WithdrawReason | None
) -> None:
    assert _reason(Side.YES, 0.44, 0.44, age_s) is reason


@pytest.mark.parametrize(("then", "latest"), [(None, 0.4), (0.4, None)])
def test_no_signal_withdraws(then: float | None, latest: float | None) -> None:
    assert _reason(Side.YES, then, latest) is WithdrawReason.SIGNAL_MISSING


@pytest.mark.parametrize(("tick_e4", "age_s_max"), [(0, 120.0), (100, 0.0), (100, float("nan"))])
def test_impossible_limits_are_refused(tick_e4: int, age_s_max: float) -> None:
    signal = Signal(0.4, NOW)
    with pytest.raises(BadParameter):
        withdraw_reason(Side.YES, signal, signal, now=NOW, tick_e4=tick_e4, age_s_max=age_s_max)
