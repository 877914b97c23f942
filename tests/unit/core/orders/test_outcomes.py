from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.orders.outcomes import (
    CancelOutcome,
    Outcome,
    batch_item_outcome,
    cancel_outcome,
    create_outcome,
)

O, C = Outcome, CancelOutcome


@pytest.mark.parametrize(
    ("status", "has_order", "code", "outcome"),
    [
        (201, True, "", O.ACCEPTED),
        (200, True, "", O.ACCEPTED),
        (201, False, "", O.UNKNOWN),
        (200, False, "internal_error", O.UNKNOWN),
        (400, False, "invalid_order", O.REJECTED),
        (400, False, "", O.REJECTED),
        (403, False, "insufficient_scope", O.REJECTED),
        (404, False, "not_found", O.REJECTED),
        (409, False, "market_conflict", O.REJECTED),
        (409, False, "order_already_exists", O.ADOPT),
        (409, False, "", O.ADOPT),
        (410, False, "", O.REJECTED),
        (429, False, "too many requests", O.BACK_OFF),
        (401, False, "authentication_error", O.STOP),
        (408, False, "", O.UNKNOWN),
        (500, False, "internal_error", O.UNKNOWN),
        (502, False, "", O.UNKNOWN),
        (503, False, "invalid_order", O.UNKNOWN),
        (504, True, "", O.UNKNOWN),
        (None, False, "", O.UNKNOWN),
        (None, True, "", O.UNKNOWN),
        (302, False, "", O.UNKNOWN),
        (422, False, "invalid_order", O.UNKNOWN),
        (100, False, "", O.UNKNOWN),
    ],
)
def test_each_answer_to_an_order_has_its_row(
    status: int | None, has_order: bool, code: str, outcome: Outcome
) -> None:
    assert create_outcome(status, has_order=has_order, code=code) is outcome


@given(st.integers(0, 999), st.booleans(), st.text(max_size=10))
def test_an_order_is_only_taken_as_there_on_an_answer_that_holds_it(
    status: int, has_order: bool, code: str
) -> None:
    outcome = create_outcome(status, has_order=has_order, code=code)
    assert (outcome is O.ACCEPTED) == (has_order and 200 <= status < 300)
    refused = {O.REJECTED, O.BACK_OFF, O.STOP, O.ADOPT}
    assert outcome not in refused or 400 <= status < 500


@pytest.mark.parametrize(
    ("has_order", "code", "outcome"),
    [
        (True, None, O.ACCEPTED),
        (False, None, O.UNKNOWN),
        (False, "invalid_price", O.REJECTED),
        (False, "insufficient_balance", O.REJECTED),
        (False, "order_already_exists", O.ADOPT),
        (False, "too_many_requests", O.BACK_OFF),
        (False, "internal_error", O.UNKNOWN),
        (False, "", O.UNKNOWN),
        (True, "invalid_order", O.UNKNOWN),
    ],
)
def test_each_item_of_a_batch_has_its_row(
    has_order: bool, code: str | None, outcome: Outcome
) -> None:
    assert batch_item_outcome(has_order=has_order, code=code) is outcome


@pytest.mark.parametrize(
    ("status", "has_count", "outcome"),
    [
        (200, True, C.DONE),
        (200, False, C.UNKNOWN),
        (404, False, C.NOT_RESTING),
        (429, False, C.BACK_OFF),
        (401, False, C.STOP),
        (400, False, C.UNKNOWN),
        (409, False, C.UNKNOWN),
        (500, False, C.UNKNOWN),
        (408, False, C.UNKNOWN),
        (None, False, C.UNKNOWN),
    ],
)
def test_each_answer_to_a_cancel_has_its_row(
    status: int | None, has_count: bool, outcome: CancelOutcome
) -> None:
    assert cancel_outcome(status, has_count=has_count) is outcome
