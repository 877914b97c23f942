"""What an exchange is opened with: markets, their texts, standing books, and how they come out."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.fees import FeeTerms
from kalshi_alpha.core.ladder import legacy_strike
from kalshi_alpha.core.types import (
    E4_PER_DOLLAR,
    Contracts,
    Market,
    MarketStatus,
    Money,
    Price,
    Strike,
    StrikeType,
    TickBand,
    TickGrid,
)
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.market import SimMarket
from kalshi_alpha.sim.orders import BookSide, NewOrder
from kalshi_alpha.sim.pauses import weekly_pause
from kalshi_alpha.sim.rest_catalogue import Catalogue, Json, PrintedTrade
from kalshi_alpha.sim.rest_values import instant_text
from kalshi_alpha.sim.worlds_files import FixtureFiles, read_files

STANDING = "standing orders"
PUBLISHED_AFTER = timedelta(minutes=10)
_CASH = Money(10**15)
Levels = tuple[tuple[int, int], ...]
_COMPARISONS: Mapping[StrikeType, Callable[[Decimal, Decimal], bool]] = {
    StrikeType.GREATER: operator.gt,
    StrikeType.GREATER_OR_EQUAL: operator.ge,
    StrikeType.LESS: operator.lt,
    StrikeType.LESS_OR_EQUAL: operator.le,
}


@dataclass(frozen=True, slots=True)
class World:
    """Markets and what is known of them when the exchange opens.

    Attributes
    ----------
    starts_at
        When the books stood as they are given.
    listed
        The markets.
    catalogue
        Their texts.
    books
        YES and NO levels by ticker, each ``(price_e4, size_e2)`` on its own side's scale.
    feeds
        Folder of the feeds' payloads that belong to the same days, or None.
    """

    starts_at: datetime
    listed: tuple[SimMarket, ...]
    catalogue: Catalogue
    books: Mapping[str, tuple[Levels, Levels]] = field(default_factory=dict)
    feeds: Path | None = None

    @property
    def tickers(self) -> tuple[str, ...]:
        """The markets by name, in the sequence of listing."""
        return tuple(each.market.ticker for each in self.listed)

    def fair(self) -> dict[str, Price]:
        """Return what each market is worth by its book: the middle, within 1 and 99 cents.

        A side without bids counts as the end of the scale.
        """
        values = {}
        for ticker in self.tickers:
            yes, no = self.books.get(ticker, ((), ()))
            bid_e4 = yes[-1][0] if yes else 0
            ask_e4 = E4_PER_DOLLAR - no[-1][0] if no else E4_PER_DOLLAR
            cents = (bid_e4 + ask_e4) // 200
            values[ticker] = Price(min(99, max(1, cents)) * 100)
        return values

    def only(self, series: Iterable[str]) -> World:
        """Return the part that belongs to some series.

        Raises
        ------
        MissingData
            If none of its markets does.
        """
        wanted = frozenset(series)
        listed = tuple(m for m in self.listed if m.market.ticker.partition("-")[0] in wanted)
        if not listed:
            raise MissingData(f"no market of {', '.join(sorted(wanted))} is among the fixtures")
        return replace(self, listed=listed)

    def settling(
        self, outcomes: Mapping[str, Price], published_after: timedelta = PUBLISHED_AFTER
    ) -> World:
        """Return the markets with what each will pay, published some time after it closes."""
        listed = tuple(
            replace(
                each,
                determined_at=each.market.close_at + published_after,
                settlement_value=outcomes[each.market.ticker],
            )
            if each.market.ticker in outcomes
            else each
            for each in self.listed
        )
        return replace(self, listed=listed)


def fixture_world(folder: Path, shift_to: datetime | None = None) -> World:
    """Read the markets of a folder of venue fixtures.

    Parameters
    ----------
    folder
        Holds ``manifest.json``, ``series``, ``events``, ``orderbooks``, ``exchange``, ``trades``.
    shift_to
        Move every time so that the books stand at this instant; None leaves them.

    Raises
    ------
    MissingData
        If a file is absent.
    ParseRefused
        If a file, or what it says of a market, cannot be read.
    """
    files = read_files(folder)
    by = timedelta(0) if shift_to is None else shift_to - files.books_at
    starts_at = files.books_at + by
    fees = {
        event["event_ticker"]: _fees(event, files.series[str(event["series_ticker"])])
        for event in files.events
    }
    markets = [_shifted(market, by) for market in files.markets]
    exclusive = {e["event_ticker"] for e in files.events if e.get("mutually_exclusive")}
    listed = tuple(
        SimMarket(
            market=market_of(terms),
            fees=fees[terms["event_ticker"]],
            settlement_timer=timedelta(seconds=_whole(terms["settlement_timer_seconds"])),
            mutually_exclusive=terms["event_ticker"] in exclusive,
        )
        for terms in markets
    )
    catalogue = _catalogue(files, markets, by, starts_at)
    return World(starts_at, listed, catalogue, files.books, files.driver_fixtures)


def market_of(terms: Json) -> Market:
    """Build a market from its terms in the venue's fields.

    Raises
    ------
    DomainError
        If they describe none.
    """
    ticker = str(terms["ticker"])
    kind = terms.get("strike_type")
    strike = (
        legacy_strike(ticker)
        if kind is None
        else Strike(
            StrikeType(str(kind)), _decimal(terms, "floor_strike"), _decimal(terms, "cap_strike")
        )
    )
    return Market(
        ticker=ticker,
        event_ticker=str(terms["event_ticker"]),
        strike=strike,
        tick_grid=_grid(terms["price_ranges"]),
        status=MarketStatus(str(terms["status"])),
        close_at=datetime.fromisoformat(str(terms["close_time"])),
        title=str(terms.get("yes_sub_title", "")),
    )


def stand_books(engine: Engine, world: World, at: datetime) -> None:
    """Rest the world's books in an engine, one order a level, of an account that never moves.

    What stands in the weekly pause has stood since before it. A market that does not trade at that
    instant keeps an empty book.
    """
    engine.add_account(STANDING, _CASH, silent=True)
    paused_at, _ = weekly_pause(at)
    now, at = at, min(at, paused_at - timedelta(seconds=1))
    engine.advance(at)
    for ticker in world.tickers:
        if engine.market(ticker).status is not MarketStatus.ACTIVE:
            continue
        yes, no = world.books.get(ticker, ((), ()))
        for side, levels in ((BookSide.BID, yes), (BookSide.ASK, no)):
            for own_e4, size_e2 in levels:
                price_e4 = own_e4 if side is BookSide.BID else E4_PER_DOLLAR - own_e4
                order = NewOrder(
                    ticker=ticker, side=side, price=Price(price_e4), contracts=Contracts(size_e2)
                )
                engine.create(STANDING, order, at)
    engine.advance(now)


def outcomes_of(world: World, values: Mapping[str, Decimal]) -> dict[str, Price]:
    """Return what each market pays when its event comes out at a value.

    Parameters
    ----------
    world
        Holds the markets.
    values
        Settlement values by event ticker; events that are absent are left out.
    """
    return {
        each.market.ticker: Price(E4_PER_DOLLAR if _pays(each.market.strike, value) else 0)
        for each in world.listed
        if (value := values.get(each.market.event_ticker)) is not None
    }


def drawn_outcomes(world: World, seed: int) -> dict[str, Price]:
    """Draw how every event comes out, by the odds of its books and consistent within it.

    Markets of which only one can be YES are drawn as one; thresholds share one number, so that
    what is above the higher is above the lower too.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible, and no secret
    fair = world.fair()
    drawn: dict[str, Price] = {}
    for event in sorted({each.market.event_ticker for each in world.listed}):
        own = [each for each in world.listed if each.market.event_ticker == event]
        tickers = [each.market.ticker for each in own]
        if own[0].mutually_exclusive:
            (winner,) = rng.choices(tickers, [fair[ticker].e4 for ticker in tickers])
            wins = {winner}
        else:
            wins = _above(own, fair, rng.random())
        drawn |= {t: Price(E4_PER_DOLLAR if t in wins else 0) for t in tickers}
    return drawn


