from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kalshi_alpha.config.ramp import BASELINE
from kalshi_alpha.exec.ramp.implied import more_than_implied
from readiness_cases import series

POLICY = {"size": msgspec.to_builtins(BASELINE.size)}
PROVEN = {"units": 30, "badge": "✓"}


def lines(policy: dict[str, Any] = POLICY, **changes: Any) -> list[str]:
    return list(more_than_implied(series(**changes), policy))


def of_bin(**changes: Any) -> list[str]:
    (row,) = series().ev_honesty_bins
    return lines(ev_honesty_bins=(msgspec.structs.replace(row, **changes),))


def test_what_is_written_of_its_own_figures_says_no_more() -> None:
    assert lines() == lines(size_multiplier=0.1) == []
    assert of_bin(weight=0.0, cap=0.0, cap_lots=0) == []
    assert of_bin(beta_hat=None, se=None, weight=1.0, cap=1.0, cap_lots=1) == []


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, "0.25"),
        (PROVEN, "0.25"),
        (PROVEN | {"size_day_start": 0.3}, "0.4"),
        (PROVEN | {"size_day_start": 0.9}, "0.5"),
        (PROVEN | {"size_day_start": 0.8, "e_value": 20.0}, "0.9"),
    ],
)
def test_a_size_is_that_of_badge_e_value_and_the_days_rise(
    changes: dict[str, Any], allowed: str
) -> None:
    (line,) = lines(size_multiplier=1.0, **changes)
    assert line == f"size_multiplier 1, of figures that allow {allowed}"
    assert lines(size_multiplier=float(allowed), **changes) == []


def test_a_policy_that_was_raised_or_left_out_allows_no_more() -> None:
    for size in ({"start": 1.0, "proven": 1.0, "full": 1.0}, "all", None):
        (line,) = lines({"size": size}, size_multiplier=1.0)
        assert "allow 0.25" in line
    smaller = {"start": 0.1, "proven": 0.2, "full": 0.2}
    (line,) = lines({"size": smaller})
    assert "allow 0.1" in line


def test_a_badge_is_that_of_units_and_t() -> None:
    (line,) = lines(badge="✓")
    assert line == "badge ✓, of figures that give △"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weight": 1.0}, "weight 1, of figures that allow 0.93"),
        ({"weight": 0.75, "weight_day_start": 0.6}, "weight 0.75, of figures that allow 0.7"),
        ({"cap": 1.0}, "cap 1, of figures that allow 0.99"),
        ({"se": 0.0, "weight": 0.1}, "cap_lots None, of figures that allow 1"),
        ({"beta_hat": None, "cap_lots": 2}, "cap_lots 2, of figures that allow 1"),
        ({"se": -1.0}, "no posterior"),
    ],
)
def test_a_bin_says_no_more_than_its_slope_and_the_days_rise(
    changes: dict[str, Any], said: str
) -> None:
    (line,) = of_bin(**changes)
    assert line.startswith(f"yes .3-.7 0-2h: {said}")


@pytest.mark.parametrize("name", ["weight", "cap"])
def test_a_bin_may_be_held_below_its_figures_and_a_hair_above_is_said(name: str) -> None:
    (row,) = series().ev_honesty_bins
    (said,) = of_bin(**{name: 1.0})
    allowed = float(said.rpartition(" ")[2])
    assert of_bin(**{name: allowed / 2}) == []
    (line,) = of_bin(**{name: allowed + 0.005})
    assert line.startswith(f"{row.bin}: {name} ")


@pytest.mark.parametrize("raised", ["△", "✓"])
def test_a_badge_that_no_figures_give_is_said_whatever_size_goes_with_it(raised: str) -> None:
    found = lines(badge=raised, units=3, size_multiplier=0.0)
    assert found == [f"badge {raised}, of figures that give {lines(units=3)[0][-1]}"]
