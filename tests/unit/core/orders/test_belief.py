from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.orders import events as ev
from order_cases import AT, belief, intent

BELIEF = belief()


@pytest.mark.parametrize(
    "change",
    [
        {"p": 1.1},
        {"p_model": float("nan")},
        {"shrink": -0.1},
        {"adverse": 1.0},
        {"closes_at": datetime(2026, 12, 10, 13, 25)},  # noqa: DTZ001 - that it has none is the point
    ],
)
def test_a_belief_outside_its_range_cannot_be_built(change: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        replace(BELIEF, **change)


def test_what_was_believed_is_no_part_of_the_order_id() -> None:
    assert intent(belief=BELIEF).client_order_id == intent().client_order_id


def test_the_journal_gives_back_what_was_believed_and_reads_orders_without_it() -> None:
    for meant in (intent(belief=BELIEF), intent()):
        event = ev.Intended(at=AT, client_order_id=meant.client_order_id, intent=meant)
        read = ev.decode(ev.encode(event))
        assert isinstance(read, ev.Intended)
        assert read.intent.belief == meant.belief
    older = ev.encode(event).replace(b',"belief":null', b"")
    assert ev.decode(older) == event
