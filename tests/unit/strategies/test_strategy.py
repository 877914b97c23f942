from __future__ import annotations

import dataclasses
from importlib.metadata import entry_points

import pytest

from kalshi_alpha.strategies.strategy import ForecastSet, ModelQuality, Strategy


def test_every_installed_family_is_found_by_its_entry_point_and_named_as_it() -> None:
    points = entry_points(group="kalshi_alpha.strategies")
    found = {point.name: point.load().STRATEGY for point in points}
    assert "cpi" in found
    for name, strategy in found.items():
        assert isinstance(strategy, Strategy)
        assert strategy.family.lower() == name


def test_a_family_with_nothing_to_say_refuses_nothing_and_tells_nothing() -> None:
    empty = ForecastSet(())
    assert (empty.forecasts, dict(empty.refused), dict(empty.metadata)) == ((), {}, {})


def test_a_verdict_on_a_model_cannot_be_changed_afterwards() -> None:
    judged = ModelQuality(None, None, drifted=False, months=0, baseline="none", detail="")
    with pytest.raises(dataclasses.FrozenInstanceError):
        judged.drifted = True  # type: ignore[misc]
