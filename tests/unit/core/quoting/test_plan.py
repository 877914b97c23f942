from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.quoting.plan import Because, Plan, QueuePolicy, plan
from kalshi_alpha.core.quoting.quotes import Quote, RestingOrder
from kalshi_alpha.core.types import Contracts, Price, Side

POLICY = QueuePolicy()
T = "KXCPI-24NOV-T0.2"


def quote(
    cents: int, lots: int, *, ticker: str = T, side: Side = Side.YES, ev: float = 0.01
) -> Quote:
    return Quote(ticker, side, Price(cents * 100), Contracts.whole(lots), ev)


def order(
    name: str, cents: int, lots: int, *, ticker: str = T, side: Side = Side.YES
) -> RestingOrder:
    return RestingOrder(name, f"v-{name}", ticker, side, Price(cents * 100), Contracts.whole(lots))


def made(wanted: list[Quote], resting: list[RestingOrder], **more: object) -> Plan:
    return plan(wanted, resting, POLICY, gate_open=True, **more)  # type: ignore[arg-type]


def test_a_wanted_quote_where_nothing_rests_is_placed() -> None:
    (step,) = made([quote(34, 5)], []).places
    assert (step.price_e4, step.contracts, step.because) == (
        3400,
        Contracts.whole(5),
        Because.WANTED,
    )


def test_an_order_at_the_wanted_price_and_size_keeps_its_place() -> None:
    found = made([quote(34, 5)], [order("a", 34, 5)])
    assert found.is_idle
    assert [step.client_order_id for step in found.kept] == ["a"]


def test_an_order_that_is_too_large_is_cut_in_place() -> None:
    (step,) = made([quote(34, 3)], [order("a", 34, 5)]).cuts
    assert (step.client_order_id, step.contracts) == ("a", Contracts.whole(3))


def test_an_order_that_is_too_small_is_joined_by_a_second_one() -> None:
    found = made([quote(34, 7)], [order("a", 34, 5)])
    assert [step.client_order_id for step in found.kept] == ["a"]
    assert [(s.contracts, s.because) for s in found.places] == [
        (Contracts.whole(2), Because.TOO_SMALL)
    ]


def test_an_order_that_bids_too_much_goes_at_once_and_its_successor_waits() -> None:
    found = made([quote(33, 5)], [order("a", 34, 5)])
    assert [(s.client_order_id, s.because) for s in found.cancels] == [("a", Because.BIDS_TOO_MUCH)]
    assert found.places == ()
    assert [s.because for s in found.put_off] == [Because.MAKES_ROOM]


def test_a_better_price_by_less_than_the_threshold_does_not_cost_the_queue_place() -> None:
    policy = QueuePolicy(improvement_e4=200)
    assert plan([quote(35, 5)], [order("a", 34, 5)], policy, gate_open=True).is_idle
    (step,) = plan([quote(36, 5)], [order("a", 34, 5)], policy, gate_open=True).cancels
    assert step.because is Because.BETTER_PRICE


def test_what_is_not_wanted_is_cancelled() -> None:
    (step,) = made([], [order("a", 34, 5)]).cancels
    assert step.because is Because.NOT_WANTED


def test_a_closed_gate_cancels_everything_and_places_nothing() -> None:
    found = plan(
        [quote(34, 5), quote(20, 1, ticker="B-1")], [order("a", 34, 5)], POLICY, gate_open=False
    )
    assert [(s.client_order_id, s.because) for s in found.cancels] == [("a", Because.GATE)]
    assert found.places == ()


def test_a_doubted_market_is_emptied_and_the_others_go_on() -> None:
    found = made(
        [quote(34, 5), quote(20, 1, ticker="B-1")], [order("a", 34, 5)], doubted=frozenset({T})
    )
    assert [(s.client_order_id, s.because) for s in found.cancels] == [("a", Because.DOUBT)]
    assert [s.ticker for s in found.places] == ["B-1"]


def test_in_a_doubted_market_where_nothing_rests_nothing_is_placed() -> None:
    """A book that cannot be trusted, or an order of unknown fate: whatever side is wanted."""
    for side in Side:
        wanted = [quote(34, 5, side=side), quote(20, 1, ticker="B-1", side=side)]
        assert [s.ticker for s in made(wanted, [], doubted=frozenset({T})).places] == ["B-1"]
        assert made(wanted, [], doubted=frozenset({T, "B-1"})).is_idle


@pytest.mark.parametrize("gate_open", [False, True])
def test_the_other_side_of_a_doubted_market_is_not_placed_either(*, gate_open: bool) -> None:
    found = plan(
        [quote(34, 5), quote(60, 5, side=Side.NO)],
        [order("a", 34, 5)],
        POLICY,
        doubted=frozenset({T}),
        gate_open=gate_open,
    )
    assert [s.client_order_id for s in found.cancels] == ["a"]
    assert found.places == found.cuts == ()


@pytest.mark.parametrize("resting", [[], [order("a", 34, 5)], [order("a", 34, 9)]])
def test_while_the_gate_is_closed_nothing_is_sent_but_cancels(resting: list[RestingOrder]) -> None:
    for wanted in ([], [quote(34, 5)], [quote(34, 9), quote(60, 5, side=Side.NO)]):
        found = plan(wanted, resting, POLICY, gate_open=False)
        assert [s.because for s in found.cancels] == [Because.GATE] * len(resting)
        assert found.places == found.cuts == found.kept == ()


