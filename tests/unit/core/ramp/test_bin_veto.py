from __future__ import annotations

from dataclasses import replace

from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.honesty_bins import honesty_bins
from kalshi_alpha.core.ramp.bin_veto import vetoing_bins
from world_cases import edge_units


def rows(price_e4: int, p: float, wins: int, n_units: int) -> list[LedgerEntry]:
    """One settled fill of ten contracts for each unit, of which some win."""
    like = next(row for unit in edge_units() for row in unit.entries if row.filled_e2)
    return [
        replace(
            like,
            price_e4=price_e4,
            p=p,
            posted_e2=1000,
            filled_e2=1000,
            fee_e6=0,
            lead_hours=20.0,
            risk_unit=f"CLAIMS:{unit}",
            outcome=int(unit < wins),
            payout_e6=10_000_000 * int(unit < wins),
        )
        for unit in range(n_units)
    ]


def test_a_score_of_honest_longshots_that_all_lost_is_no_proof() -> None:
    lost = rows(500, 0.07, wins=0, n_units=20)
    assert not vetoing_bins(lost)


def test_the_spread_of_outcomes_takes_the_same_longshots_for_proof() -> None:
    lost = rows(500, 0.07, wins=0, n_units=20)
    # Stakes differ a little, so that the spread is small and not zero.
    uneven = [replace(row, p=0.07 + 0.001 * at) for at, row in enumerate(lost)]
    (record,) = honesty_bins(uneven, 0.9).values()
    assert record.t_stat is not None
    assert record.t_stat < 5 * -2.0
    assert not vetoing_bins(uneven)


def test_two_hundred_lost_longshots_are_proof() -> None:
    assert vetoing_bins(rows(500, 0.07, wins=0, n_units=200))


def test_favourites_that_win_as_often_as_promised_are_kept() -> None:
    assert not vetoing_bins(rows(8000, 0.84, wins=34, n_units=40))


def test_favourites_that_win_half_as_often_are_vetoed() -> None:
    assert vetoing_bins(rows(8000, 0.84, wins=17, n_units=40))


def test_nine_units_are_too_few_to_veto() -> None:
    assert not vetoing_bins(rows(8000, 0.84, wins=0, n_units=9))


def test_an_empty_ledger_vetoes_nothing() -> None:
    assert vetoing_bins([]) == ()
