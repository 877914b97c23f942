from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.worlds.world import WORLDS, Venue
from kalshi_alpha.exec.worlds import lives
from kalshi_alpha.exec.worlds.lives import chosen_worlds, guard_row, known_worlds, live_through
from world_cases import CONFIGS


def test_all_worlds_are_the_six_and_their_border() -> None:
    assert [world.name for world in chosen_worlds("all")] == [*WORLDS, "promised"]


def test_an_unknown_world_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="noise, efficient, edge"):
        chosen_worlds("mars")


def test_seeds_are_lived_through_in_order_and_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lives, "UNITS_A_YEAR", 2)
    monkeypatch.setattr(lives, "CHUNK", 2)
    told: list[int] = []
    found = live_through(WORLDS["edge"], 3, 1, 1, CONFIGS, told.append)
    assert [result.seed for result in found] == [0, 1, 2]
    assert told == [2, 1]
    assert all(result.n_looks == 2 for result in found)


def test_a_row_of_the_guard_is_the_same_each_time() -> None:
    assert guard_row((0.5,), 10.0, 5) == guard_row((0.5,), 10.0, 5)


def test_every_world_has_its_own_name() -> None:
    assert all(name == world.name for name, world in known_worlds().items())
    assert Venue().n_strikes > 1
