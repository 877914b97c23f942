"""A desk's terms and a short life in a truth world, for the tests of worlds."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from kalshi_alpha.core.gates.evidence import EvidenceLimits
from kalshi_alpha.core.ramp.statistic import Declaration, Statistic
from kalshi_alpha.core.worlds.desk import LivedUnit
from kalshi_alpha.core.worlds.life import GuardRule
from kalshi_alpha.core.worlds.looks import RampRule
from kalshi_alpha.core.worlds.terms import DeskTerms
from kalshi_alpha.exec.worlds.rules import read_rules

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
GUARD = GuardRule(k=0.25, h=5.0, threshold=208.0)
SHORT = RampRule(
    EvidenceLimits(min_fills=40, min_units=8),
    Declaration(Statistic.CLOSING_LINE, datetime(2023, 1, 1, tzinfo=UTC)),
)
"""The ramp's policy with counts that a life of half a year can reach."""


@cache
def terms() -> DeskTerms:
    """Return the terms of the repository's own configuration."""
    return read_rules(CONFIGS).terms


@cache
def edge_units(n_units: int = 12, seed: int = 3) -> tuple[LivedUnit, ...]:
    """Live through some weeks of the world with an edge."""
    import numpy as np

    from kalshi_alpha.core.worlds.desk import Desk
    from kalshi_alpha.core.worlds.draws import draw
    from kalshi_alpha.core.worlds.world import WORLDS, Venue

    draws = draw(WORLDS["edge"], Venue(), n_units, np.random.default_rng(seed))
    desk = Desk(draws, Venue(), terms())
    return tuple(desk.live_through(unit) for unit in range(n_units))
