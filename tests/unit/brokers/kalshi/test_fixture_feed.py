from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.brokers.kalshi.fixture_feed import FixtureFeed
from kalshi_alpha.core.errors import MissingData, NewerSchema, ParseRefused, UnknownFee
from kalshi_alpha.core.fees import Liquidity
from kalshi_alpha.core.types import TickGrid

FIXTURES = Path(__file__).parents[3] / "data_fixtures"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES, tmp_path / "venue"))


def edit(path: Path, **change: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))


def test_the_series_are_read_with_their_events_books_and_fees() -> None:
    feed = FixtureFeed(FIXTURES)
    (event,) = feed.events("KXCPI")
    assert event.event_ticker == "KXCPI-24NOV"
    assert set(event.books) == {market.ticker for market in event.markets}
    assert not event.unreadable
    assert event.fees.at(event.seen_at).rate_e10(Liquidity.MAKER) == 175_000_000


def test_core_makers_trade_free_and_the_yearly_ladder_has_tapered_ticks() -> None:
    feed = FixtureFeed(FIXTURES)
    (core,) = feed.events("KXCPICORE")
    (yearly,) = feed.events("KXCPIYOY")
    assert core.fees.at(core.seen_at).rate_e10(Liquidity.MAKER) == 0
    assert all(len(m.tick_grid.bands) == 3 for m in yearly.markets)
    assert all(m.tick_grid == TickGrid.linear_cent() for m in core.markets)


def test_a_tape_that_was_not_kept_is_not_an_empty_tape() -> None:
    feed = FixtureFeed(FIXTURES)
    assert feed.trades("KXCPIYOY-24NOV") is None
    prints = feed.trades("KXCPI-24NOV")
    assert prints is not None
    assert prints[0].at < prints[-1].at <= feed.manifest.trades_until


def test_the_exchange_trades() -> None:
    assert FixtureFeed(FIXTURES).trading_active()


def test_an_event_override_beats_the_series(folder: Path) -> None:
    path = folder / "events" / "KXCPI-24NOV.json"
    body = json.loads(path.read_text())
    body["event"] |= {"fee_type_override": "quadratic", "fee_multiplier_override": 1}
    path.write_text(json.dumps(body))
    (event,) = FixtureFeed(folder).events("KXCPI")
    assert event.fees.at(event.seen_at).rate_e10(Liquidity.MAKER) == 0


def test_the_books_of_an_event_may_have_stood_at_a_time_of_their_own(folder: Path) -> None:
    at = datetime(2024, 12, 12, 11, 29, 40, tzinfo=UTC)
    edit(folder / "manifest.json", seen_at_of={"KXJOBLESSCLAIMS-24DEC12": at.isoformat()})
    feed = FixtureFeed(folder)
    (claims,) = feed.events("KXJOBLESSCLAIMS")
    assert claims.seen_at == at
    assert {book.as_of for book in claims.books.values()} == {at}
    assert claims.fees.at(at).rate_e10(Liquidity.MAKER) == 0
    (prices,) = feed.events("KXCPI")
    assert prices.seen_at == feed.manifest.books_seen_at


def test_a_fee_type_that_cannot_be_computed_is_never_guessed(folder: Path) -> None:
    path = folder / "series" / "KXCPI.json"
    body = json.loads(path.read_text())
    body["series"]["fee_type"] = "flat"
    path.write_text(json.dumps(body))
    (event,) = FixtureFeed(folder).events("KXCPI")
    with pytest.raises(UnknownFee):
        event.fees.at(event.seen_at)


@pytest.mark.parametrize(
    "missing", ["manifest.json", "series/KXCPI.json", "orderbooks/KXCPI-24NOV.json"]
)
def test_a_missing_file_is_named(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(MissingData, match=missing):
        FixtureFeed(folder).events("KXCPI")


def test_a_torn_file_is_named(folder: Path) -> None:
    (folder / "events" / "KXCPI-24NOV.json").write_text('{"event":')
    with pytest.raises(ParseRefused, match=r"KXCPI-24NOV\.json"):
        FixtureFeed(folder).events("KXCPI")


def test_a_manifest_of_a_later_version_is_refused(folder: Path) -> None:
    edit(folder / "manifest.json", schema=99)
    with pytest.raises(NewerSchema):
        FixtureFeed(folder)


def test_a_manifest_with_an_unknown_key_is_refused(folder: Path) -> None:
    edit(folder / "manifest.json", clock="noon")
    with pytest.raises(ParseRefused, match="clock"):
        FixtureFeed(folder)


def test_the_driver_fixtures_lie_beside_it() -> None:
    assert (FixtureFeed(FIXTURES).driver_fixtures / "manifest.json").exists()
