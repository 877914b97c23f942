from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import InvalidPmf
from kalshi_alpha.core.guards.calibration import UnitForecast, inputs_sha256

COIN = UnitForecast((0.5, 0.5), (0.5, -0.5))
SOLD_LONGSHOT = UnitForecast((0.9, 0.1), (0.1, -0.9))


def test_the_hash_names_the_inputs() -> None:
    name = inputs_sha256([COIN], 0.25, 24.0, 100)
    assert name == inputs_sha256([COIN], 0.25, 24.0, 100)
    assert name != inputs_sha256([SOLD_LONGSHOT], 0.25, 24.0, 100)
    assert name != inputs_sha256([COIN], 0.25, 52.0, 100)


def test_a_unit_knows_the_moments_of_its_profit() -> None:
    assert SOLD_LONGSHOT.risk.expected == pytest.approx(0.0)
    assert SOLD_LONGSHOT.risk.sd == pytest.approx(0.3)
    assert SOLD_LONGSHOT.risk.best == pytest.approx(0.1)


def test_an_impossible_unit_is_refused() -> None:
    with pytest.raises(InvalidPmf):
        _ = UnitForecast((0.5, 0.6), (0.5, -0.5)).risk
