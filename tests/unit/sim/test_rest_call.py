from __future__ import annotations

import json

import pytest

from kalshi_alpha.core.errors import BadPrice
from kalshi_alpha.core.types import Price
from kalshi_alpha.sim.refusals import bad_order
from kalshi_alpha.sim.rest_call import item_error, refusal_of, settlement_price


def test_the_engines_refusal_is_nested_with_its_details() -> None:
    refusal = refusal_of(bad_order("post only cross"))
    assert refusal.status == 400
    assert json.loads(refusal.body) == {
        "error": {"code": "invalid_order", "message": "invalid order", "details": "post only cross"}
    }


def test_an_item_of_a_batch_carries_the_same_error_without_the_nest() -> None:
    assert item_error(bad_order("post only cross"))["code"] == "invalid_order"


@pytest.mark.parametrize(("text", "e4"), [("yes", 10_000), ("no", 0), ("0.25", 2_500)])
def test_an_outcome_is_a_word_or_dollars(text: str, e4: int) -> None:
    assert settlement_price(text) == Price(e4)


def test_an_outcome_that_is_neither_is_refused() -> None:
    with pytest.raises(BadPrice):
        settlement_price("maybe")
