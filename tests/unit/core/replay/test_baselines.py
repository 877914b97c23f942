from __future__ import annotations

from datetime import timedelta

import pytest

from kalshi_alpha.core.replay.baselines import Baseline, BaselineRules, baseline_day
from kalshi_alpha.core.replay.chain import ReplayRules
from kalshi_alpha.core.replay.engine import replay_day
from replay_cases import BEFORE, CHAIN, CHARGED, Print, event, ruled, tape


def sums(
    prints: tuple[Print, ...], name: Baseline, fees: bool = False
) -> tuple[int, int, int, int, int]:
    held = (
        event(tape((*BEFORE, *prints)), fees=CHARGED) if fees else event(tape((*BEFORE, *prints)))
    )
    day = replay_day([held], CHAIN)
    found = {each.baseline: each for each in baseline_day(day, CHAIN, BaselineRules())}[name]
    return found.orders, found.filled_orders, found.filled_e2, found.gross_e6, found.fee_e6


def test_both_sides_are_bid_for_at_the_mid_less_the_edge() -> None:
    # Mids 20, 42 and 40: bids of 18, 40, 38 for YES and of 78, 56, 58 for NO.
    through: tuple[Print, ...] = (("18:10:00", 1, 39, 3, "no"), ("18:11:00", 1, 45, 2, "yes"))
    gross = 3 * (1_000_000 - 400_000) - 2 * 560_000
    assert sums(through, Baseline.MID) == (6, 2, 500, gross, 0)


def test_the_likely_side_is_joined_at_its_bid() -> None:
    # All three are likelier not to happen: NO at 79, 56 and 58.
    through: tuple[Print, ...] = (("18:11:00", 1, 45, 2, "yes"),)
    assert sums(through, Baseline.LIKELY) == (3, 1, 200, -2 * 560_000, 0)


def test_a_fee_lowers_only_what_is_kept() -> None:
    through: tuple[Print, ...] = (("18:10:00", 1, 39, 3, "no"),)
    free, charged = (sums(through, Baseline.MID, fees) for fees in (False, True))
    assert free[:4] == charged[:4]
    assert charged[4] == 12_600, "0.0175 x 3 x 0.24"


def test_no_print_fills_two_orders_of_one_baseline_though_cancels_take_long() -> None:
    slow = ruled(ReplayRules(cancel_us=600 * 1_000_000, every=timedelta(minutes=15)))
    day = replay_day([event(tape((*BEFORE, ("18:20:00", 1, 46, 4, "yes"))))], slow)
    found = {each.baseline: each for each in baseline_day(day, slow, BaselineRules())}
    assert found[Baseline.LIKELY].filled_e2 == 400
    assert found[Baseline.MID].filled_e2 == 400


@pytest.mark.parametrize("name", [Baseline.MID, Baseline.LIKELY])
def test_nothing_fills_without_a_print_through(name: Baseline) -> None:
    assert sums((), name)[1:] == (0, 0, 0, 0)
