from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from kalshi_alpha.core.scoring.crps import crps_student_t
from kalshi_alpha.strategies.weather.crps_shape import (
    CURVATURE_LOCATION,
    CURVATURE_SCALE,
    DOF,
    MEAN_ABSOLUTE,
    SD,
    standard_score,
)

Z = np.linspace(-6.0, 6.0, 25)


def test_the_standard_score_is_the_published_one() -> None:
    assert standard_score(Z).score == pytest.approx(crps_student_t(0.0, 1.0, DOF, Z), abs=1e-12)


def test_derivatives_agree_with_differences() -> None:
    step = 1e-5
    found = standard_score(Z)
    by_location = crps_student_t(step, 1.0, DOF, Z) - crps_student_t(-step, 1.0, DOF, Z)
    by_scale = crps_student_t(0.0, 1.0 + step, DOF, Z) - crps_student_t(0.0, 1.0 - step, DOF, Z)
    assert found.by_location == pytest.approx(by_location / (2 * step), abs=1e-8)
    assert found.by_scale == pytest.approx(by_scale / (2 * step), abs=1e-8)


def test_constants_agree_with_quadrature() -> None:
    law = stats.t(DOF)
    for power, expected in ((0, CURVATURE_LOCATION), (2, CURVATURE_SCALE)):
        found, _ = integrate.quad(lambda z, p=power: 2 * law.pdf(z) ** 2 * z**p, -np.inf, np.inf)
        assert expected == pytest.approx(found, rel=1e-8)
    assert pytest.approx(law.expect(abs), rel=1e-8) == MEAN_ABSOLUTE
    assert pytest.approx(law.std(), rel=1e-12) == SD
