from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from kalshi_alpha.core.errors import UnknownFee
from kalshi_alpha.core.fees import CENT_STEP_E6, DIRECT_STEP_E6, FeeSchedule, FeeTerms
from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.fills import NO_FILLS, Fills
from kalshi_alpha.core.replay.maker_fees import fill_fees, maker_fee
from kalshi_alpha.core.types import Money, Price
from replay_cases import CHARGED, DECIDES

FREE = FeeTerms.parse("quadratic", 1)
NOON, HALF = to_us(DECIDES), Price(5_000)
DEARER = FeeSchedule(((DECIDES - timedelta(days=300), FREE), (DECIDES, CHARGED)))
CHEAPER = FeeSchedule(((DECIDES - timedelta(days=300), CHARGED), (DECIDES, FREE)))


def fills(*met: tuple[int, int]) -> Fills:
    at_us, count_e2 = np.array([(NOON + at, count) for at, count in met], dtype=np.int64).T
    return Fills(at_us, count_e2)


@pytest.mark.parametrize(("schedule", "early", "late"), [(DEARER, 0, 1), (CHEAPER, 1, 0)])
def test_each_fill_is_charged_by_the_terms_of_its_own_instant(
    schedule: FeeSchedule, early: int, late: int
) -> None:
    # A quarter of 0.07 x 100 x 0.25 = 0.4375 dollars where makers pay.
    assert maker_fee(schedule, HALF, fills((-1, 10_000)), DIRECT_STEP_E6) == Money(437_500 * early)
    assert maker_fee(schedule, HALF, fills((0, 10_000)), DIRECT_STEP_E6) == Money(437_500 * late)
    both = fills((-1, 10_000), (0, 10_000))
    assert maker_fee(schedule, HALF, both, DIRECT_STEP_E6) == Money(437_500)


def test_rounding_is_swept_up_across_a_change_of_terms() -> None:
    """What 0.31 contracts sweep up for nothing pays the cent that 0.30 contracts cost later."""
    met = [(NOON - 1, 31), (NOON, 30)]
    # 15.5 cents leave half a cent; 15 cents and a fee of 0.001313 would cost a whole one more.
    assert [fee.net_fee.e6 for fee in fill_fees(DEARER, HALF, met, CENT_STEP_E6)] == [5_000, 0]
    assert [fee.net_fee.e6 for fee in fill_fees(DEARER, HALF, met[1:], CENT_STEP_E6)] == [10_000]


def test_terms_that_nobody_knows_and_no_fills_are_told_apart() -> None:
    early = to_us(DECIDES - timedelta(days=301)) - NOON
    with pytest.raises(UnknownFee, match="no fee terms are known before"):
        maker_fee(DEARER, HALF, fills((early, 100)), DIRECT_STEP_E6)
    assert maker_fee(DEARER, HALF, NO_FILLS, DIRECT_STEP_E6) == Money(0)
