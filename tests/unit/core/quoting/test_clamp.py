from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.quoting.clamp import Clamp
from kalshi_alpha.core.quoting.quotes import Quote
from kalshi_alpha.core.types import Contracts, Price, Side


def quote(ticker: str, count: int, edge: float, side: Side = Side.YES) -> Quote:
    return Quote(ticker, side, Price(4000), Contracts.whole(count), edge)


WANTED = [quote("A", 5, 0.01), quote("B", 5, 0.03), quote("C", 5, 0.02)]


def shown(clamp: Clamp, held: dict[str, int] | None = None) -> dict[str, str]:
    found = clamp.applied(WANTED, held or {})
    return {each.ticker: str(each.contracts) for each in found}


@pytest.mark.parametrize(
    ("bins", "contracts", "held", "kept"),
    [
        (9, 99, {}, {"B": "5.00", "C": "5.00", "A": "5.00"}),
        (2, 99, {}, {"B": "5.00", "C": "5.00"}),
        (9, 7, {}, {"B": "5.00", "C": "2.00"}),
        # What is held uses its bin and its contracts up, and is added to first.
        (2, 99, {"A": 100}, {"A": "5.00", "B": "5.00"}),
        (1, 99, {"Z": -100}, {}),
        (9, 7, {"A": -350}, {"A": "3.00"}),
        (9, 7, {"Z": 800}, {}),
        (9, 7, {"A": 0}, {"B": "5.00", "C": "2.00"}),
    ],
)
def test_the_clamp_counts_what_is_held_and_keeps_the_largest_edges(
    bins: int, contracts: int, held: dict[str, int], kept: dict[str, str]
) -> None:
    assert shown(Clamp(bins, Contracts.whole(contracts)), held) == kept


@given(
    st.lists(st.tuples(st.sampled_from("ABCDEF"), st.integers(1, 9), st.floats(0.0, 0.1))),
    st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(-900, 900)),
    st.integers(1, 5),
    st.integers(0, 30),
)
def test_never_more_than_either(
    wanted: list[tuple[str, int, float]], held: dict[str, int], bins: int, contracts: int
) -> None:
    clamp = Clamp(bins, Contracts.whole(contracts))
    kept = clamp.applied([quote(*each) for each in wanted], held)
    in_use = {ticker for ticker, net in held.items() if net}
    if kept:
        total = sum(each.contracts.e2 for each in kept) + sum(abs(net) for net in held.values())
        assert total <= contracts * 100
    assert len({each.ticker for each in kept} | in_use) <= max(bins, len(in_use))


def test_a_clamp_without_a_bin_is_a_mistake() -> None:
    with pytest.raises(BadParameter):
        Clamp(0, Contracts.whole(1))
