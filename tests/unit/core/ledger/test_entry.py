from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.types import Money, Side

Build = Callable[..., LedgerEntry]
SETTLED = datetime(2025, 6, 11, 14, tzinfo=UTC)


def test_the_same_order_of_the_same_run_has_the_same_id(make_entry: Build) -> None:
    first = make_entry()
    again = make_entry(p=0.5, fee_e6=0, filled_e2=500)
    assert first.entry_id == again.entry_id
    assert len(first.entry_id) == 64


def test_the_id_is_of_the_instant_and_not_of_its_zone(make_entry: Build) -> None:
    new_york = timezone(timedelta(hours=-4))
    first = make_entry()
    assert make_entry(as_of=first.as_of.astimezone(new_york)).entry_id == first.entry_id


@pytest.mark.parametrize(
    "change",
    [
        {"mode": LedgerMode.LIVE},
        {"environment": "demo"},
        {"event_ticker": "KXCPI-25JUN"},
        {"market_ticker": "KXCPI-25MAY-T0.3"},
        {"side": Side.NO},
        {"price_e4": 4400},
        {"as_of": SETTLED},
        {"run_scope": "scan"},
        {"kind": EntryKind.EXPECTED, "filled_e2": 0},
    ],
)
def test_another_order_or_run_has_another_id(make_entry: Build, change: dict[str, Any]) -> None:
    assert make_entry(**change).entry_id != make_entry().entry_id


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"mode": LedgerMode.LIVE}, True),
        ({"mode": LedgerMode.DEMO, "environment": "demo"}, True),
        ({"mode": LedgerMode.OFFLINE}, False),
        ({"mode": LedgerMode.SIM}, False),
        ({"environment": "offline"}, False),
        ({"environment": "sim"}, False),
        ({"clock_source": ClockSource.SET}, False),
        ({"kind": EntryKind.EXPECTED, "filled_e2": 0}, False),
        ({"filled_e2": 0, "fee_e6": 0}, False),
    ],
)
def test_offline_simulated_set_clock_and_forecast_rows_are_no_evidence(
    make_entry: Build, change: dict[str, Any], *, expected: bool
) -> None:
    assert make_entry(**change).evidence is expected


def test_realised_profit_is_exact_money(make_entry: Build) -> None:
    won = make_entry(settled_at=SETTLED, outcome=1, payout_e6=10_000_000)
    assert won.realised == Money.parse("5.65")
    assert make_entry().realised is None


def test_expected_edge_is_shrunk_and_the_fee_is_not(make_entry: Build) -> None:
    entry = make_entry()
    assert entry.fee_per_contract == pytest.approx(0.005, abs=1e-15)
    assert entry.ev_expected == pytest.approx(0.0310, abs=1e-12)
    assert entry.ev_honest == pytest.approx(0.0260, abs=1e-12)


def test_a_forecast_row_counts_its_expected_fills(make_entry: Build) -> None:
    entry = make_entry(
        kind=EntryKind.EXPECTED,
        filled_e2=0,
        expected_e2=450,
        expected_lo_e2=200,
        expected_hi_e2=700,
        fee_e6=20_000,
    )
    assert entry.count_e2 == 450
    assert entry.cost == Money.parse("1.935")


def test_nothing_filled_costs_no_fee_per_contract(make_entry: Build) -> None:
    assert make_entry(filled_e2=0, fee_e6=0).fee_per_contract == 0.0


@pytest.mark.parametrize(
    "change",
    [
        {"posted_e2": -1},
        {"filled_e2": 1.5},
        {"filled_e2": 1001},
        {"fee_e6": 0.1},
        {"price_e4": 0},
        {"price_e4": 10_000},
        {"price_e4": 43.0},
        {"expected_e2": 5, "expected_lo_e2": 6, "expected_hi_e2": 7},
        {"expected_e2": 5, "expected_lo_e2": 4, "expected_hi_e2": 7},
        {"kind": EntryKind.EXPECTED},
        {"p": float("nan")},
        {"p": 1.01},
        {"p_model": float("nan")},
        {"p_model": -0.01},
        {"shrink": -0.1},
        {"close_mid": float("nan")},
        {"adverse": -0.01},
        {"adverse": float("nan")},
        {"as_of": datetime(2025, 6, 11)},  # noqa: DTZ001 - the missing zone is the point
        {"outcome": 1},
        {"payout_e6": 0},
        {"settled_at": SETTLED},
        {"settled_at": SETTLED, "payout_e6": 10_000_001},
        {"settled_at": SETTLED, "payout_e6": 0.0},
        {"settled_at": SETTLED, "payout_e6": 0, "outcome": 1},
    ],
)
def test_an_impossible_entry_cannot_be_built(make_entry: Build, change: dict[str, Any]) -> None:
    with pytest.raises(BadParameter, match="ledger entry of KXCPI-25MAY"):
        make_entry(**change)


@pytest.mark.parametrize(
    "touch",
    [
        {"touch_e4": 4200},
        {"touch_e4": 4200, "touch_depth_e2": 0, "tick_e4": 100},
        {"touch_e4": 10_000, "touch_depth_e2": 100, "tick_e4": 100},
        {"touch_e4": 4200.0, "touch_depth_e2": 100, "tick_e4": 100},
    ],
)
def test_a_touch_is_known_whole_or_not_at_all(
    make_entry: Callable[..., LedgerEntry], touch: dict[str, Any]
) -> None:
    with pytest.raises(BadParameter, match="touch"):
        make_entry(**touch)
    assert make_entry(touch_e4=4200, touch_depth_e2=100, tick_e4=100).touch_e4 == 4200


@pytest.mark.parametrize("filled_s", [None, 0.0, 1234.567891, 7199.9])
def test_a_row_knows_to_the_second_when_its_market_closes(
    make_entry: Callable[..., LedgerEntry], filled_s: float | None
) -> None:
    plain = make_entry()
    close_at = plain.placed_at + timedelta(hours=2)
    filled_at = None if filled_s is None else plain.placed_at + timedelta(seconds=filled_s)
    lead_hours = (close_at - (filled_at or plain.placed_at)).total_seconds() / 3600
    assert make_entry(filled_at=filled_at, lead_hours=lead_hours).closes_at == close_at
    assert plain.closes_at is None
