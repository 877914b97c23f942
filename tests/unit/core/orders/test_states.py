from __future__ import annotations

import pytest

from kalshi_alpha.core.orders.errors import IllegalEvent
from kalshi_alpha.core.orders.states import TRANSITIONS, OrderState, Sign, next_state

PAIRS = [(state, sign) for state in OrderState for sign in Sign]
OVER = {OrderState.CANCELLED, OrderState.EXECUTED}


@pytest.mark.parametrize(("state", "sign"), PAIRS, ids=lambda each: each.value)
def test_each_pair_leads_somewhere_or_is_refused(state: OrderState, sign: Sign) -> None:
    if sign in TRANSITIONS[state]:
        assert next_state(state, sign) == TRANSITIONS[state][sign]
    else:
        with pytest.raises(IllegalEvent, match=str(sign)):
            next_state(state, sign)


def test_only_what_was_just_about_to_be_sent_can_be_withheld() -> None:
    assert [s for s in OrderState if Sign.WITHHELD in TRANSITIONS[s]] == [OrderState.IN_FLIGHT]


def test_absence_is_only_ever_concluded_of_what_nobody_has_seen() -> None:
    asked = [OrderState.IN_FLIGHT, OrderState.UNKNOWN]
    assert [s for s in OrderState if Sign.ABSENT in TRANSITIONS[s]] == asked


def test_a_lost_answer_never_unmakes_what_the_venue_has_shown() -> None:
    for state in (OrderState.RESTING, *OVER):
        assert next_state(state, Sign.LOST).state is state


@pytest.mark.parametrize("state", sorted(OVER))
def test_an_old_reading_does_not_bring_an_order_back(state: OrderState) -> None:
    assert next_state(state, Sign.RESTS).state is state


@pytest.mark.parametrize("state", [s for s in OrderState if s.never_was])
def test_evidence_beats_what_we_had_concluded_and_is_called_a_contradiction(
    state: OrderState,
) -> None:
    for sign in (Sign.RESTS, Sign.FILLED_PART, Sign.FILLED_WHOLE):
        move = next_state(state, sign)
        assert move.contradiction
        assert move.state.may_trade or move.state is OrderState.EXECUTED
