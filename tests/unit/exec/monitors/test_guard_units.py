from __future__ import annotations

from datetime import timedelta

import pytest

from desk import AT, ledger_row
from kalshi_alpha.config.loading import load
from kalshi_alpha.config.series import SeriesBook
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.types import Side
from kalshi_alpha.exec.monitors.guard_units import fed_units
from runs import REPO

BOOK = load(REPO / "configs/series.yaml", SeriesBook).value
TERMS = {each.ticker: each for each in BOOK.series}
LATER = AT + timedelta(hours=2)


def settled(paid: int = 1, **changes: object) -> LedgerEntry:
    whole = {"settled_at": LATER, "outcome": paid, "payout_e6": paid * 5_000_000}
    return ledger_row(**(whole | changes))


def test_a_unit_is_what_it_earned_and_what_its_orders_promised() -> None:
    row = settled()
    [unit] = fed_units([row], TERMS)
    assert (unit.result.unit_id, unit.result.settled_at) == ("CPI:2024-12-11", LATER)
    # Five NO at 0.68 paid five dollars, less a fee of 1.91 cents.
    assert unit.result.pnl == pytest.approx(1.5809)
    assert unit.result.risk.expected == pytest.approx(5 * row.ev_expected)
    # NO is believed at .68 + .9 (.72 - .68).
    assert sorted(unit.forecast.probs) == pytest.approx([0.284, 0.716])


def test_two_strikes_of_a_ladder_share_its_atoms() -> None:
    rows = [
        settled(),
        settled(market_ticker="KXCPI-24NOV-T0.2", strike="> 0.2", p=0.5, price_e4=4500),
    ]
    [unit] = fed_units(rows, TERMS)
    assert len(unit.forecast.probs) == 3
    assert sum(unit.forecast.probs) == pytest.approx(1.0)


def test_three_ladders_of_one_release_are_one_unit() -> None:
    other = settled(
        series="KXCPIYOY", event_ticker="KXCPIYOY-24NOV", market_ticker="Y", strike="> 2.6"
    )
    [unit] = fed_units([settled(), other], TERMS)
    assert unit.result.risk.worst == pytest.approx(2 * -3.4191)


def test_a_strike_that_cannot_be_read_is_a_market_by_itself() -> None:
    [unit] = fed_units([settled(strike="about 3", series="KXOTHER", side=Side.NO)], TERMS)
    assert len(unit.forecast.probs) == 2


def test_units_come_in_settlement_order_and_open_ones_wait() -> None:
    first = settled(risk_unit="A", settled_at=LATER - timedelta(hours=1))
    second, still_open = settled(risk_unit="B"), ledger_row(risk_unit="C")
    found = fed_units([second, still_open, first], TERMS)
    assert [unit.result.unit_id for unit in found] == ["A", "B"]


def test_a_market_paid_in_part_stays_within_its_bounds() -> None:
    [unit] = fed_units([settled(outcome=None, payout_e6=2_500_000)], TERMS)
    assert unit.result.risk.worst <= unit.result.pnl <= unit.result.risk.best
