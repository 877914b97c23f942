from __future__ import annotations

from pathlib import Path

import pytest

from kalshi_alpha.config.pilot import load_pilot
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.caps import check
from kalshi_alpha.core.quoting.clamp import Clamp
from kalshi_alpha.core.types import Contracts, Money, Price
from kalshi_alpha.exec.session.terms import loop_policy, order_contracts, pilot_caps, pilot_clamp
from order_cases import MARKET, intended, intent, later

SHIPPED = Path(__file__).resolve().parents[4] / "configs" / "pilot.yaml"


def test_the_caps_of_the_last_check_are_the_pilots() -> None:
    caps = pilot_caps(load_pilot(SHIPPED).value)
    assert caps.total == Money.parse("150")
    assert caps.per_second == 5
    assert (caps.contracts, caps.strikes) == (Contracts.whole(60), 8)
    assert caps.default is not None
    assert (caps.default.strike, caps.default.ladder) == (Money.parse("25"), Money.parse("75"))
    # Five contracts at a dollar, and the most that their fee can be.
    assert caps.default.order == Money.parse("5.10")
    assert caps.default.order_contracts == Contracts.whole(5)


@pytest.mark.parametrize(
    ("size", "contracts", "total"), [(0.25, 1, "37.5"), (0.5, 2, "75"), (0.0, 0, "0")]
)
def test_the_ramp_takes_its_share_of_every_cap(size: float, contracts: int, total: str) -> None:
    pilot = load_pilot(SHIPPED).value
    caps, clamp = pilot_caps(pilot, size), pilot_clamp(pilot, size)
    assert caps.total == Money.parse(total)
    assert caps.default is not None
    assert caps.default.order_contracts == order_contracts(pilot, size)
    assert order_contracts(pilot, size) == Contracts.whole(contracts)
    assert clamp == Clamp(8, Contracts.whole(int(60 * size)))
    assert (caps.contracts, caps.strikes) == (clamp.contracts, clamp.bins)
    five = check(Blotter(), intent(contracts=Contracts.whole(5)), caps, later(0))
    assert five is not None


@pytest.mark.parametrize("size", [0.25, 0.5, 1.0])
def test_strikes_and_ladders_shrink_as_the_whole_does_and_the_pace_stays(size: float) -> None:
    caps = pilot_caps(load_pilot(SHIPPED).value, size)
    assert caps.default is not None
    dollars = (caps.default.strike.dollars, caps.default.ladder.dollars, caps.total.dollars)
    assert dollars == pytest.approx((25 * size, 75 * size, 150 * size))
    assert caps.per_second == 5


@pytest.mark.parametrize(("size", "strike"), [(0.25, "6.25"), (0.5, "12.5")])
def test_a_quarter_of_the_pilot_holds_a_quarter_in_one_strike(size: float, strike: str) -> None:
    caps, most = pilot_caps(load_pilot(SHIPPED).value, size), Money.parse(strike)
    assert caps.default is not None
    assert caps.default.strike_cap(MARKET) == most
    blotter, sent = Blotter(), 0
    for nonce in range(60):
        one = intent(price=Price(9_000), contracts=Contracts.whole(1), nonce=nonce)
        if check(blotter, one, caps, later(nonce)) is None:
            blotter.apply(intended(one, later(nonce)))
            sent += 1
    assert sent == int(most.dollars / 0.9)


def test_cheap_contracts_do_not_make_an_order_larger_than_the_pilots() -> None:
    limits = pilot_caps(load_pilot(SHIPPED).value)
    cheap = intent(price=Price(100), contracts=Contracts.whole(6))
    breach = check(Blotter(), cheap, limits, later(0))
    assert str(breach) == f"cap order_contracts of {MARKET}: 6.00 would exceed 5.00"
    five = intent(price=Price(100), contracts=Contracts.whole(5))
    assert check(Blotter(), five, limits, later(0)) is None


def test_the_loop_re_quotes_as_the_file_says() -> None:
    policy = loop_policy(load_pilot(SHIPPED).value)
    assert policy.thresholds.book_e4 == 100
    assert policy.queue.improvement_e4 == 100
    assert Contracts(policy.queue.size_e2) == Contracts.whole(1)
    assert policy.pause_s == 0.05
