from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fakes.order_venue import FakeVenue
from kalshi_alpha.brokers.account_lock import account_lock
from kalshi_alpha.brokers.journal import OrderJournal, read_journal
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ConfigError, TornFile, UsageError, VenueUnavailable
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.request import order_request
from kalshi_alpha.exec import order_desk
from kalshi_alpha.exec.order_desk import all_cancelled, listed, reconciled
from order_cases import (
    AT,
    ID,
    MARKET,
    ORDER,
    OTHER_MARKET,
    accepted,
    cancelled,
    filled,
    intended,
    intent,
    lost,
    surplus_found,
)

SIM = KalshiEnv.SIM
OTHER = intent(ticker=OTHER_MARKET)


@dataclass
class Now:
    at: datetime = AT

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class Groups:
    """The client's side of a cancel through order groups."""

    venue: FakeVenue
    fails: bool = False

    async def compare_clocks(self) -> None:
        if self.fails:
            raise VenueUnavailable("GET /exchange/status: timeout (4 tries)")

    async def order_groups(self) -> list[Any]:
        return []

    async def orders(self, *, status: str | None = None) -> list[SimpleNamespace]:
        assert status == "resting"
        return [SimpleNamespace(order_group_id=None) for _ in self.venue.resting()]

    async def cancel_all(self) -> Any:
        return await self.venue.cancel_everything()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "state" / "orders.sqlite"


@pytest.fixture
def venue(monkeypatch: pytest.MonkeyPatch) -> FakeVenue:
    """A venue in memory in the place of the client and its account."""
    made = FakeVenue(Now(), latency_s=0.0)
    client = Groups(made)

    @asynccontextmanager
    async def opened(*_: object) -> AsyncIterator[Groups]:
        await client.compare_clocks()
        yield client

    async def at_once(_: float) -> None:
        return None

    monkeypatch.setattr(order_desk, "opened", opened)
    monkeypatch.setattr(order_desk, "KalshiAccount", lambda _: made)
    monkeypatch.setattr(asyncio, "sleep", at_once)
    return made


def write(journal: Path, *events: ev.OrderEvent) -> None:
    with OrderJournal(journal, SIM.value) as opened:
        opened.append(events)


def rest(venue: FakeVenue, *orders: Any) -> None:
    for order in orders:
        asyncio.run(venue.create(order_request(order, None), lambda: None))


def test_an_empty_root_has_no_orders_and_says_so(journal: Path) -> None:
    shown = listed(journal)
    assert (shown.exit_code, shown.document["orders"]) == (0, [])
    assert "no order was ever journalled" in shown.text


def test_the_list_shows_what_is_open_held_locked_and_stopped(journal: Path) -> None:
    stop = ev.SeriesStopped(at=AT, series="KXCPI", why="unresolved")
    other = OTHER.client_order_id
    gone = ev.Lost(at=AT, client_order_id=other, why="reset")
    write(journal, intended(), accepted(), filled(300), intended(OTHER), gone, stop)
    shown = listed(journal)
    assert shown.text.splitlines() == [
        f"{journal}: 1 resting, 0 in flight, 1 unknown, 8.400000 dollars at risk",
        f"{'order':<36}  market            side  price   open   filled  state",
        f"{ID}  {MARKET}  yes   0.4200  7.00   3.00    resting",
        f"{other}  {OTHER_MARKET}  yes   0.4200  10.00  0.00    unknown",
        f"held: {MARKET} 3.00 YES",
        "stopped: KXCPI, unresolved",
        f"locked: {OTHER_MARKET}",
    ]
    assert [order["state"] for order in shown.document["orders"]] == ["resting", "unknown"]
    assert shown.document["positions_e2"] == {MARKET: 300}


def test_the_list_shows_a_second_order_whatever_became_of_the_first(journal: Path) -> None:
    write(journal, intended(), accepted(), surplus_found(), cancelled())
    shown = listed(journal)
    head, _, row, locked = shown.text.splitlines()
    assert head.endswith(
        "0 resting, 0 in flight, 0 unknown, 1 second order, 4.200000 dollars at risk"
    )
    assert row.split() == [
        "venue-2", MARKET, "yes", "0.4200", "10.00", "second", "order", "of", ID,
    ]  # fmt: skip
    assert locked == f"locked: {MARKET}"
    (second,) = shown.document["second_orders"]
    assert (second["order_id"], second["client_order_id"]) == ("venue-2", ID)
    assert shown.document["orders"] == []


def test_cancel_all_ends_a_second_order_in_the_journal_too(venue: FakeVenue, journal: Path) -> None:
    rest(venue, ORDER)
    extra = venue.twin(ID)
    write(journal, intended(), accepted(), surplus_found())
    shown = asyncio.run(all_cancelled(SIM, {}, journal, venue.clock))
    assert (shown.text, extra.remaining) == ("sim: nothing rests", 0)
    assert not Blotter(read_journal(journal)).surplus.open()


def test_orders_that_are_over_are_shown_if_asked_for(journal: Path) -> None:
    write(journal, intended(), accepted(), cancelled())
    assert listed(journal).document["orders"] == []
    assert len(listed(journal, everything=True).document["orders"]) == 1


def test_a_damaged_journal_is_an_error_and_not_an_empty_list(journal: Path) -> None:
    journal.parent.mkdir()
    journal.write_bytes(b"not a database" * 100)
    with pytest.raises(TornFile):
        listed(journal)


