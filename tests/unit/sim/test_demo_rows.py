from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.core.schedule import SeriesState
from kalshi_alpha.core.schedule.families import teny_phase, weather_phase
from kalshi_alpha.datastore.bond_calendar import bond_calendar
from kalshi_alpha.sim.demo_rows import DESKS, practice_rows

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("family", DESKS)
def test_every_row_says_that_it_is_practice(family: str) -> None:
    rows = practice_rows(family, AT, seed=1)
    assert {(row.mode, row.environment, row.clock_source) for row in rows} == {
        (LedgerMode.SIM, "sim", ClockSource.SET)
    }
    assert not any(row.evidence for row in rows)
    assert len({row.entry_id for row in rows}) == len(rows) >= 300
    assert all(row.settled_at is not None and row.settled_at < AT for row in rows)


def test_a_seed_gives_the_same_rows_and_another_seed_others() -> None:
    assert practice_rows("CPI", AT, seed=5) == practice_rows("CPI", AT, seed=5)
    assert practice_rows("CPI", AT, seed=5) != practice_rows("CPI", AT, seed=6)


def test_orders_are_placed_within_their_windows() -> None:
    bond_days = bond_calendar(2023, 2025)
    states = {teny_phase(row.placed_at, bond_days).state for row in practice_rows("TNEY", AT, 0)}
    assert states == {SeriesState.WINDOW}
    states = {weather_phase(row.placed_at).state for row in practice_rows("WEATHER", AT, 0)}
    assert states == {SeriesState.WINDOW}


def test_what_cannot_be_practised_is_said() -> None:
    with pytest.raises(BadParameter, match="there are CPI"):
        practice_rows("WHEAT", AT, 0)
    with pytest.raises(BadParameter, match="begins later"):
        practice_rows("CPI", datetime(2023, 1, 1, tzinfo=UTC), 0)
