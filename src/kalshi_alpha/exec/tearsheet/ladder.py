"""A ladder against the model: the book with its depth, what we believe, and what we would quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kalshi_alpha.exec.tearsheet.canvas import WIDTH, Canvas, axes, halo, key_above
from kalshi_alpha.exec.tearsheet.palette import BASE, GOOD, MARKET, MODEL, PAPER, QUOTE, SOFT
from kalshi_alpha.exec.tearsheet.picture import Picture, Table, slug
from kalshi_alpha.exec.tearsheet.scans import Scan, number, strike_order

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROW, _TOP, _BOTTOM, _LEFT, _RIGHT, _DEPTH, _GAP = 21, 44, 38, 70, 8, 70, 16
_BY_SIDE = {"yes": ">", "no": "<"}
_HEAD = (
    *("market", "strike", "YES bid", "size", "YES ask", "size", "model", "market", "honest"),
    *("our side", "our price", "contracts"),
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One market on the YES scale; None where something is not known or not there."""

    ticker: str
    strike: str
    bid: float | None
    ask: float | None
    bid_size: float | None
    ask_size: float | None
    model: float | None
    market: float | None
    honest: float | None
    side: str | None
    price: float | None
    contracts: float | None

    @property
    def quote(self) -> float | None:
        """Our price on the YES scale: a NO bid stands at one less it."""
        if self.price is None or self.contracts is None:
            return None
        return self.price if self.side == "yes" else 1.0 - self.price


def ladder_pictures(scan: Scan, canvas: Canvas) -> list[Picture]:
    """Draw each event's ladder."""
    drawn = (ladder_picture(scan, event, canvas) for event in scan.events())
    return [each for each in drawn if each is not None]


def ladder_picture(scan: Scan, event: str, canvas: Canvas) -> Picture | None:
    """Draw one event's ladder; None where no market of it has anything to show."""
    rungs = rungs_of(scan, event)
    shown = [each for each in rungs if each.model is not None or each.market is not None]
    if not shown:
        return None
    height = _TOP + _BOTTOM + _ROW * len(shown)
    title = f"{event}: book against model"
    quoted = sum(each.quote is not None for each in shown)
    would = "would quote" if scan.go else "would quote, were the gate not closed,"
    return Picture(
        key=f"ladder-{slug(event)}",
        title=title,
        says=f"{_gap(shown)} We {would} {quoted} of {len(shown)} markets.",
        how=(
            "Each row is a market. The bar runs from the best bid to the best ask for YES; it is "
            "pale where one side is empty. Believed: what is left of the model once the market is "
            "heard and the edge is shrunk. Triangles are our bids, for YES to the right, for NO to "
            "the left. On the right: contracts at the best prices."
        ),
        n=f"{len(shown)} markets",
        span=f"one book, {scan.at:%Y-%m-%d %H:%M} UTC",
        unit="cents, which are percent of probability; contracts",
        svg=canvas.draw(
            f"ladder-{slug(event)}", title, lambda figure: _paint(figure, shown, height), height
        ),
        table=Table(_HEAD, tuple(_row(each) for each in shown)),
    )


def rungs_of(scan: Scan, event: str) -> list[Rung]:
    """Return an event's markets from the lowest strike to the highest."""
    own = [each for each in scan.rows("markets") if each.get("event_ticker") == event]
    return sorted(map(_rung, own), key=lambda each: (strike_order(each.strike), each.ticker))


def _rung(market: Mapping[str, Any]) -> Rung:
    quote, order = market.get("quote") or {}, market.get("order") or {}
    side = None if quote.get("side") is None else str(quote["side"])
    honest = number(quote.get("prob_honest"))
    return Rung(
        ticker=str(market.get("market_ticker")),
        strike=str(market.get("strike", "")),
        bid=number(market.get("yes_bid")),
        ask=number(market.get("yes_ask")),
        bid_size=number(market.get("bid_size")),
        ask_size=number(market.get("ask_size")),
        model=number(market.get("prob_model")),
        market=number(market.get("prob_market")),
        honest=1.0 - honest if honest is not None and side == "no" else honest,
        side=side if order else None,
        price=number(quote.get("price")) if order else None,
        contracts=number(order.get("contracts")),
    )


def _gap(rungs: Sequence[Rung]) -> str:
    gaps = [
        (abs(each.model - each.market), each)
        for each in rungs
        if each.model is not None and each.market is not None
    ]
    if not gaps:
        return "No market has a price on both sides, so nothing can be compared."
    most, rung = max(gaps, key=lambda pair: pair[0])
    above = "above" if (rung.model or 0.0) > (rung.market or 0.0) else "below"
    return f"Widest gap: {100 * most:.1f} points at {rung.strike}, where the model is {above}."


