from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kalshi_alpha.config.monitors import BASELINE
from kalshi_alpha.core.types import Money
from kalshi_alpha.exec.desk.desk import CapUse, Desk, MonitorSeen
from kalshi_alpha.exec.tearsheet.brakes import (
    GAUGES_SHOWN,
    brakes_card,
    caps_section,
    gauges,
    monitors_said,
    monitors_table,
)
from kalshi_alpha.exec.tearsheet.facts import Facts
from kalshi_alpha.exec.tearsheet.scans import Scan
from kalshi_alpha.exec.tearsheet.sheet import Tone


@pytest.fixture
def desk(facts: Facts) -> Desk:
    return facts.desk


def monitor(name: str, status: str, *, blocks: bool = False) -> MonitorSeen:
    return MonitorSeen(name, status, 1.0, 2.0, "t", "cause", "remedy", blocks, None, None)


def test_in_its_window_it_is_the_window_s_end_that_stops_it(desk: Desk) -> None:
    card = brakes_card(desk, ("CPI",), BASELINE)
    assert card.answer == "The end of its window, Wed 11 Dec 08:20 ET; or any of these."
    said = " ".join(card.lines)
    assert "Next release: cpi 2024-11, Wed 11 Dec 08:30 ET." in said
    assert "$2,000 in a day or $6,000 in a week" in said
    assert "kalshi-alpha kill on" in said
    assert "16 of 16 monitors have not run" in said


def test_a_kill_switch_goes_before_everything(desk: Desk) -> None:
    on = replace(desk, kill_switch=replace(desk.kill_switch, on=True))
    card = brakes_card(on, ("CPI",), BASELINE)
    assert (card.answer, card.tone) == ("The kill switch stops it now.", Tone.BAD)
    assert any("ON: nothing is sent" in line for line in card.lines)


def test_an_alert_that_blocks_is_named(desk: Desk) -> None:
    bad = replace(desk, monitors=(monitor("drawdown", "ALERT", blocks=True),))
    assert brakes_card(bad, ("CPI",), BASELINE).answer == "Alerts stop it now: drawdown."


def test_a_freeze_stops_it(desk: Desk) -> None:
    releases = tuple(replace(each, state="frozen") for each in desk.releases)
    card = brakes_card(replace(desk, releases=releases), ("CPI",), BASELINE)
    assert card.answer == "The freeze stops it now."
    assert "frozen: nothing may rest until" in card.lines[0]


def test_an_open_series_is_told_when_its_window_opens(desk: Desk) -> None:
    card = brakes_card(desk, ("TNEY",), BASELINE)
    assert card.answer == "Nothing does now; any of these would."
    assert "the next window opens Wed 11 Dec 14:30 ET" in card.lines[0]


def test_caps_show_the_market_where_least_is_left(scan: Scan) -> None:
    found = {each.name: each for each in gauges(scan, (), ("CPI",))}
    risk = found["value at risk, 99%, with all proposals"]
    assert (risk.used, risk.limit) == ("$350.91", "$2,000.00")
    strike = found["strike cap, fullest at KXCPIYOY-24NOV-T2.7"]
    # The dearest order of the worked example: 183 NO at 58 cents and their fee.
    assert (strike.used, strike.limit) == ("$106.92", "$2,500.00")


def test_caps_show_what_the_proposals_take_and_what_is_held_besides(scan: Scan) -> None:
    def market(ticker: str, ladder_room: float) -> dict[str, Any]:
        caps = [
            {"cap": "strike", "limit": 1000.0, "room": 1000.0},
            # Fifty are held; each turn finds less, by what was wanted before it was cut.
            {"cap": "ladder", "limit": 1000.0, "room": ladder_room},
            {"cap": "unit", "limit": 2500.0, "room": 2450.0},
        ]
        own = {"market_ticker": ticker, "event_ticker": "E", "risk_unit": "NEWS"}
        return own | {"caps": caps, "order": {"max_loss": "300.00"}}

    places = {"event_ticker": "E", "risk_unit": "NEWS"}
    proposals = [
        places | {"market_ticker": "E-A", "max_loss": "100.00"},
        places | {"market_ticker": "E-B", "max_loss": "120.50"},
    ]
    markets = [market("E-A", 950.0), market("E-B", 20.0)]
    made = replace(scan, said={**scan.said, "markets": markets, "proposals": proposals})
    found = {each.name: (each.used, each.limit) for each in gauges(made, (), ("CPI",))}
    assert found["strike cap, fullest at E-B"] == ("$120.50", "$1,000.00")
    assert found["ladder cap, fullest at E"] == ("$270.50", "$1,000.00")
    assert found["unit cap, fullest at NEWS"] == ("$270.50", "$2,500.00")


def test_a_cap_that_nothing_takes_is_no_gauge(scan: Scan) -> None:
    none = replace(scan, said={**scan.said, "proposals": []})
    assert not [each for each in gauges(none, (), ("CPI",)) if "cap" in each.name]


def test_what_orders_take_up_is_shown_too(scan: Scan) -> None:
    day = CapUse("drawdown day", "paper", "paper", Money(10_000_000), Money(2_000_000_000))
    risk = CapUse("value at risk", "CPI", "offline", Money(1_000_000), Money(2_000_000))
    other = replace(risk, of="TNEY")
    names = [each.name for each in gauges(scan, (day, risk, other), ("CPI",))]
    assert "drawdown day, paper (paper)" in names
    assert not any("TNEY" in name or "offline" in name for name in names)
    assert [each.name for each in gauges(None, (risk, other), ("CPI",))] == [
        "value at risk, CPI (offline)"
    ]


def test_only_the_fullest_caps_are_shown_and_the_others_counted(scan: Scan) -> None:
    many = tuple(
        CapUse("ladder", f"E{i}", "paper", Money(i * 1_000_000), Money(100_000_000))
        for i in range(12)
    )
    found = caps_section(None, many, ())
    assert found is not None
    assert [each.name for each in found.gauges][:2] == [
        "ladder, E11 (paper)",
        "ladder, E10 (paper)",
    ]
    assert len(found.gauges) == GAUGES_SHOWN
    assert "4 caps besides are emptier." in found.intro
    assert caps_section(None, (), ()) is None
    whole = caps_section(scan, (), ("CPI",))
    assert whole is not None
    assert whole.gauges[0].name.startswith("value at risk, 99%")


def test_monitors_stand_with_what_blocks_first() -> None:
    found = (monitor("b", "OK"), monitor("a", "ALERT"), monitor("z", "ALERT", blocks=True))
    assert [row[0] for row in monitors_table(found).rows] == ["z", "a", "b"]
    assert monitors_table(found).rows[0][1] == "ALERT, blocks"
    assert monitors_said(found) == "3 monitors: 2 alert, 1 block, 0 have not run."
    assert "have not run here" in monitors_said((monitor("a", "missing"),))


def test_a_past_window_is_not_the_next_thing(desk: Desk) -> None:
    assert all(each.until is None or each.until > desk.at for each in desk.releases)
    assert desk.at + timedelta(hours=2) < max(each.until for each in desk.releases if each.until)
