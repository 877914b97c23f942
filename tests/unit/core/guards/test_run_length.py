from __future__ import annotations

import math

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.run_length import (
    binary_arl,
    bisect_threshold,
    markov_arl,
    siegmund_arl,
    threshold_for,
)

SHIFTS = (0.0, 0.25, 0.5, 1.0)
# Chain values by (k, h) at each shift, as printed in the worked table; save that the table says
# 40 where the chain says 39.47 at (.5, 3) and shift .25, which is the closed form's 39.56.
RUN_LENGTHS = {
    (0.10, 4): ("39", "17", "10", "5.2"),
    (0.10, 6): ("88", "28", "15", "7.4"),
    (0.10, 8): ("171", "40", "20", "9.6"),
    (0.25, 4): ("77", "27", "13", "6.1"),
    (0.25, 5): ("142", "38", "17", "7.4"),
    (0.25, 6): ("251", "51", "21", "8.7"),
    (0.25, 8): ("737", "84", "29", "11.4"),
    (0.50, 3): ("118", "39", "17", "6.4"),
    (0.50, 4): ("335", "77", "27", "8.4"),
    (0.50, 5): ("931", "142", "38", "10.4"),
    (0.50, 6): ("2553", "251", "51", "12.4"),
}


@pytest.mark.parametrize(("k", "h"), RUN_LENGTHS)
def test_chain_run_lengths_meet_the_table(k: float, h: int) -> None:
    for shift, printed in zip(SHIFTS, RUN_LENGTHS[k, h], strict=True):
        digits = len(printed.partition(".")[2])
        assert f"{markov_arl(k, h, shift):.{digits}f}" == printed


@pytest.mark.parametrize(("k", "h"), RUN_LENGTHS)
def test_the_closed_form_agrees_with_the_chain_within_two_percent(k: float, h: float) -> None:
    for shift in SHIFTS:
        # Within 1.5 % save at a run length of five units, where the last unit's overshoot tells.
        tolerance = 0.015 if markov_arl(k, h, shift) > 6 else 0.02
        assert siegmund_arl(k, h, shift) == pytest.approx(markov_arl(k, h, shift), rel=tolerance)


def test_the_closed_form_is_the_barrier_squared_without_drift() -> None:
    assert siegmund_arl(0.25, 6.0, 0.25) == (6.0 + 1.166) ** 2
    assert siegmund_arl(0.25, 6.0, 0.25 + 1e-5) == pytest.approx((6.0 + 1.166) ** 2, rel=1e-3)


@pytest.mark.parametrize(
    ("k", "arl0", "h"),
    [
        *((0.25, 24, 2.34), (0.25, 52, 3.40), (0.25, 104, 4.48)),
        *((0.25, 250, 5.99), (0.25, 500, 7.27), (0.25, 1000, 8.59)),
        *((0.5, 24, 1.60), (0.5, 52, 2.26), (0.5, 104, 2.89)),
        *((0.5, 250, 3.72), (0.5, 500, 4.39), (0.5, 1000, 5.07)),
    ],
)
def test_thresholds_for_a_run_length_meet_the_table(k: float, arl0: float, h: float) -> None:
    assert threshold_for(arl0, k) == pytest.approx(h, abs=0.0055)


@pytest.mark.parametrize(
    ("price", "run_length"),
    [(0.1, 18_939), (0.3, 418), (0.5, 217), (0.7, 170), (0.9, 128), (0.95, 104)],
)
def test_the_normal_threshold_is_wrong_for_binaries(price: float, run_length: int) -> None:
    assert round(binary_arl(price, 0.25, 6.0, price)) == run_length


def test_bought_longshots_never_alarm() -> None:
    assert binary_arl(0.05, 0.25, 6.0, 0.0) == math.inf
    assert binary_arl(0.5, 0.25, 6.0, 1.0) == math.inf


@pytest.mark.parametrize(
    ("price", "shortfall", "delay"),
    [
        *((0.5, 0.05, 108), (0.5, 0.10, 61), (0.9, 0.05, 49)),
        *((0.9, 0.10, 27), (0.1, 0.05, 693), (0.1, 0.1, 72)),
    ],
)
def test_delays_after_a_shortfall_meet_the_table(
    price: float, shortfall: float, delay: int
) -> None:
    assert round(binary_arl(price, 0.25, 6.0, price - shortfall)) == delay


def test_a_lost_coin_toss_is_counted_by_hand() -> None:
    # At even odds a loss adds .75 and a win takes 1.25: with h .75 the first loss alarms.
    assert binary_arl(0.5, 0.25, 0.75, 0.5) == pytest.approx(2.0)


def test_leaving_states_out_only_shortens_the_run() -> None:
    whole = binary_arl(0.5, 0.25, 6.0, 0.5)
    assert binary_arl(0.5, 0.25, 6.0, 0.5, max_states=8) < whole


def test_a_threshold_out_of_reach_is_refused() -> None:
    with pytest.raises(BadParameter, match="no threshold"):
        bisect_threshold(lambda h: h, 1000.0, highest=50.0)
    with pytest.raises(BadParameter, match="at least one unit"):
        threshold_for(math.nan, 0.25)


def test_impossible_parameters_are_refused() -> None:
    with pytest.raises(BadParameter):
        siegmund_arl(-0.1, 6.0)
    with pytest.raises(BadParameter):
        markov_arl(0.25, math.nan)
    with pytest.raises(BadParameter):
        binary_arl(1.0, 0.25, 6.0, 0.5)
    with pytest.raises(BadParameter):
        binary_arl(0.5, 0.25, 6.0, math.nan)
