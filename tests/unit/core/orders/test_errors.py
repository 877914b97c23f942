from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.core.orders.errors import OrderRejected, OrderUnknown, OrderWithheld


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OrderWithheld("kill_switch", "the sentinel is there"), "not sent, kill_switch: the sen"),
        (OrderRejected("invalid_order", "post only cross"), "refused, invalid_order: post only"),
        (OrderRejected("", "404"), "refused: 404"),
        (OrderUnknown("no answer"), "no answer"),
    ],
)
def test_each_error_of_an_order_says_what_became_of_it(error: VenueError, text: str) -> None:
    assert str(error).startswith(text)
    assert error.exit_code == 5