def test_a_request_under_way_holds_back_its_own_side_alone() -> None:
    wanted = [quote(34, 5), quote(60, 5, side=Side.NO), quote(20, 1, ticker="B-1")]
    found = made(wanted, [], busy=frozenset({(T, Side.NO), ("B-1", Side.NO)}))
    assert {(s.ticker, s.side) for s in found.places} == {(T, Side.YES), ("B-1", Side.YES)}
    assert [(s.ticker, s.side) for s in found.put_off] == [(T, Side.NO)]


def test_nothing_is_placed_where_a_request_is_under_way() -> None:
    found = made([quote(34, 5)], [], busy=frozenset({(T, Side.YES)}))
    assert found.is_idle
    assert [s.because for s in found.put_off] == [Because.MAKES_ROOM]


def test_the_newest_of_two_orders_goes_when_the_oldest_suffices() -> None:
    found = made([quote(34, 5)], [order("old", 34, 5), order("new", 34, 5)])
    assert [s.client_order_id for s in found.kept] == ["old"]
    assert [(s.client_order_id, s.because) for s in found.cancels] == [("new", Because.TOO_LARGE)]


def test_a_short_budget_sends_cancels_first_and_then_what_is_worth_most() -> None:
    policy = QueuePolicy(tokens=14)
    found = plan(
        [quote(10, 1, ticker="A-1", ev=0.01), quote(10, 1, ticker="B-1", ev=0.03)],
        [order("a", 34, 5), order("b", 34, 5, side=Side.NO)],
        policy,
        gate_open=True,
    )
    assert len(found.cancels) == 2
    assert [s.ticker for s in found.places] == ["B-1"]
    assert [(s.ticker, s.because) for s in found.put_off] == [("A-1", Because.BUDGET)]


def test_cancels_go_even_without_any_budget() -> None:
    orders = [order(str(n), 34, 5, ticker=f"X-{n}") for n in range(9)]
    assert len(plan([], orders, QueuePolicy(tokens=1), gate_open=True).cancels) == 9


def test_two_quotes_for_one_place_are_a_mistake() -> None:
    with pytest.raises(BadParameter, match="two quotes want YES"):
        made([quote(34, 5), quote(35, 5)], [])


def test_the_plan_is_shown_line_by_line() -> None:
    found = made([quote(34, 7), quote(20, 1, ticker="B-1")], [order("a", 34, 5)])
    assert found.lines() == [
        "+ B-1 YES 1.00 @ 20c: wanted",
        "+ KXCPI-24NOV-T0.2 YES 2.00 @ 34c: smaller than wanted",
        "= KXCPI-24NOV-T0.2 YES 5.00 @ 34c: queue place kept",
    ]


QUOTES = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(Side), st.integers(1, 99), st.integers(1, 9)),
    unique_by=lambda q: (q[0], q[1]),
)
ORDERS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(Side), st.integers(1, 99), st.integers(1, 9)),
    max_size=8,
)


@given(QUOTES, ORDERS, st.integers(1, 60))
def test_after_a_round_no_more_rests_than_is_wanted(
    quotes: list[tuple[str, Side, int, int]], orders: list[tuple[str, Side, int, int]], tokens: int
) -> None:
    wanted = [quote(c, n, ticker=t, side=s) for t, s, c, n in quotes]
    resting = [order(str(i), c, n, ticker=t, side=s) for i, (t, s, c, n) in enumerate(orders)]
    found = plan(wanted, resting, QueuePolicy(tokens=tokens, cut_cost=2), gate_open=True)
    gone = {step.client_order_id for step in found.cancels}
    # Worst case of the round: every place is filled before any cancel or cut is done.
    placed: dict[tuple[str, Side], int] = {}
    for step in found.places:
        key = (step.ticker, step.side)
        placed[key] = placed.get(key, 0) + step.contracts.e2
    for (ticker, side), size in placed.items():
        mine = [o for o in resting if (o.ticker, o.side) == (ticker, side)]
        most = next(q.contracts.e2 for q in wanted if (q.ticker, q.side) == (ticker, side))
        assert size + sum(o.remaining.e2 for o in mine) <= most
        assert not gone & {o.client_order_id for o in mine}


@given(QUOTES, ORDERS)
def test_every_resting_order_is_kept_cut_cancelled_or_put_off_once(
    quotes: list[tuple[str, Side, int, int]], orders: list[tuple[str, Side, int, int]]
) -> None:
    wanted = [quote(c, n, ticker=t, side=s) for t, s, c, n in quotes]
    resting = [order(str(i), c, n, ticker=t, side=s) for i, (t, s, c, n) in enumerate(orders)]
    found = made(wanted, resting)
    named = [
        step.client_order_id
        for step in (*found.cancels, *found.cuts, *found.kept, *found.put_off)
        if step.client_order_id is not None
    ]
    assert sorted(named) == sorted(o.client_order_id for o in resting)


@given(QUOTES)
def test_a_plan_that_was_carried_out_is_followed_by_an_idle_one(
    quotes: list[tuple[str, Side, int, int]],
) -> None:
    wanted = [quote(c, n, ticker=t, side=s) for t, s, c, n in quotes]
    first = made(wanted, [])
    resting = [
        RestingOrder(str(i), f"v{i}", s.ticker, s.side, Price(s.price_e4), s.contracts)
        for i, s in enumerate(first.places)
    ]
    assert made(wanted, resting).is_idle
