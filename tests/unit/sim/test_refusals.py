"""Refusals carry what the venue's replies carry."""

from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.sim import refusals
from kalshi_alpha.sim.refusals import Rejected


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (refusals.not_found("order 1"), 404, "not_found"),
        (refusals.unknown_market("KXA-1"), 404, "market_not_found"),
        (refusals.bad_order("post only cross"), 400, "invalid_order"),
        (refusals.bad_size("none"), 400, "invalid_order_size"),
        (refusals.off_grid("0.1234"), 400, "invalid_price"),
        (refusals.unfunded(), 400, "insufficient_balance"),
        (refusals.burned("a"), 409, "order_already_exists"),
        (refusals.unfillable(), 409, "fill_or_kill_insufficient_resting_volume"),
        (refusals.trading_paused(), 409, "trading_is_paused"),
        (refusals.exchange_paused(), 409, "exchange_is_paused"),
        (refusals.mismatch("order_side"), 400, "order_side_mismatch"),
    ],
)
def test_a_refusal_has_the_status_and_code_that_were_recorded(
    refusal: Rejected, status: int, code: str
) -> None:
    assert (refusal.status, refusal.code) == (status, code)


def test_a_post_only_cross_says_so_in_its_details() -> None:
    refusal = refusals.bad_order("post only cross")

    assert refusal.details == "post only cross"
    assert "post only cross" in str(refusal)


def test_a_closed_market_is_named_as_the_venue_names_it() -> None:
    assert refusals.market_inactive("KXA-1").message == "MARKET_INACTIVE"


def test_a_refusal_ends_a_command_as_the_venues_word() -> None:
    assert isinstance(refusals.unfunded(), VenueError)
    assert refusals.group_triggered("g").status == 400
