"""From a desk and the live books to the page's panels, each a piece of HTML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from kalshi_alpha.core.types import E4_PER_DOLLAR, Side
from kalshi_alpha.exec.desk.desk import CapUse, Desk, LadderSeen, OrderSeen, ProfitSeen, RungSeen
from kalshi_alpha.web.dashboard import shown
from kalshi_alpha.web.dashboard.live_books import Listed, LiveBooks, Top
from kalshi_alpha.web.dashboard.vendored import served

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent / "templates"
PANELS = (
    *("status", "verdict", "series", "releases", "monitors", "feeds", "orders"),
    *("fills", "exposure", "profit", "alerts", "files"),
)
"""Panels but for the ladders, which are made anew only when there are others."""


@dataclass(frozen=True, slots=True)
class Row:
    """A market as a line of the page: what the scan says, and its best prices.

    ``own`` are the orders of ours that rest there.
    """

    ticker: str
    strike: str
    rung: RungSeen | None
    top: Top | None
    live: bool
    own: tuple[OrderSeen, ...]

    @property
    def prob_model(self) -> float | None:
        """Our probability of YES."""
        return self.rung.prob_model if self.rung else None

    @property
    def mid(self) -> float | None:
        """The newest mid: of the live book, else of the scan."""
        if self.live:
            return self.top.mid if self.top else None
        if self.top is not None and self.top.mid is not None:
            return self.top.mid
        return self.rung.prob_market if self.rung else None

    @property
    def gap(self) -> float | None:
        """Our probability less the mid, in dollars."""
        if self.prob_model is None or self.mid is None:
            return None
        return self.prob_model - self.mid

    @property
    def quote_e4(self) -> int | None:
        """Where the scan would quote, on the scale of YES."""
        quote = self.rung.quote if self.rung else None
        return None if quote is None else of_yes(quote.side, quote.price_e4)

    @property
    def resting_e4(self) -> tuple[int, ...]:
        """Prices of our own orders, on the scale of YES."""
        return tuple(sorted({of_yes(each.side, each.price_e4) for each in self.own}))


def of_yes(side: Side, price_e4: int) -> int:
    """Return a side's price on the scale of YES."""
    return price_e4 if side is Side.YES else E4_PER_DOLLAR - price_e4


@dataclass(frozen=True, slots=True)
class Event:
    """A ladder of the page."""

    event: str
    series: str
    scan: LadderSeen | None
    rows: tuple[Row, ...]

    @property
    def panel(self) -> str:
        """The name under which it is sent when it changes."""
        return f"event-{self.event}"

    @property
    def key(self) -> tuple[Any, ...]:
        """What it depends on but for prices, which are sent by themselves."""
        markets = tuple((row.ticker, row.live, row.own) for row in self.rows)
        return (self.scan.at if self.scan else None), markets


def events_of(desk: Desk, live: LiveBooks) -> tuple[Event, ...]:
    """Return the scans' ladders, and then what else the venue lists of the same series."""
    own: dict[str, list[OrderSeen]] = defaultdict(list)
    for order in desk.orders:
        own[order.ticker].append(order)
    listed: dict[str, list[Listed]] = defaultdict(list)
    for market in live.markets.values():
        listed[market.event].append(market)
    scanned = [
        Event(
            ladder.event,
            ladder.series,
            ladder,
            tuple(_row(rung.ticker, rung.strike, rung, live, own) for rung in ladder.rungs),
        )
        for ladder in desk.ladders
    ]
    known = {each.event for each in scanned}
    others = [
        Event(
            event,
            markets[0].series,
            None,
            tuple(_row(each.ticker, each.strike, None, live, own) for each in markets),
        )
        for event, markets in sorted(listed.items())
        if event not in known
    ]
    return (*scanned, *others)


def _row(
    ticker: str,
    strike: str,
    rung: RungSeen | None,
    live: LiveBooks,
    own: dict[str, list[OrderSeen]],
) -> Row:
    top, is_live = live.top(ticker), ticker in live.markets
    if top is None and not is_live and rung is not None and rung.book is not None:
        book = rung.book
        top = Top(
            book.bid_e4,
            book.ask_e4,
            book.yes[0][1] if book.yes else None,
            book.no[0][1] if book.no else None,
            "",
        )
    return Row(ticker, strike, rung, top, is_live, tuple(own.get(ticker, ())))


def nearest(exposure: Iterable[CapUse]) -> tuple[CapUse, ...]:
    """Return the uses of caps, the nearest to its limit first."""
    return tuple(sorted(exposure, key=lambda use: (-use.share, use.cap, use.of)))


def profit_series(profit: ProfitSeen) -> str:
    """Return cumulative settled profit by day as JSON: noon of each day in seconds, dollars."""
    times, dollars, total = [], [], 0
    for each in profit.days:
        total += each.profit.e6
        # Noon, so that the day is the same wherever the browser is.
        times.append(each.day.toordinal() * 86_400 - 719_163 * 86_400 + 43_200)
        dollars.append(total / 1e6)
    return msgspec.json.encode([times, dollars]).decode()


class Views:
    """Renders the page and its panels; every value is escaped."""

    def __init__(self) -> None:
        self._environment = _environment()

    def panel(self, name: str, desk: Desk, live: LiveBooks) -> str:
        """Return the inside of one panel."""
        template = self._environment.get_template(f"{name}.html")
        return template.render(desk=desk, live=live)

    def ladders(self, events: tuple[Event, ...]) -> str:
        """Return the inside of the ladders' panel, with the newest prices."""
        return self._environment.get_template("ladders.html").render(events=events)

    def event(self, event: Event) -> str:
        """Return the inside of one ladder, with the newest prices."""
        return self._environment.get_template("event.html").render(event=event)

    def page(self, panels: dict[str, str], desk: Desk, since: str) -> str:
        """Return the whole page.

        Parameters
        ----------
        panels
            The inside of every panel, as made by this class: markup already.
        desk
            The desk.
        since
            What the stream of changes is asked to begin after.
        """
        template = self._environment.get_template("page.html")
        return template.render(panels=panels, desk=desk, since=since, files=served())


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = (
        "usd",
        "cents",
        "edge",
        "percent",
        "count",
        "figure",
        "clock",
        "iso",
        "place",
        "beside",
    )
    environment.filters |= {name: getattr(shown, name) for name in names}
    environment.globals |= {
        "nearest": nearest,
        "profit_series": profit_series,
    }
    return environment
