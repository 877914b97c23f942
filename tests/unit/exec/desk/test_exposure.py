"""What is at risk against every cap."""

from __future__ import annotations

from datetime import timedelta

from desk import AT, ledger_row
from kalshi_alpha.config.loading import load
from kalshi_alpha.config.pal_policy import PalPolicy
from kalshi_alpha.config.pilot import load_pilot
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind
from kalshi_alpha.core.monitors.drawdown import Span
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.types import Money
from kalshi_alpha.exec.desk import exposure
from kalshi_alpha.exec.monitors.drawdown_state import DrawdownFile, FallFound
from runs import REPO

POLICY = load(REPO / "configs/pal_policy.yaml", PalPolicy).value
AT_RISK = Money(3_400_000 + 19_100)


def test_open_fills_count_with_their_fees_by_ladder_and_by_strike() -> None:
    other = ledger_row(filled_at=AT, market_ticker="KXCPI-24NOV-T0.2", strike="> 0.2")
    found = exposure.of_ledger([ledger_row(filled_at=AT), other], POLICY, AT)
    ladder, *strikes = found
    assert (ladder.cap, ladder.of, ladder.mode) == ("ladder", "KXCPI-24NOV", "offline")
    assert ladder.used == AT_RISK + AT_RISK
    assert ladder.limit == Money(POLICY.caps("KXCPI").ladder_cap_usd * 1_000_000)
    assert [(each.of, each.used) for each in strikes] == [
        ("KXCPI-24NOV-T0.2", AT_RISK),
        ("KXCPI-24NOV-T0.3", AT_RISK),
    ]


def test_a_forecast_gives_way_to_what_filled() -> None:
    forecast = ledger_row(kind=EntryKind.EXPECTED, filled_e2=0, lead_hours=2.0)
    alone = exposure.of_ledger([forecast], POLICY, AT)
    assert alone[0].used == Money(3_400_000)
    both = exposure.of_ledger([forecast, ledger_row(filled_at=AT)], POLICY, AT)
    assert both[0].used == AT_RISK
    assert exposure.of_ledger([forecast], POLICY, AT + timedelta(hours=3)) == ()


def test_an_empty_journal_uses_nothing_of_the_pilots_caps() -> None:
    caps = load_pilot(REPO / "configs/pilot.yaml").value.caps
    (total,) = exposure.of_journal(Blotter(), "demo", caps)
    assert (total.cap, total.mode, total.used) == ("pilot total", "demo", Money(0))
    assert total.limit == Money(int(caps.total_usd * 1_000_000))


def test_the_value_at_risk_of_a_scan_is_shown_against_its_limit() -> None:
    document = {"mode": "PAPER", "value_at_risk": {"usd": 350.9053, "limit_usd": 2000.0}}
    (use,) = exposure.of_scan(document, "CPI")
    assert (use.of, use.mode, use.used) == ("CPI", "paper", Money(350_905_300))
    assert list(exposure.of_scan({"value_at_risk": None}, "CPI")) == []


def test_falls_of_profit_are_shown_against_their_limits() -> None:
    fall = FallFound("paper", Span.WEEK, "120.50", "6000.00", reached=False)
    state = DrawdownFile(
        schema=1, generated_at=AT, clock_source=ClockSource.SYSTEM, falls=(fall,), days={}
    )
    (use,) = exposure.of_drawdown(state)
    assert (use.cap, use.used, use.limit) == (
        "drawdown week",
        Money(120_500_000),
        Money(6_000_000_000),
    )
