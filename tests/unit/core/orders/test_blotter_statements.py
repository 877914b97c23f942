"""What the venue states of a position, beside our own fills."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from order_cases import (
    AT,
    EVENT,
    MARKET,
    OTHER_MARKET,
    accepted,
    cancelled,
    filled,
    fold,
    intended,
    intent,
)

NOTHING_HELD = ev.Stated(at=AT, cash=Money(1_000_000_000), positions=())


def position(ticker: str, net_e2: int, at_risk_e6: int) -> ev.StatedPosition:
    return ev.StatedPosition(ticker=ticker, net_e2=net_e2, at_risk=Money(at_risk_e6))


def test_what_is_stated_beyond_our_own_fills_counts_and_later_fills_add_to_it() -> None:
    by_hand = position(MARKET, 51_000, 214_200_000)
    statement = ev.Stated(at=AT, cash=Money(0), positions=(by_hand,))
    blotter = fold(NOTHING_HELD, intended(), accepted(), filled(400), cancelled(600), statement)
    assert blotter.strike_at_risk(MARKET) == Money(214_200_000)
    assert blotter.ladder_at_risk(EVENT) == blotter.at_risk == Money(214_200_000)
    again = intent(nonce=1)
    key, order_id = again.client_order_id, "venue-2"
    blotter.apply(intended(again))
    assert blotter.at_risk == Money(218_400_000)
    blotter.apply(accepted(client_order_id=key, order_id=order_id))
    blotter.apply(filled(1000, "t2", client_order_id=key, order_id=order_id))
    assert blotter.at_risk == Money(218_400_000)
    assert blotter.copy().at_risk == blotter.at_risk


def test_a_fill_corrected_after_a_statement_counts_anew() -> None:
    statement = ev.Stated(at=AT, cash=Money(0), positions=(position(MARKET, 900, 4_000_000),))
    blotter = fold(NOTHING_HELD, intended(), accepted(), filled(400), cancelled(600), statement)
    blotter.apply(filled(500))
    assert blotter.strike_at_risk(MARKET) == Money(4_000_000 + 500 * 4200)


# --- trades by hand between our own orders, and an operator who accepts them ---------------------


@dataclass
class Market:
    """A position as the venue keeps it: a buy of the other side first closes what is held."""

    net_e2: int = 0
    cost_e6: int = 0

    def buy(self, side: Side, price_e4: int, count_e2: int) -> None:
        signed = count_e2 if side is Side.YES else -count_e2
        closed_e2 = min(count_e2, abs(self.net_e2)) if signed * self.net_e2 < 0 else 0
        if closed_e2:
            self.cost_e6 -= self.cost_e6 * closed_e2 // abs(self.net_e2)
        self.cost_e6 += price_e4 * (count_e2 - closed_e2)
        self.net_e2 += signed

    def stated(self, ticker: str) -> ev.StatedPosition:
        return position(ticker, self.net_e2, self.cost_e6)


STEPS = st.tuples(
    st.sampled_from(["fill", "hand", "accept", "rest"]),
    st.sampled_from([MARKET, OTHER_MARKET]),
    st.sampled_from(Side),
    st.integers(1, 9_999),
    st.integers(1, 500),
)


@given(st.lists(STEPS, max_size=12))
def test_exposure_is_never_less_than_what_the_venue_holds_whoever_traded(
    steps: list[tuple[str, str, Side, int, int]],
) -> None:
    blotter, venue = Blotter([NOTHING_HELD]), {MARKET: Market(), OTHER_MARKET: Market()}
    open_e6, unseen = dict.fromkeys(venue, 0), False
    for n, (step, ticker, side, price, count) in enumerate(steps):
        meant = intent(
            ticker=ticker, side=side, price=Price(price), contracts=Contracts(count), nonce=n
        )
        key, order_id = meant.client_order_id, f"venue-{n}"
        if step in {"fill", "rest"}:
            blotter.apply(intended(meant))
            blotter.apply(accepted(0, count, order_id, key))
        if step == "rest":
            open_e6[ticker] += price * count
        elif step == "accept":
            positions = tuple(market.stated(t) for t, market in venue.items())
            blotter.apply(ev.Stated(at=AT, cash=Money(0), positions=positions))
            unseen = False
        else:
            venue[ticker].buy(side, price, count)
            unseen = unseen or step == "hand"
        if step == "fill":
            told = {"client_order_id": key, "order_id": order_id, "side": side}
            blotter.apply(filled(count, f"t{n}", price=Price(price), **told))
        if unseen:
            continue  # A trade by hand counts from the statement that shows it.
        for each, market in venue.items():
            true_e6 = market.stated(each).at_risk.e6 + open_e6[each]
            assert blotter.strike_at_risk(each).e6 >= true_e6
        total = sum(blotter.strike_at_risk(each).e6 for each in venue)
        assert blotter.at_risk.e6 == blotter.ladder_at_risk(EVENT).e6 == total
