from __future__ import annotations

from collections.abc import Callable
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
    assert set(limits) == {"KXCPI-25MAY", "KXCPIYOY-25MAY", "KXCPICORE-25MAY"}


def test_an_unsettled_fill_is_held(morning: Morning, entry: Build) -> None:
    row = entry(as_of=EARLIER, filled_e2=300, fee_e6=20_000, filled_at=AT - timedelta(hours=1))
    [found] = held(morning, row).exposures["KXCPI-25MAY"]
    assert found.commitment is Commitment.FILLED
    assert (found.ticker, found.side) == ("KXCPI-25MAY-T0.1", Side.NO)
    assert (found.price, found.contracts, found.fee) == (
        Price(4200),
        Contracts(300),
        Money(20_000),
    )


def test_an_order_that_its_tape_fills_later_rests_with_all_it_posted(
    morning: Morning, entry: Build
) -> None:
    """The run must not know how much will fill."""
    row = entry(as_of=EARLIER, filled_e2=300, filled_at=AT + timedelta(minutes=1))
    [found] = held(morning, row).exposures["KXCPI-25MAY"]
    assert (found.commitment, found.contracts) == (Commitment.RESTING, Contracts(500))


@pytest.mark.parametrize(
    "change",
    [
        {"as_of": AT},  # this very run, which is about to write it again
        {"as_of": AT + timedelta(seconds=1)},
        {"mode": LedgerMode.PAPER},
        {"environment": "prod"},
        {"filled_e2": 0},
        {"kind": EntryKind.EXPECTED, "filled_e2": 0},
        {"settled_at": AT, "payout_e6": 5_000_000, "outcome": 1},
    ],
)
def test_other_rows_are_not_held(morning: Morning, entry: Build, change: dict[str, object]) -> None:
    assert held(morning, entry(**({"as_of": EARLIER} | change))).exposures == {}


def test_another_session_of_the_same_instant_is_held(morning: Morning, entry: Build) -> None:
    assert held(morning, entry(run_scope="scan")).exposures
