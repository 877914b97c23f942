from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from kalshi_alpha.core.types import Side
from kalshi_alpha.core.worlds.draws import N_STAGES, draw
from kalshi_alpha.core.worlds.ladders import (
    RESTS,
    close_of,
    forecast_of,
    ladder_of,
    scan_at,
    settled_at,
    snapshot_of,
)
from kalshi_alpha.core.worlds.world import WORLDS, Venue
from world_cases import terms

VENUE = Venue()
DRAWS = draw(WORLDS["edge"], VENUE, 4, np.random.default_rng(1))


def test_a_unit_is_scanned_before_it_closes_and_settles_after() -> None:
    clocks = [scan_at(2, stage) for stage in range(N_STAGES)]
    assert all(early + RESTS < late for early, late in pairwise(clocks))
    assert clocks[-1] + RESTS < close_of(2) < settled_at(2)
    assert settled_at(2) < scan_at(3, 0)
    assert close_of(3) - close_of(2) == timedelta(weeks=1)


def test_a_ladder_names_its_piece_of_news() -> None:
    ladder = ladder_of(DRAWS, VENUE, 1)
    assert ladder.risk_unit == f"CLAIMS:{close_of(1):%Y-%m-%d}"
    assert len(ladder.markets) == VENUE.n_strikes
    floors = [market.strike.floor for market in ladder.markets]
    assert floors[0] == 1000 * int(DRAWS.lowest_strike[1])


def test_the_books_show_the_quotes_that_were_drawn() -> None:
    ladder = ladder_of(DRAWS, VENUE, 1)
    books = snapshot_of(DRAWS, ladder, terms().fees, 1, 2).books
    for at, market in enumerate(ladder.markets):
        best = books[market.ticker].best_bid(Side.YES)
        cents = int(DRAWS.yes_bid[1, 2, 0, at])
        assert (0 if best is None else best.e4) == 100 * cents


def test_the_forecast_has_the_mean_and_the_spread_of_the_model() -> None:
    pmf = forecast_of(DRAWS, 1, 0)
    assert pmf.mean == pytest.approx(1000 * DRAWS.model_mean[1, 0], abs=5)
    assert pmf.sd == pytest.approx(1000 * DRAWS.model_sd[0], rel=0.01)