def _paint(figure: Figure, rungs: Sequence[Rung], height: float) -> None:
    with_depth = any(each.bid_size or each.ask_size for each in rungs)
    right = _RIGHT + (_DEPTH + _GAP if with_depth else 0)
    plot = axes(figure, (_LEFT, right, _TOP, _BOTTOM), height)
    n = len(rungs)
    for y, each in enumerate(rungs):
        _book(plot, y, each)
    plot.plot([], [], color=MARKET, linewidth=7, alpha=0.55, label="bid to ask")
    _dots(plot, rungs, "model", "o", MODEL, "model")
    _dots(plot, rungs, "honest", "D", PAPER, "believed")
    for side, mark in _BY_SIDE.items():
        quotes = [
            (e.quote, y) for y, e in enumerate(rungs) if e.quote is not None and e.side == side
        ]
        if quotes:
            xs, ys = zip(*quotes, strict=True)
            label = f"our {side.upper()} bid"
            plot.plot(xs, ys, mark, color=QUOTE, markersize=7.5, label=label, **halo())
    plot.set(xlim=(-0.01, 1.01), ylim=(-0.6, n - 0.4), xlabel="YES: percent, or cents")
    plot.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100"])
    plot.set_yticks(range(n), [each.strike for each in rungs])
    plot.tick_params(axis="y", length=0)
    plot.spines["left"].set_visible(False)
    plot.grid(axis="x")
    key_above(plot, columns=3)
    if with_depth:
        _depth(figure, rungs, height)


def _book(plot: Any, y: int, rung: Rung) -> None:
    if rung.bid is None and rung.ask is None:
        if rung.market is not None:
            plot.plot([rung.market], [y], "|", color=MARKET, markersize=12, markeredgewidth=2.5)
        return
    whole = rung.bid is not None and rung.ask is not None
    low = 0.0 if rung.bid is None else rung.bid
    high = 1.0 if rung.ask is None else rung.ask
    plot.plot(
        [low, max(high, low + 0.004)],
        [y, y],
        color=MARKET,
        alpha=0.55 if whole else 0.2,
        linewidth=12,
        solid_capstyle="butt",
    )


def _dots(plot: Any, rungs: Sequence[Rung], name: str, mark: str, face: str, label: str) -> None:
    pairs = [(getattr(e, name), y) for y, e in enumerate(rungs) if getattr(e, name) is not None]
    if not pairs:
        return
    xs, ys = zip(*pairs, strict=True)
    edge = {"markeredgecolor": MODEL, "markeredgewidth": 1.2} if face == PAPER else halo()
    plot.plot(xs, ys, mark, color=face, markersize=6 if mark == "o" else 5, label=label, **edge)


def _depth(figure: Figure, rungs: Sequence[Rung], height: float) -> None:
    side = axes(figure, (WIDTH - _RIGHT - _DEPTH, _RIGHT, _TOP, _BOTTOM), height)
    most = max(max(each.bid_size or 0.0, each.ask_size or 0.0) for each in rungs)
    ys = range(len(rungs))
    side.barh(ys, [-(each.bid_size or 0.0) for each in rungs], color=GOOD, height=0.5)
    side.barh(ys, [each.ask_size or 0.0 for each in rungs], color=BASE, height=0.5)
    side.axvline(0.0, color=SOFT, linewidth=0.8)
    side.set(xlim=(-1.05 * most, 1.05 * most), ylim=(-0.6, len(rungs) - 0.4), yticks=[])
    side.set_xticks([-0.8 * most, 0.8 * most], [short(0.8 * most)] * 2)
    side.set_xlabel("contracts")
    side.spines["left"].set_visible(False)
    side.text(-0.5 * most, len(rungs) - 0.3, "bid", ha="center", color=GOOD, fontsize=9)
    side.text(0.5 * most, len(rungs) - 0.3, "ask", ha="center", color=BASE, fontsize=9)


def short(count: float) -> str:
    """Write a count in few letters."""
    if count >= 10_000:
        return f"{count / 1000:.0f}k"
    return f"{count / 1000:.1f}k" if count >= 1000 else f"{count:.0f}"


def _row(each: Rung) -> tuple[str, ...]:
    return (
        each.ticker,
        each.strike,
        _cents(each.bid),
        _count(each.bid_size),
        _cents(each.ask),
        _count(each.ask_size),
        _cents(each.model),
        _cents(each.market),
        _cents(each.honest),
        "-" if each.side is None else each.side.upper(),
        _cents(each.price),
        _count(each.contracts),
    )


def _cents(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _count(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
