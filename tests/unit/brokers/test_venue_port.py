from __future__ import annotations

from fakes.order_venue import FakeVenue
from kalshi_alpha.brokers.venue_port import BatchAnswer, ChangeAnswer, CreateAnswer, VenuePort
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from order_cases import AT


def test_an_answer_claims_nothing_that_it_was_not_given() -> None:
    assert (CreateAnswer(201).ack, CreateAnswer(201).code) == (None, "")
    assert BatchAnswer(201).items is None
    assert ChangeAnswer(200).count is None


def test_the_venue_in_memory_is_one() -> None:
    async def main(clock: VirtualClock) -> VenuePort:
        return FakeVenue(clock)

    assert run_virtual(main, AT) is not None
