from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.units import atom_pnl, settled_units
from kalshi_alpha.core.types import Money, Side

Build = Callable[..., LedgerEntry]
AT = datetime(2025, 6, 11, 14, tzinfo=UTC)


def test_the_worked_example_has_four_units(worked_example: list[LedgerEntry]) -> None:
    units = settled_units(reversed(worked_example))
    assert [unit.risk_unit for unit in units] == ["E1", "E2", "E3", "E4"]
    assert [str(u.realised) for u in units] == ["2.870000", "-9.220000", "7.300000", "0.940000"]
    # 10 at 310 bps and 5 at 390.
    assert units[0].expected_usd == pytest.approx(0.505)
    # YES and NO of one market: cost 7.05 and fees .08; ten or five of them pay.
    assert (units[0].worst, units[0].best) == (Money.parse("-2.13"), Money.parse("2.87"))
    assert sum(unit.realised.e6 for unit in units) == 1_890_000


def test_a_unit_with_an_open_entry_waits(make_entry: Build) -> None:
    settled = make_entry(settled_at=AT, outcome=1, payout_e6=10_000_000)
    unfilled = make_entry(filled_e2=0, fee_e6=0)
    assert settled_units([settled, make_entry(market_ticker="KXCPI-25MAY-T0.3")]) == []
    assert len(settled_units([settled, unfilled])) == 1


def test_profit_on_each_atom_is_payout_less_cost_and_fee(make_entry: Build) -> None:
    entries = [
        make_entry(market_ticker="A", fee_e6=50_000),
        make_entry(market_ticker="B", side=Side.NO, price_e4=5500, fee_e6=30_000),
    ]
    pays = {"A": np.array([False, True, True]), "B": np.array([False, False, True])}
    np.testing.assert_allclose(atom_pnl(entries, pays), [0.12, 10.12, 0.12], atol=1e-12)


def test_profit_needs_entries_and_payoffs_on_the_same_atoms(make_entry: Build) -> None:
    with pytest.raises(BadParameter, match="no entries"):
        atom_pnl([], {})
    with pytest.raises(BadParameter, match="payoffs"):
        atom_pnl([make_entry()], {})
    pair = [make_entry(market_ticker="A"), make_entry(market_ticker="B")]
    with pytest.raises(BadParameter, match="for B"):
        atom_pnl(pair, {"A": np.array([True]), "B": np.array([True, False])})
