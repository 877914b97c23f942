from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desk import AT, Morning
from kalshi_alpha.core.ledger.entry import EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.risk.pal import Commitment
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.exec.holdings import held_and_allowed

Build = Callable[..., LedgerEntry]
EARLIER = AT - timedelta(hours=2)


def held(morning: Morning, *rows: LedgerEntry) -> Holdings:
    policy = morning.run.settings.pal_policy
    return held_and_allowed(morning.run, rows, morning.scanned.snapshots, policy, "pre_cpi")


def test_every_ladder_has_its_limits(morning: Morning) -> None:
    limits = held(morning).limits
    assert set(limits) == {"KXCPI-24NOV", "KXCPIYOY-24NOV", "KXCPICORE-24NOV"}


def test_a_fill_is_held_and_what_is_left_of_its_order_rests(morning: Morning, entry: Build) -> None:
    """The fee of the two contracts that rest: 0.0175 x 2 x 0.68 x 0.32 = 0.007616 dollars."""
    row = entry(as_of=EARLIER, filled_e2=300, fee_e6=20_000, filled_at=AT - timedelta(hours=1))
    filled, resting = held(morning, row).exposures["KXCPI-24NOV"]
    assert (filled.ticker, filled.side, filled.price) == ("KXCPI-24NOV-T0.3", Side.NO, Price(6800))
    assert (filled.commitment, filled.contracts, filled.fee) == (
        Commitment.FILLED,
        Contracts(300),
        Money(20_000),
    )
    assert (resting.commitment, resting.contracts, resting.fee) == (
        Commitment.RESTING,
        Contracts(200),
        Money(7_700),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"filled_e2": 300, "filled_at": AT + timedelta(minutes=1)},
        {"filled_e2": 0},
        {"filled_e2": 0, "kind": EntryKind.EXPECTED, "lead_hours": 3.0},
    ],
)
def test_an_order_that_the_tape_has_not_reached_rests_with_all_it_posted(
    morning: Morning, entry: Build, change: dict[str, object]
) -> None:
    """The run must not know how much will fill, nor that nothing will."""
    [found] = held(morning, entry(**({"as_of": EARLIER} | change))).exposures["KXCPI-24NOV"]
    assert (found.commitment, found.contracts) == (Commitment.RESTING, Contracts(500))


@pytest.mark.parametrize("kind", [{}, {"lead_hours": None}])
def test_what_ended_no_longer_rests_and_what_filled_of_it_is_held(
    morning: Morning, entry: Build, kind: dict[str, object]
) -> None:
    ended = {"as_of": EARLIER, "ended_at": AT - timedelta(minutes=30)} | kind
    assert held(morning, entry(**ended, filled_e2=0)).exposures == {}
    part = entry(**ended, filled_e2=300, filled_at=AT - timedelta(hours=1))
    [found] = held(morning, part).exposures["KXCPI-24NOV"]
    assert (found.commitment, found.contracts) == (Commitment.FILLED, Contracts(300))


def test_an_order_that_ends_after_the_clock_still_rests(morning: Morning, entry: Build) -> None:
    row = entry(as_of=EARLIER, filled_e2=0, ended_at=AT + timedelta(seconds=1))
    [found] = held(morning, row).exposures["KXCPI-24NOV"]
    assert (found.commitment, found.contracts) == (Commitment.RESTING, Contracts(500))


def test_nothing_rests_in_a_market_that_has_closed(morning: Morning, entry: Build) -> None:
    """An hour before its close, and looked at two hours later."""
    closed = {"as_of": EARLIER, "placed_at": EARLIER, "lead_hours": 1.0}
    assert held(morning, entry(**closed, filled_e2=0)).exposures == {}
    filled = entry(**closed | {"filled_at": EARLIER, "filled_e2": 300})
    [found] = held(morning, filled).exposures["KXCPI-24NOV"]
    assert (found.commitment, found.contracts) == (Commitment.FILLED, Contracts(300))


@pytest.mark.parametrize(
    "change",
    [
        {"as_of": AT},  # this very run, which is about to write it again
        {"as_of": AT + timedelta(seconds=1)},
        {"mode": LedgerMode.PAPER},
        {"environment": "prod"},
        {"settled_at": AT, "payout_e6": 5_000_000, "outcome": 1},
    ],
)
def test_other_rows_are_not_held(morning: Morning, entry: Build, change: dict[str, object]) -> None:
    assert held(morning, entry(**({"as_of": EARLIER} | change))).exposures == {}


def test_what_was_settled_decided_later_or_in_another_mode_takes_no_room(
    morning: Morning, entry: Build
) -> None:
    """Beside a row of our own that is held, three that are not."""
    own = entry(as_of=EARLIER, filled_e2=500, filled_at=EARLIER)
    others = [
        entry(as_of=EARLIER, price_e4=6100, settled_at=AT, payout_e6=5_000_000, outcome=1),
        entry(as_of=AT + timedelta(hours=1), price_e4=6200),
        entry(as_of=EARLIER, price_e4=6300, mode=LedgerMode.LIVE),
        entry(as_of=EARLIER, price_e4=6400, environment="demo"),
    ]
    found = held(morning, own, *others).exposures["KXCPI-24NOV"]
    assert [(each.price, each.contracts) for each in found] == [(Price(6800), Contracts(500))]


def test_another_session_of_the_same_instant_is_held(morning: Morning, entry: Build) -> None:
    assert held(morning, entry(run_scope="scan")).exposures


def test_an_event_that_is_not_scanned_is_held_too(morning: Morning, entry: Build) -> None:
    row = entry(as_of=EARLIER, event_ticker="KXCPI-24DEC", market_ticker="KXCPI-24DEC-T0.1")
    found = held(morning, row)
    assert found.exposures == {}
    assert set(found.elsewhere) == {row.risk_unit}


def test_what_another_family_holds_counts_by_its_risk_unit(morning: Morning, entry: Build) -> None:
    """Three NO at 0.68 with two cents of fees: 2.06 at risk, which pay 3 in 68 % of cases."""
    row = entry(
        as_of=EARLIER,
        event_ticker="KXJOBLESSCLAIMS-24DEC12",
        risk_unit="CLAIMS:2024-12-12",
        posted_e2=300,
        filled_e2=300,
        fee_e6=20_000,
        filled_at=AT - timedelta(hours=1),
    )
    found = held(morning, row)
    assert found.exposures == {}
    [(unit, book)] = found.elsewhere.items()
    assert unit == "CLAIMS:2024-12-12"
    assert (book.cost, book.payoff_e2, book.direction) == (Money.parse("2.06"), (0, 300), -1.0)
    assert book.probs == pytest.approx((0.32, 0.68))


@pytest.mark.parametrize(("minutes", "units"), [(25, {"TEMP_NE:NYC:2024-12-10"}), (26, set())])
def test_a_weather_order_rests_no_longer_than_its_window(
    morning: Morning, entry: Build, minutes: int, units: set[str]
) -> None:
    """Placed at 06:20 UTC, cancelled at 06:45, while its market is open for another day."""
    placed = AT.replace(hour=6, minute=20)
    row = entry(
        as_of=placed,
        placed_at=placed,
        family="WEATHER",
        event_ticker="KXHIGHNY-24DEC10",
        risk_unit="TEMP_NE:NYC:2024-12-10",
        filled_e2=0,
        filled_at=None,
        lead_hours=22.0,
    )
    clock = replace(morning.run.clock, at=placed + timedelta(minutes=minutes))
    later = replace(morning, run=replace(morning.run, clock=clock))
    assert set(held(later, row).elsewhere) == units
