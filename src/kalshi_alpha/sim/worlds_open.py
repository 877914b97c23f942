"""Opening an exchange on a world: its engine, its standing books or its flow, its protocol."""

from __future__ import annotations

from datetime import datetime

from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Price
from kalshi_alpha.sim.app import AppOptions, Flow, SimApp
from kalshi_alpha.sim.auth import KeyRing
from kalshi_alpha.sim.engine import Engine, EngineOptions
from kalshi_alpha.sim.faults import FaultPlan
from kalshi_alpha.sim.worlds import World, stand_books


def open_exchange(
    world: World,
    *,
    clock: Clock,
    keys: KeyRing,
    options: AppOptions | None = None,
    faults: FaultPlan | None = None,
    flow_pace: float | None = None,
    engine_options: EngineOptions | None = None,
) -> SimApp:
    """Open an exchange.

    Parameters
    ----------
    world
        Its markets, their books, and how they come out.
    clock
        Its time.
    keys
        Who may sign.
    options
        Of the protocol; its seed is that of the flow too.
    faults
        What goes wrong.
    flow_pace
        How much faster than on the tape others trade; None for nobody, and the world's books
        then stand as they are.
    engine_options
        Of the engine; by default those of the seed.
    """
    options = options or AppOptions()
    engine = Engine(world.listed, options=engine_options or EngineOptions(seed=options.seed))
    app = SimApp(
        engine, keys, clock=clock, options=options, catalogue=world.catalogue, faults=faults
    )
    at = app.now()
    if flow_pace is None:
        stand_books(engine, world, at)
    else:
        app.flow = _flow(engine, world, options.seed, flow_pace, at)
    app.flush(at)
    return app


def _flow(engine: Engine, world: World, seed: int, pace: float, at: datetime) -> Flow:
    import numpy as np

    from kalshi_alpha.sim.flow import BackgroundFlow, FlowTerms

    outcomes: dict[str, Price] = {
        each.market.ticker: each.settlement_value
        for each in world.listed
        if each.settlement_value is not None
    }
    return BackgroundFlow(
        engine,
        world.fair(),
        rng=np.random.default_rng(seed),
        start=at,
        terms=FlowTerms(pace=pace),
        outcomes=outcomes,
    )
