from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kalshi_alpha.sim.app import AppOptions, SimApp
from kalshi_alpha.sim.auth import KeyRing
from kalshi_alpha.sim.worlds import World, drawn_outcomes, fixture_world
from kalshi_alpha.sim.worlds_open import open_exchange
from sim_exchange import Clock

FIXTURES = Path(__file__).resolve().parents[2] / "data_fixtures"


@pytest.fixture(scope="module")
def world() -> World:
    whole = fixture_world(FIXTURES).only(["KXCPI"])
    return whole.settling(drawn_outcomes(whole, 1))


def _open(world: World, pace: float | None, seed: int = 1) -> tuple[SimApp, Clock]:
    clock = Clock(world.starts_at)
    options = AppOptions(seed=seed, limits_rates=False)
    app = open_exchange(world, clock=clock, keys=KeyRing(), options=options, flow_pace=pace)
    return app, clock


def test_without_flow_the_books_stand_as_they_were(world: World) -> None:
    app, clock = _open(world, None)
    before = {t: app.engine.book(t).yes for t in world.tickers}
    app.advance(clock.step(3600))
    assert {t: app.engine.book(t).yes for t in world.tickers} == before
    assert app.flow is None


def test_with_flow_others_trade_the_same_under_a_seed(world: World) -> None:
    def tape(seed: int) -> list[object]:
        app, clock = _open(world, 20.0, seed)
        app.advance(clock.step(1800))
        return [trade for ticker in world.tickers for trade in app.engine.trades(ticker)]

    assert len(tape(1)) > 10
    assert tape(1) == tape(1)
    assert tape(1) != tape(2)


def test_every_market_ends_by_itself(world: World) -> None:
    app, clock = _open(world, 1.0)
    ends = max(m.determined_at for m in world.listed if m.determined_at is not None)
    clock.at = ends + timedelta(minutes=10)
    app.advance(clock.now())
    assert {str(view.status) for view in app.engine.markets()} == {"finalized"}
