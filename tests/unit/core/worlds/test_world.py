from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.worlds.world import PROMISED, WORLDS, World


def test_the_six_worlds_are_told_in_order() -> None:
    names = ["noise", "efficient", "edge", "dying", "overconfident", "informed"]
    assert list(WORLDS) == names
    assert PROMISED.name not in WORLDS


def test_an_edge_that_dies_half_way_lives_in_the_first_half() -> None:
    np.testing.assert_array_equal(WORLDS["dying"].alive(6), [1, 1, 1, 0, 0, 0])


def test_an_edge_that_never_dies_lives_all_along() -> None:
    assert WORLDS["edge"].alive(5).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"market_error_sd": -1.0},
        {"model_error_sd": float("nan")},
        {"model_sigma_factor": float("inf")},
        {"informed": 1.1},
        {"dies_at": float("nan")},
    ],
)
def test_an_impossible_world_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadParameter, match="impossible"):
        World(name="x", truth="", has_edge=False, **wrong)  # type: ignore[arg-type]
