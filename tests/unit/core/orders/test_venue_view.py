from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from kalshi_alpha.core.orders.venue_view import VenuePosition, VenueSettlement
from kalshi_alpha.core.types import Money
from order_cases import AT, MARKET, venue_fill, venue_order, view


def test_what_the_venue_shows_is_a_value_and_cannot_be_changed() -> None:
    position = VenuePosition(ticker=MARKET, net_e2=-500, at_risk=Money(1))
    paid = VenueSettlement(ticker=MARKET, revenue=Money(2), settled_at=AT)
    for value in (venue_order(), venue_fill(5), position, paid):
        with pytest.raises(FrozenInstanceError):
            value.ticker = "another"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        view().cash = None  # type: ignore[misc]


def test_a_fill_of_the_list_names_no_client_order_id() -> None:
    assert venue_fill(5).client_order_id is None