def _above(own: Sequence[SimMarket], fair: Mapping[str, Price], drawn: float) -> set[str]:
    wins = set()
    for each in own:
        falls = each.market.strike.strike_type in {StrikeType.LESS, StrikeType.LESS_OR_EQUAL}
        odds = fair[each.market.ticker].dollars
        if odds > (1 - drawn if falls else drawn):
            wins.add(each.market.ticker)
    return wins


def _pays(strike: Strike, value: Decimal) -> bool:
    if strike.strike_type is StrikeType.BETWEEN:
        low, high = strike.floor, strike.cap
        return low is not None and high is not None and low <= value <= high
    falls = strike.strike_type in {StrikeType.LESS, StrikeType.LESS_OR_EQUAL}
    bound = strike.cap if falls else strike.floor
    return bound is not None and _COMPARISONS[strike.strike_type](value, bound)


def _catalogue(
    files: FixtureFiles, markets: Sequence[Json], by: timedelta, starts_at: datetime
) -> Catalogue:
    tape: dict[str, list[PrintedTrade]] = {}
    for row in files.trades:
        at = datetime.fromisoformat(str(row["created_time"])) + by
        if at <= starts_at:
            told = PrintedTrade(at, {**row, "created_time": instant_text(at)})
            tape.setdefault(str(row["ticker"]), []).append(told)
    events = {str(e["event_ticker"]): _shifted(e, by) for e in files.events}
    return Catalogue(
        series=files.series,
        events=events,
        markets={str(m["ticker"]): m for m in markets},
        fee_changes=files.fee_changes,
        schedule=files.schedule,
        tape=tape,
    )


def _shifted(terms: Json, by: timedelta) -> dict[str, object]:
    """Move every time of a market or an event; their names end alike."""
    moved = dict(terms)
    for name, value in terms.items():
        if isinstance(value, str) and value and name.endswith(("_time", "_ts")):
            moved[name] = instant_text(datetime.fromisoformat(value) + by)
    return moved


def _fees(event: Json, series: Json) -> FeeTerms:
    terms = FeeTerms.parse(str(series["fee_type"]), str(series["fee_multiplier"]))
    kind, multiplier = event.get("fee_type_override"), event.get("fee_multiplier_override")
    return terms.overridden(
        None if kind is None else str(kind), None if multiplier is None else str(multiplier)
    )


def _grid(ranges: object) -> TickGrid:
    bands = ranges if isinstance(ranges, list) else []
    return TickGrid(
        tuple(
            TickBand(*(Price.parse(band[name]).e4 for name in ("start", "end", "step")))
            for band in bands
        )
    )


def _decimal(terms: Json, name: str) -> Decimal | None:
    value = terms.get(name)
    return None if value is None else Decimal(str(value))


def _whole(value: object) -> int:
    return int(str(value))
