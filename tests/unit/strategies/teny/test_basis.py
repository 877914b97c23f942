from __future__ import annotations

import pytest

from kalshi_alpha.strategies.teny.basis import UNKNOWN, Basis, basis_of


def test_fewer_than_five_days_say_nothing() -> None:
    assert basis_of([1.0] * 4) == UNKNOWN
    assert not UNKNOWN.measured


def test_the_last_twenty_days_count() -> None:
    old, new = [50.0] * 30, [-1.0, -2.0, -3.0, -2.0] * 5
    found = basis_of([*old, *new])
    assert (found.mean_bp, found.days) == (-2.0, 20)
    assert found.sd_bp == pytest.approx(0.725, abs=1e-3)
    assert found.measured


def test_the_deviation_is_at_least_the_rounding_of_the_par_yield() -> None:
    assert basis_of([0.25] * 10) == Basis(0.25, 0.5, 10)
