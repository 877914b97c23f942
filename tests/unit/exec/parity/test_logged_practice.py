from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from kalshi_alpha.core.types import Money
from kalshi_alpha.exec.parity.logged_practice import LoggedPractice
from kalshi_alpha.exec.parity.wire_log import WireLog
from kalshi_alpha.exec.session.practice import open_practice
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from kalshi_alpha.sim.worlds import World, fixture_world

FIXTURES = Path(__file__).resolve().parents[3] / "data_fixtures"


def world() -> World:
    return fixture_world(FIXTURES).only(["KXCPI"])


def asked(log: WireLog, *, replays: bool) -> tuple[Money, float, bool]:
    """Ask for the balance; return it, the seconds it took, and whether the exchange was asked."""

    async def main(clock: VirtualClock) -> tuple[Money, float, bool]:
        practice = open_practice(world(), clock)
        venue = LoggedPractice(practice, log, replays=replays)
        async with venue.exchange as exchange:
            assert exchange.practice is (None if replays else practice)
            client = venue.client(clock)
            await client.compare_clocks()
            begun = clock.now()
            cash = (await client.balance()).cash
            took = (clock.now() - begun) / timedelta(seconds=1)
        closes = practice.world.listed[0].market.close_at
        assert venue.settled_at == closes + timedelta(minutes=15)
        assert venue.settlements.keys() == practice.settlements.keys()
        assert venue.signer is not None
        return cash, took, practice.app.engine.audit() is not None

    return run_virtual(main, world().starts_at)


def test_a_log_answers_as_the_exchange_did_and_as_late() -> None:
    log = WireLog([], [])
    live = asked(log, replays=False)
    assert live[0] == Money.parse("10000")
    assert live[1] > 0.0
    assert asked(log, replays=True) == live
