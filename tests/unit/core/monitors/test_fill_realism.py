from __future__ import annotations

from dataclasses import replace

import pytest

from desk import ledger_row
from kalshi_alpha.core.ledger.entry import EntryKind
from kalshi_alpha.core.monitors.fill_realism import PairedOrder, fill_realism, paired_orders
from kalshi_alpha.core.monitors.outcome import MonitorStatus


def orders(simulated: float, realised: float, n: int = 12) -> list[PairedOrder]:
    # A little noise, so that the interval has a width.
    return [PairedOrder(f"U{i}", simulated, realised + 0.02 * (i % 2)) for i in range(n)]


@pytest.mark.parametrize(
    ("simulated", "realised", "status"),
    [
        (0.5, 0.45, MonitorStatus.OK),
        (0.6, 0.40, MonitorStatus.ALERT),
        (0.3, 0.60, MonitorStatus.ALERT),
    ],
)
def test_a_gap_alerts_on_either_side(
    simulated: float, realised: float, status: MonitorStatus
) -> None:
    found = fill_realism({"CPI": orders(simulated, realised)}, 10.0)
    assert found.status is status
    assert found.figure == pytest.approx(100 * (simulated - realised - 0.01))


def test_a_single_piece_of_news_says_too_little() -> None:
    one = [PairedOrder("U", 1.0, 0.0)] * 5
    assert fill_realism({"CPI": one}, 10.0).status is MonitorStatus.NO_DATA
    assert fill_realism({"CPI": []}, 10.0).status is MonitorStatus.NO_DATA


def test_an_order_is_paired_with_the_forecast_of_its_own_clock_market_and_side() -> None:
    filled = ledger_row(filled_e2=250)
    forecast = replace(
        filled, kind=EntryKind.EXPECTED, filled_e2=0, fee_e6=0, expected_e2=200, expected_hi_e2=400
    )
    other = replace(forecast, market_ticker="KXCPI-24NOV-T0.4")
    pairs = paired_orders([filled, forecast, other])
    assert pairs["CPI"] == [PairedOrder("CPI:2024-12-11", 0.4, 0.5)]
