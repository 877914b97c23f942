from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from kalshi_alpha.brokers.kalshi.payloads import EventPayload, MarketPayload
from kalshi_alpha.config.loading import load
from kalshi_alpha.config.series import SeriesBook
from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.dev.market_names import Markets, NoSuchMarket, contract_on, find_markets

CONFIG = Path(__file__).resolve().parents[3] / "configs" / "series.yaml"
TODAY = date(2024, 12, 12)
LADDER = ("KXUST10AD-24DEC12-T4.30", "KXUST10AD-24DEC12-T4.32")


def event(series: str, contract: str, *strikes: str) -> EventPayload:
    ticker = f"{series}-{contract}"
    markets = tuple(
        MarketPayload(f"{ticker}-{strike}", ticker, "active", "2024-12-12T20:29:00Z", ())
        for strike in strikes
    )
    return EventPayload(ticker, series, "", markets)


class Venue:
    def __init__(self, *events: EventPayload) -> None:
        self.open, self.asked = events, list[str]()

    async def events(
        self, series_ticker: str, *, status: str | None = "open"
    ) -> tuple[EventPayload, ...]:
        assert status == "open"
        self.asked.append(series_ticker)
        return tuple(each for each in self.open if each.series_ticker == series_ticker)


TEN_YEAR = event("KXUST10AD", "24DEC12", "T4.30", "T4.32")


def found(*names: str, venue: Venue | None = None) -> Markets:
    book = load(CONFIG, SeriesBook).value
    return asyncio.run(find_markets(names, book, venue or Venue(TEN_YEAR), TODAY, "sim"))


@pytest.mark.parametrize(
    "name", ["TNEY-24DEC12", "TENY-24dec12", "TNEY-2024-12-12", "TNEY-today", "tney-TODAY"]
)
def test_a_day_of_ours_is_the_ladder_of_that_day(name: str) -> None:
    assert found(name) == Markets(LADDER, {f"{name[:4].upper()}-24DEC12": LADDER})


def test_a_contract_of_ours_is_one_market_and_no_market_is_followed_twice() -> None:
    names = ("TNEY-24DEC12-T4.32", LADDER[1], "TNEY-24DEC12")
    assert found(*names) == Markets(LADDER[::-1], {names[0]: LADDER[1:], names[2]: LADDER})


def test_tickers_of_the_venue_are_taken_as_they_are_and_nobody_is_asked() -> None:
    venue = Venue()
    assert found("KXUST10AD-24DEC12-T4.30", "A", venue=venue) == Markets((LADDER[0], "A"))
    assert venue.asked == []


def test_every_series_of_a_family_is_looked_through() -> None:
    ladders = [event(series, "24DEC", "T0.3") for series in ("KXCPI", "KXCPIYOY", "KXCPICORE")]
    assert len(found("CPI-24DEC", venue=Venue(*ladders)).tickers) == 3


@pytest.mark.parametrize(
    ("name", "open_events", "said"),
    [
        (
            "TNEY-24DEC13",
            (TEN_YEAR,),
            "TNEY-24DEC13 means nothing open at sim; open are KXUST10AD-24DEC12: type TNEY-24DEC12",
        ),
        ("TNEY", (TEN_YEAR,), "TNEY means nothing open at sim; open are KXUST10AD-24DEC12"),
        ("TNEY-today", (), "TNEY-today is of KXUST10AD, of which nothing is open at sim"),
    ],
)
def test_a_name_that_means_nothing_is_told_what_there_is(
    name: str, open_events: tuple[EventPayload, ...], said: str
) -> None:
    with pytest.raises(NoSuchMarket, match="^" + said) as info:
        found(name, venue=Venue(*open_events))
    assert info.value.exit_code == 5


def test_a_family_that_is_switched_off_is_said_to_be() -> None:
    book = load(CONFIG, SeriesBook).value
    off = SeriesBook(schema=1, families=book.families, series=())
    with pytest.raises(NotBuilt, match="switched off"):
        asyncio.run(find_markets(["TNEY-24DEC12"], off, Venue(), TODAY, "sim"))


def test_other_words_stay_as_they_are() -> None:
    assert contract_on("24DEC12-T4.3", TODAY) == "24DEC12-T4.3"
    assert contract_on("", TODAY) == ""