def test_reconciling_adopts_what_was_sent_before_a_crash(venue: FakeVenue, journal: Path) -> None:
    opening = ev.Stated(at=AT, cash=asyncio.run(venue.cash()))
    write(journal, opening, intended())
    rest(venue, ORDER)
    shown = asyncio.run(reconciled(SIM, {}, journal, None, venue.clock))
    assert (shown.text, shown.exit_code) == ("sim: agrees with the venue", 0)
    assert [o["state"] for o in listed(journal).document["orders"]] == ["resting"]


def test_breaks_are_a_table_and_exit_three(venue: FakeVenue, journal: Path) -> None:
    asyncio.run(reconciled(SIM, {}, journal, None, venue.clock))
    venue.state.cash -= 5_000_000
    shown = asyncio.run(reconciled(SIM, {}, journal, None, venue.clock))
    assert shown.exit_code == 3
    assert shown.text.splitlines() == [
        "sim: 1 break",
        "break  of       here         at the venue",
        "cash   balance  1000.000000  995.000000",
    ]
    assert shown.document["breaks"] == [
        {"kind": "cash", "subject": "balance", "ours": "1000.000000", "venue": "995.000000"}
    ]
    accepting = asyncio.run(reconciled(SIM, {}, journal, "withdrawn", venue.clock))
    assert accepting.exit_code == 0
    assert accepting.text == "sim: agrees with the venue\naccepted: withdrawn"
    again = asyncio.run(reconciled(SIM, {}, journal, "withdrawn", venue.clock))
    assert again.text == "sim: agrees with the venue\nnothing had to be accepted"


def test_a_trade_by_hand_that_is_accepted_is_whole_at_once(venue: FakeVenue, journal: Path) -> None:
    asyncio.run(reconciled(SIM, {}, journal, None, venue.clock))
    venue.foreign_order(MARKET)
    venue.fill("", 100)
    shown = asyncio.run(reconciled(SIM, {}, journal, None, venue.clock))
    assert (shown.exit_code, shown.text.splitlines()[0]) == (3, "sim: 3 breaks")
    accepting = asyncio.run(reconciled(SIM, {}, journal, "by hand", venue.clock))
    assert accepting.text == "sim: agrees with the venue\naccepted: by hand"
    assert (accepting.exit_code, accepting.document["clean"]) == (0, True)
    assert asyncio.run(reconciled(SIM, {}, journal, None, venue.clock)).exit_code == 0


def test_what_an_order_may_still_change_is_not_accepted(venue: FakeVenue, journal: Path) -> None:
    write(journal, ev.Stated(at=AT, cash=asyncio.run(venue.cash())), intended())
    rest(venue, ORDER)
    venue.state.cash -= 5_000_000
    shown = asyncio.run(reconciled(SIM, {}, journal, "withdrawn", venue.clock))
    assert shown.exit_code == 3
    assert shown.text.splitlines()[-1] == (
        "nothing was accepted: an order may still trade, cancel-all first"
    )


def test_while_a_session_runs_a_comparison_writes_nothing(venue: FakeVenue, journal: Path) -> None:
    write(journal, ev.Stated(at=AT, cash=asyncio.run(venue.cash())))
    with account_lock(journal, "the runner"):
        shown = asyncio.run(reconciled(SIM, {}, journal, None, venue.clock))
        assert shown.exit_code == 0
        assert "(the runner)" in shown.text
        assert len(read_journal(journal)) == 1
        with pytest.raises(UsageError, match="while a session runs"):
            asyncio.run(reconciled(SIM, {}, journal, "x", venue.clock))


@pytest.mark.parametrize("news", [[], [lost()], [accepted()]], ids=["in flight", "lost", "rests"])
def test_cancel_all_finds_and_cancels_what_a_crash_left(
    news: list[ev.OrderEvent], venue: FakeVenue, journal: Path
) -> None:
    write(journal, ev.Stated(at=AT, cash=asyncio.run(venue.cash())), intended(), *news)
    rest(venue, ORDER)
    venue.foreign_order(MARKET)
    shown = asyncio.run(all_cancelled(SIM, {}, journal, venue.clock))
    assert (shown.text, shown.exit_code) == ("sim: nothing rests", 0)
    assert venue.resting() == []
    assert listed(journal).document["orders"] == []


def test_cancel_all_says_what_it_could_not_confirm(venue: FakeVenue, journal: Path) -> None:
    write(journal, intended(), accepted())
    rest(venue, ORDER)
    venue.script.extend(["lost"] * 1000)
    shown = asyncio.run(all_cancelled(SIM, {}, journal, venue.clock))
    assert shown.exit_code == 5
    assert ID in shown.text
    assert shown.document["confirmed"] is False


def test_cancel_all_works_beside_a_session_and_without_a_journal_that_can_be_read(
    venue: FakeVenue, journal: Path
) -> None:
    rest(venue, ORDER)
    with account_lock(journal, "the runner"):
        shown = asyncio.run(all_cancelled(SIM, {}, journal, venue.clock))
    assert shown.exit_code == 0
    assert "at the venue only" in shown.text
    rest(venue, OTHER)
    journal.write_bytes(b"not a database" * 100)
    assert asyncio.run(all_cancelled(SIM, {}, journal, venue.clock)).exit_code == 0
    assert venue.resting() == []


def test_orders_of_one_environment_are_not_taken_for_anothers(
    venue: FakeVenue, journal: Path
) -> None:
    write(journal, intended())
    with pytest.raises(ConfigError, match="orders of sim, not of prod"):
        asyncio.run(reconciled(KalshiEnv.PROD, {}, journal, None, venue.clock))
    shown = asyncio.run(all_cancelled(KalshiEnv.PROD, {}, journal, venue.clock))
    assert (shown.exit_code, "at the venue only" in shown.text) == (0, True)
