from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from kalshi_alpha.core.types import Money
from kalshi_alpha.exec.session.practice import Practice, PracticeOptions, open_practice
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from kalshi_alpha.sim.worlds import World, fixture_world

FIXTURES = Path(__file__).resolve().parents[3] / "data_fixtures"


def world() -> World:
    return fixture_world(FIXTURES).only(["KXCPI"])


def test_the_account_holds_its_cash_and_others_trade_beside_it() -> None:
    async def main(clock: VirtualClock) -> None:
        practice = open_practice(world(), clock, PracticeOptions(pace=20.0))
        async with practice.exchange:
            client = practice.client(clock)
            await client.compare_clocks()
            assert (await client.balance()).cash == Money.parse("10000")
            assert await client.orders() == ()
            closes = practice.world.listed[0].market.close_at
            assert practice.settled_at == closes + timedelta(minutes=15)

    run_virtual(main, world().starts_at)


def test_a_seed_decides_how_events_come_out() -> None:
    async def main(clock: VirtualClock) -> list[Practice]:
        options = [PracticeOptions(seed=seed) for seed in (1, 1, 2, 3, 4, 5)]
        return [open_practice(world(), clock, each) for each in options]

    made = run_virtual(main, world().starts_at)
    ends = [tuple(each.settlement_value for each in p.world.listed) for p in made]
    assert ends[0] == ends[1]
    assert len(set(ends)) > 1
