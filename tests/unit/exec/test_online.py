from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import AT, REPOSITORY, ledger_row
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.fixture_feed import FixtureFeed
from kalshi_alpha.brokers.kalshi.venue_snapshot import VenueSnapshot
from kalshi_alpha.core.errors import MissingData, UsageError, VenueUnavailable
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.exec import online as module
from kalshi_alpha.exec import publishers
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.forecasting import installed_strategy, venue_calibration
from kalshi_alpha.exec.online import Online, gather, wire_online
from kalshi_alpha.exec.scanning import look_around
from kalshi_alpha.exec.wiring import DataMode
from runs import new_root
from shelved_feeds import Shelved
from sim_exchange import Clock

FIXTURES = REPOSITORY / "tests/data_fixtures"


@pytest.fixture
def wired(tmp_path: Path) -> Callable[..., Online]:
    root = new_root(tmp_path)

    def wire(env: str = "prod", **given: Any) -> Online:
        environ = {"KALSHI_ALPHA_HOME": str(root), "KALSHI_ENV": env}
        asked: dict[str, Any] = {
            "series": "KXCPI",
            "practice_history": FIXTURES,
            "as_of": None,
        } | given
        return wire_online(environ=environ, **asked)

    return wire


def at_the_scenario(online: Online) -> Online:
    """Set the clock back to the day of the fixtures, as no command can."""
    at = RunClock(AT, ClockSource.SYSTEM)
    return replace(online, clock=Clock(AT), run=replace(online.run, clock=at))


def test_without_a_word_the_real_venue_is_read_on_paper(wired: Callable[..., Online]) -> None:
    online = wired("")
    run = online.run
    assert (run.data_mode, run.action, run.environment) == (
        DataMode.ONLINE,
        Action.PAPER,
        "prod",
    )
    assert run.ledger_mode is LedgerMode.PAPER
    assert wired("demo").run.environment == "demo"


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ({"as_of": "2024-12-11T11:30:00Z"}, "keeps its own time"),
        ({"driver_fixtures": FIXTURES}, "come from their publishers"),
    ],
)
def test_neither_a_clock_nor_feeds_can_be_made_up(
    wired: Callable[..., Online], given: dict[str, Any], remedy: str
) -> None:
    with pytest.raises(UsageError, match=remedy):
        wired(**given)


def test_everything_that_is_read_comes_from_the_venue_and_the_publishers(
    wired: Callable[..., Online], monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, online = FixtureFeed(FIXTURES), at_the_scenario(wired())

    async def read(_client: object, tickers: list[str], _clock: object) -> VenueSnapshot:
        return VenueSnapshot(True, {each: feed.events(each) for each in tickers}, AT)

    async def compared(_client: object) -> None:
        return None

    async def no_candles(_client: object, *asked: object) -> tuple[()]:
        seen.append(asked)
        return ()

    seen: list[tuple[object, ...]] = []
    row = ledger_row(
        mode=LedgerMode.LIVE, environment="prod", placed_at=AT - timedelta(days=30), lead_hours=2.0
    )
    LedgerStore(online.run.paths).upsert([row], AT)
    monkeypatch.setattr(module, "read_venue", read)
    monkeypatch.setattr(VenueClient, "compare_clocks", compared)
    monkeypatch.setattr(VenueClient, "candles", no_candles)
    monkeypatch.setattr(
        publishers, "feed_client", lambda _e, _p, stations: Shelved(online.clock, stations)
    )
    found = gather(online, "KXCPI")
    assert [event.event_ticker for event in found.inputs.events["KXCPI"]] == ["KXCPI-24NOV"]
    assert [each[:2] for each in seen] == [(row.series, row.market_ticker)]
    assert [(each.market.ticker, each.why) for each in found.closing] == [
        (row.market_ticker, "no_quote")
    ]
    assert found.run.feed.trading_active()
    assert found.run.feed.trades("KXCPI-24NOV") is None
    assert not [error for each in found.ingested for error in each.errors]
    assert look_around(found.run, found.ingested, window_only=False).readings
    with pytest.raises(MissingData, match="cpi_calib"):
        venue_calibration(found.run, installed_strategy("CPI"))


def test_a_venue_that_cannot_be_reached_is_an_error_and_no_fixture(
    wired: Callable[..., Online], monkeypatch: pytest.MonkeyPatch
) -> None:
    online = at_the_scenario(wired())
    monkeypatch.setattr(
        publishers, "feed_client", lambda _e, _p, stations: Shelved(online.clock, stations)
    )

    async def unreachable(_client: object) -> None:
        raise VenueUnavailable("GET /exchange/status: no answer")

    monkeypatch.setattr(VenueClient, "compare_clocks", unreachable)
    with pytest.raises(VenueUnavailable):
        gather(online, "KXCPI")
