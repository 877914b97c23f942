from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.orders.outcomes import (
    OWN_ID_TAKEN,
    REFUSAL_CODES,
    TOO_MANY,
    CancelOutcome,
    Outcome,
    batch_item_outcome,
    cancel_outcome,
    create_outcome,
    proves_signature,
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
        (400, False, "", O.UNKNOWN),
        (400, False, "unreadable", O.UNKNOWN),
        (400, False, "parameter_validation", O.REJECTED),
        (403, False, "insufficient_scope", O.REJECTED),
        (404, False, "not_found", O.REJECTED),
        (403, False, "unreadable", O.UNKNOWN),
        (403, False, "parameter_validation", O.UNKNOWN),
        (404, False, "unreadable", O.UNKNOWN),
        (404, False, "parameter_validation", O.UNKNOWN),
        (409, False, "market_inactive", O.REJECTED),
        (409, False, "trading_is_paused", O.REJECTED),
        (409, False, "exchange_is_paused", O.REJECTED),
        (409, False, "MARKET_INACTIVE", O.REJECTED),
        (409, False, "order_already_exists", O.ADOPT),
        (409, False, "ORDER_ALREADY_EXISTS", O.ADOPT),
        (409, False, "order already exists", O.ADOPT),
        (409, False, "duplicate_client_order_id", O.ADOPT),
        (409, False, "market_conflict", O.ADOPT),
        (409, False, "unreadable", O.ADOPT),
        (409, False, "parameter_validation", O.ADOPT),
        (409, False, "", O.ADOPT),
        (410, False, "gone", O.REJECTED),
        (410, False, "", O.UNKNOWN),
        (410, False, "unreadable", O.UNKNOWN),
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
        (False, "INSUFFICIENT_BALANCE", O.REJECTED),
        (False, "order_ticker_mismatch", O.REJECTED),
        (False, "market_inactive", O.REJECTED),
        (False, "order_already_exists", O.ADOPT),
        (False, "order already exists", O.ADOPT),
        (False, "ORDER_ALREADY_EXISTS", O.ADOPT),
        (False, "too_many_requests", O.BACK_OFF),
        (False, "too many requests", O.BACK_OFF),
        (False, "internal_error", O.UNKNOWN),
        (False, "INTERNAL", O.UNKNOWN),
        (False, "internal server error", O.UNKNOWN),
        (False, "request_timeout", O.UNKNOWN),
        (False, "exchange_unavailable", O.UNKNOWN),
        (False, "service_error", O.UNKNOWN),
        (False, "a_word_of_next_year", O.UNKNOWN),
        (False, "unreadable", O.UNKNOWN),
        (False, "parameter_validation", O.UNKNOWN),
        (False, "", O.UNKNOWN),
        (True, "invalid_order", O.UNKNOWN),
        (True, "order_already_exists", O.UNKNOWN),
    ],
)
def test_each_item_of_a_batch_has_its_row(
    has_order: bool, code: str | None, outcome: Outcome
) -> None:
    assert batch_item_outcome(has_order=has_order, code=code) is outcome


@given(st.text(max_size=20))
def test_an_item_is_refused_only_by_a_word_that_is_known_to_refuse(code: str) -> None:
    outcome = batch_item_outcome(has_order=False, code=code)
    assert outcome is not O.ACCEPTED
    assert (outcome is O.REJECTED) == ("_".join(code.lower().split()) in REFUSAL_CODES)


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


@pytest.mark.parametrize(
    ("status", "read", "code", "proof"),
    [
        (200, True, "", True),
        (204, True, "", True),
        (200, False, "", False),
        (404, False, "not_found", True),
        (409, False, "market_inactive", True),
        (400, False, "parameter_validation", True),
        (404, False, "unreadable", False),
        (404, False, "", False),
        (404, False, "parameter_validation", False),
        (401, False, "authentication_error", False),
        (403, False, "forbidden", False),
        (408, False, "request_timeout", False),
        (429, False, "too_many_requests", False),
        (500, False, "internal_error", False),
        (502, False, "unreadable", False),
        (503, True, "service_unavailable", False),
        (302, False, "found", False),
        (None, False, "", False),
    ],
)
def test_only_an_answer_of_the_venue_itself_proves_that_our_signature_was_taken(
    status: int | None, read: bool, code: str, proof: bool
) -> None:
    assert proves_signature(status, read=read, code=code) is proof


@pytest.mark.parametrize("code", sorted(REFUSAL_CODES | TOO_MANY | {OWN_ID_TAKEN, ""}))
@pytest.mark.parametrize("has_order", [False, True])
def test_without_a_whole_answer_no_word_says_what_became_of_an_order(
    code: str, has_order: bool
) -> None:
    assert create_outcome(None, has_order=has_order, code=code) is Outcome.UNKNOWN


@pytest.mark.parametrize("status", [401, 403, 408, 429])
def test_a_refusal_before_the_signature_is_looked_at_proves_nothing_of_it(status: int) -> None:
    for code in ("authentication_error", "forbidden", "not_found", "invalid_order"):
        assert not proves_signature(status, read=True, code=code)
        assert proves_signature(404, read=True, code=code)


@pytest.mark.parametrize("status", [200, 201, 299])
def test_a_page_with_a_good_status_proves_the_signature_only_if_it_holds_the_answer(
    status: int,
) -> None:
    assert proves_signature(status, read=True)
    assert not proves_signature(status, read=False)
    assert not proves_signature(status, read=False, code="not_found")


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_cancel_is_done_only_where_the_answer_counts_what_it_took_off(status: int) -> None:
    assert cancel_outcome(status, has_count=True) is C.DONE
    assert cancel_outcome(status, has_count=False) is C.UNKNOWN
